/**
 * The items that all answered, with right and wrong beside each other; first those that are not the same everywhere.
 */
import type { ReactNode } from 'react'
import { useMemo, useState } from 'react'
import { ANSWER_FILTERS } from '../../../electron/contract/compare.ts'
import type {
  AnswerFilter,
  ComparedItems,
  ComparedRow,
  ComparedSuite,
  ComparePlace,
} from '../../../electron/contract/compare.ts'
import { KINDS } from '../../../electron/contract/task.ts'
import type { Kind } from '../../../electron/contract/task.ts'
import { CorrectMark, KindMark } from '../../components/marks.tsx'
import { Panel } from '../../components/panel.tsx'
import { Segments, Select } from '../../components/select.tsx'
import { Empty, Loaded } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import type { Column } from '../../components/table.tsx'
import { useAsk } from '../../data/ask.ts'
import { integer, NOTHING, points } from '../../format.ts'
import { COMMON } from '../../strings/common.ts'
import { COMPARE } from '../../strings/compare.ts'
import { nameOf } from '../../text/compared.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import styles from './compare.module.css'

type Props = {
  readonly places: readonly ComparePlace[]
  readonly suite: ComparedSuite
  readonly chooser: ReactNode
  readonly onItem: (row: ComparedRow) => void
}

/** Rows that are asked for at a time. */
const PAGE = 500

const KIND_CHOICES = [
  { id: 'all' as const, label: COMPARE.allKinds },
  ...KINDS.map((id) => ({ id, label: COMMON.kinds[id] })),
]

export function ItemTable({ places, suite: { suite, temperature }, chooser, onItem }: Props) {
  const [filter, setFilter] = useState<AnswerFilter>('flipped')
  const [kind, setKind] = useState<Kind | 'all'>('all')
  const [limit, setLimit] = useState(PAGE)
  const items = useAsk('compare.items', {
    places: [...places],
    suite,
    temperature,
    filter,
    kind: kind === 'all' ? null : kind,
    skip: 0,
    limit: Math.min(1_000, limit),
  })
  const columns = useMemo(() => columnsOf(places), [places])
  return (
    <Panel title={COMPARE.items} flush>
      <div className={layout['scroll']} style={{ flex: 'none' }}>
        <div className={styles['choices']}>
          {chooser}
          <Segments
            label={COMPARE.filter}
            choices={choicesOf(items.data)}
            value={filter}
            onChange={setFilter}
          />
          <div className={styles['kind']}>
            <Select
              bare
              label={COMPARE.kind}
              choices={KIND_CHOICES}
              value={kind}
              onChange={setKind}
            />
          </div>
        </div>
        <Differences places={places} items={items.data} />
      </div>
      <Loaded query={items} what={COMPARE.items}>
        {({ rows, more }) =>
          rows.length === 0 ? (
            <Empty title={COMPARE.noRows} text={COMPARE.noRowsText} />
          ) : (
            <div className={styles['items']}>
              <Table
                label={COMPARE.items}
                rows={rows}
                columns={columns}
                keyOf={keyOf}
                onOpen={onItem}
                onActive={onItem}
                more={more && limit < 1_000}
                onEnd={() => setLimit(limit + PAGE)}
              />
            </div>
          )
        }
      </Loaded>
    </Panel>
  )
}

const keyOf = ({ item, sample }: ComparedRow): string => `${item}/${sample}`

function choicesOf(items: ComparedItems | undefined) {
  return ANSWER_FILTERS.map((id) => ({
    id,
    label:
      items === undefined
        ? COMPARE.filters[id]
        : `${COMPARE.filters[id]} (${integer(items.counts[id])})`,
  }))
}

function columnsOf(places: readonly ComparePlace[]): readonly Column<ComparedRow>[] {
  return [
    { id: 'item', label: COMPARE.item, width: 'fill', cell: ({ item }) => visible(item) },
    {
      id: 'kind',
      label: COMPARE.kind,
      width: 110,
      cell: ({ kind }) => (kind === null ? NOTHING : <KindMark kind={kind} />),
    },
    { id: 'sample', label: COMPARE.sample, width: 70, end: true, cell: ({ sample }) => sample + 1 },
    ...places.map((place, at) => ({
      id: nameOf(place),
      label: nameOf(place),
      width: 190,
      cell: ({ correct }: ComparedRow) => <CorrectMark correct={correct[at] ?? null} />,
    })),
  ]
}

type DifferenceProps = {
  readonly places: readonly ComparePlace[]
  readonly items: ComparedItems | undefined
}

/** Of each against the first: paired by item, clustered by program. */
function Differences({ places, items }: DifferenceProps) {
  const [first, ...others] = places
  if (items === undefined || first === undefined) return null
  return (
    <ul className={styles['differences']}>
      {others.map((place, at) => {
        const found = items.differences[at + 1] ?? null
        return (
          <li key={nameOf(place)}>
            <span className="mono">{nameOf(place)}</span>{' '}
            {COMPARE.against(
              nameOf(first),
              found === null ? null : [points(found.mean), points(found.low), points(found.high)],
            )}
          </li>
        )
      })}
    </ul>
  )
}
