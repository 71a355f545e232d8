/**
 * Flags that hold, the severest first. Not here: every entry ever made (audit.tsx).
 */
import type { FlagEntry } from '../../../electron/contract/history.ts'
import type { FlagTrail } from '../../../electron/contract/workbench.ts'
import { Empty, Loaded } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import type { Column } from '../../components/table.tsx'
import { useAsk } from '../../data/ask.ts'
import { when } from '../../format.ts'
import { useRoute } from '../../state/route.ts'
import { REVIEW } from '../../strings/review.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import { PausingBar } from './pausing.tsx'

export function FlagsPart({ run }: { readonly run: string }) {
  const query = useAsk('flags.list', { run, after: 0, limit: 1_000 })
  return (
    <>
      <PausingBar run={run} />
      <div className={layout['fill']}>
        <Loaded query={query} what={REVIEW.table}>
          {(trail) => <FlagTable flags={standing(trail)} />}
        </Loaded>
      </div>
    </>
  )
}

/** The last entry of every flag, unless it was undone. */
export function standing({ entries }: FlagTrail): readonly FlagEntry[] {
  const last = new Map(entries.map(({ entry }) => [entry.flag, entry]))
  return [...last.values()]
    .filter(({ undone }) => !undone)
    .toSorted((a, b) => b.severity - a.severity || b.atMs - a.atMs)
}

const COLUMNS: readonly Column<FlagEntry>[] = [
  {
    id: 'severity',
    label: REVIEW.severity,
    width: 90,
    cell: ({ severity }) => `${severity} ${REVIEW.severities[severity] ?? ''}`,
  },
  { id: 'category', label: REVIEW.category, width: 130, cell: ({ category }) => visible(category) },
  { id: 'rater', label: REVIEW.rater, width: 110, cell: ({ rater }) => visible(rater) },
  {
    id: 'quote',
    label: REVIEW.quote,
    width: 'fill',
    cell: ({ span }) => <code>{visible(span?.quote ?? '')}</code>,
  },
  { id: 'tags', label: REVIEW.tags, width: 100, cell: ({ tags }) => visible(tags.join(', ')) },
  { id: 'note', label: REVIEW.note, width: 180, cell: ({ note }) => visible(note) },
  {
    id: 'episode',
    label: REVIEW.episode,
    width: 190,
    cell: ({ episode }) => <span className="mono">{visible(episode)}</span>,
  },
  { id: 'when', label: REVIEW.when, width: 120, cell: ({ atMs }) => when(atMs) },
]

function FlagTable({ flags }: { readonly flags: readonly FlagEntry[] }) {
  const change = useRoute((state) => state.change)
  if (flags.length === 0) return <Empty title={REVIEW.none} text={REVIEW.noneText} />
  return (
    <Table
      label={REVIEW.table}
      rows={flags}
      columns={COLUMNS}
      keyOf={({ flag }) => flag}
      onOpen={({ episode }) => change({ tab: 'queue', source: 'one', episode })}
    />
  )
}
