/**
 * Every entry that was ever made, the newest first: who, when, what.
 */
import { useInfiniteQuery } from '@tanstack/react-query'
import { TRAILS } from '../../../electron/contract/review.ts'
import type { AuditPage, AuditRow } from '../../../electron/contract/review.ts'
import { Segments } from '../../components/select.tsx'
import { Empty, Failed, Waiting } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import type { Column } from '../../components/table.tsx'
import { useClient } from '../../data/client-context.ts'
import { NOTHING, when } from '../../format.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { AUDIT } from '../../strings/review.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'

type Trail = (typeof TRAILS)[number]

const CHOICES = TRAILS.map((id) => ({ id, label: AUDIT.trails[id] }))
const PAGE = 200

export function AuditPart({ run }: { readonly run: string }) {
  const name = useParam('trail')
  const change = useRoute((state) => state.change)
  const trail = TRAILS.find((one) => one === name) ?? 'decisions'
  const { pages, rows } = useTrail(run, trail)
  return (
    <>
      <div className={layout['bar']}>
        <Segments
          label={AUDIT.trail}
          choices={CHOICES}
          value={trail}
          onChange={(next) => change({ trail: next })}
        />
        <p>{AUDIT.noneText}</p>
      </div>
      <div className={layout['fill']}>
        {pages.error !== null ? (
          <Failed error={pages.error} onRetry={() => void pages.refetch()} />
        ) : pages.isPending ? (
          <Waiting what={AUDIT.waiting} />
        ) : rows.length === 0 ? (
          <Empty title={AUDIT.none} text={AUDIT.noneText} />
        ) : (
          <Table
            label={`${AUDIT.table}: ${AUDIT.trails[trail]}`}
            rows={rows}
            columns={COLUMNS}
            keyOf={({ key }) => String(key)}
            onOpen={({ episode }) => {
              if (episode !== null) change({ tab: 'queue', source: 'one', episode })
            }}
            more={pages.hasNextPage}
            onEnd={() => {
              if (!pages.isFetchingNextPage) void pages.fetchNextPage()
            }}
          />
        )}
      </div>
    </>
  )
}

function useTrail(run: string, trail: Trail) {
  const client = useClient()
  const pages = useInfiniteQuery({
    queryKey: ['review.audit', run, trail],
    queryFn: ({ pageParam, signal }): Promise<AuditPage> =>
      client.call('review.audit', { run, trail, before: pageParam, limit: PAGE }, { signal }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ rows, more }) => (more ? (rows.at(-1)?.key ?? null) : null),
  })
  return { pages, rows: pages.data?.pages.flatMap((page) => page.rows) ?? [] }
}

const COLUMNS: readonly Column<AuditRow>[] = [
  { id: 'when', label: AUDIT.when, width: 130, cell: ({ atMs }) => when(atMs) },
  { id: 'author', label: AUDIT.author, width: 130, cell: ({ author }) => visible(author) },
  { id: 'action', label: AUDIT.action, width: 120, cell: ({ action }) => visible(action) },
  {
    id: 'severity',
    label: AUDIT.severity,
    width: 76,
    end: true,
    cell: ({ severity }) => severity ?? NOTHING,
  },
  { id: 'category', label: AUDIT.category, width: 140, cell: ({ category }) => visible(category) },
  {
    id: 'episode',
    label: AUDIT.episode,
    width: 200,
    cell: ({ episode, task }) => (
      <span className="mono">{visible(episode ?? task ?? NOTHING)}</span>
    ),
  },
  { id: 'detail', label: AUDIT.detail, width: 'fill', cell: ({ detail }) => visible(detail) },
]
