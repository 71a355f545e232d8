/**
 * The answers of one evaluation as a table, with what another model said to the same item.
 */
import type {
  AnswerRow,
  AnswerState,
  Evaluation,
  ItemFilter,
} from '../../../electron/contract/evaluation.ts'
import { ITEM_FILTERS } from '../../../electron/contract/evaluation.ts'
import { CorrectMark } from '../../components/marks.tsx'
import { Segments, Select } from '../../components/select.tsx'
import { Empty, Failed } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import type { Column } from '../../components/table.tsx'
import { usePages } from '../../data/ask.ts'
import { integer, NOTHING } from '../../format.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import { columnOf } from '../../text/board.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import styles from './evaluate.module.css'

const CORRECT: Readonly<Record<AnswerState, boolean | null>> = {
  right: true,
  wrong: false,
  undecided: null,
}

const COLUMNS: readonly Column<AnswerRow>[] = [
  {
    id: 'item',
    label: EVALUATE.item,
    width: 150,
    cell: ({ item }) => <code>{visible(item)}</code>,
  },
  {
    id: 'kind',
    label: EVALUATE.kind,
    width: 88,
    cell: ({ kind }) => (kind === null ? NOTHING : COMMON.kinds[kind]),
  },
  {
    id: 'sample',
    label: EVALUATE.sample,
    width: 64,
    end: true,
    cell: ({ sample }) => integer(sample + 1),
  },
  {
    id: 'state',
    label: EVALUATE.verdict,
    width: 104,
    cell: ({ state }) => <CorrectMark correct={CORRECT[state]} />,
  },
  {
    id: 'other',
    label: EVALUATE.other,
    width: 104,
    cell: ({ other }) => (other === null ? NOTHING : <CorrectMark correct={CORRECT[other]} />),
  },
  {
    id: 'tokens',
    label: EVALUATE.length,
    width: 64,
    end: true,
    cell: ({ tokens }) => integer(tokens),
  },
  { id: 'reason', label: EVALUATE.reason, width: 300, cell: ({ reason }) => visible(reason) },
  {
    id: 'first',
    label: EVALUATE.first,
    width: 'fill',
    cell: ({ firstLine }) => <code>{visible(firstLine)}</code>,
  },
]

type Props = { readonly evaluations: readonly Evaluation[]; readonly run: string | null }

export function AnswersTab({ evaluations, run }: Props) {
  const change = useRoute((state) => state.change)
  const param = useParam('evaluation')
  const chosen = evaluations.find(({ id }) => id === param) ?? evaluations[0]
  const others = evaluations.filter(({ id, suite }) => id !== chosen?.id && suite === chosen?.suite)
  const against = useParam('against')
  const other = others.find(({ id }) => id === against)
  const filter = useFilter(other !== undefined)
  if (chosen === undefined) return <Empty title={EVALUATE.none} text={EVALUATE.noneText} />
  return (
    <div className={layout['page']}>
      <div className={styles['tools']}>
        <Picker
          label={EVALUATE.chooseEvaluation}
          evaluations={evaluations}
          value={chosen.id}
          onChange={(id) => change({ evaluation: id })}
        />
        <Picker
          label={EVALUATE.baseline}
          evaluations={others}
          none
          value={other?.id ?? NONE}
          onChange={(id) => change({ against: id === NONE ? '' : id })}
        />
      </div>
      <Answers
        key={`${chosen.id} ${other?.id ?? ''} ${filter}`}
        evaluation={chosen.id}
        against={other?.id ?? null}
        filter={filter}
        run={run}
      />
    </div>
  )
}

const NONE = 'none'

function useFilter(paired: boolean): ItemFilter {
  const param = useParam('filter')
  const found = ITEM_FILTERS.find((name) => name === param) ?? 'all'
  return !paired && (found === 'gained' || found === 'lost') ? 'all' : found
}

type PickerProps = {
  readonly label: string
  readonly evaluations: readonly Evaluation[]
  readonly none?: boolean
  readonly value: string
  readonly onChange: (id: string) => void
}

function Picker({ label, evaluations, none = false, value, onChange }: PickerProps) {
  const choices = evaluations.map((evaluation) => {
    const { title, note } = columnOf(evaluation)
    return { id: evaluation.id, label: visible(`${evaluation.label} · ${title} · ${note}`) }
  })
  return (
    <div className={styles['picker']}>
      <Select
        label={label}
        choices={none ? [{ id: NONE, label: EVALUATE.noBaseline }, ...choices] : choices}
        value={value}
        onChange={onChange}
      />
    </div>
  )
}

type AnswersProps = {
  readonly evaluation: string
  readonly against: string | null
  readonly filter: ItemFilter
  readonly run: string | null
}

function Answers({ evaluation, against, filter }: AnswersProps) {
  const { go, change } = useRoute()
  const { query, rows } = usePages('evaluations.page', { evaluation, against, filter })
  const counts = query.data?.pages[0]?.counts
  const names = ITEM_FILTERS.filter(
    (name) => against !== null || (name !== 'gained' && name !== 'lost'),
  )
  return (
    <>
      <div className={styles['tools']}>
        <Segments
          label={EVALUATE.filter}
          choices={names.map((id) => ({
            id,
            label: EVALUATE.filterCount(EVALUATE.filters[id], integer(counts?.[id] ?? 0)),
          }))}
          value={filter}
          onChange={(next) => change({ filter: next })}
        />
      </div>
      {query.error !== null && rows.length === 0 ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : counts !== undefined && rows.length === 0 ? (
        <NoAnswers kept={counts.all > 0} />
      ) : (
        <div className={layout['fill']}>
          <Table
            label={EVALUATE.answerTable}
            rows={rows}
            columns={against === null ? COLUMNS.filter(({ id }) => id !== 'other') : COLUMNS}
            keyOf={({ item, sample }) => `${item} ${sample}`}
            onOpen={({ item, sample }) =>
              go('trace', { evaluation, against: against ?? '', item, sample: String(sample) })
            }
            more={query.hasNextPage}
            onEnd={() => void query.fetchNextPage()}
            foot={EVALUATE.shown(integer(rows.length), integer(counts?.[filter] ?? 0))}
          />
        </div>
      )}
    </>
  )
}

function NoAnswers({ kept }: { readonly kept: boolean }) {
  return kept ? (
    <Empty title={EVALUATE.noAnswers} text={EVALUATE.noAnswersText} />
  ) : (
    <Empty title={EVALUATE.notKept} text={EVALUATE.notKeptText} />
  )
}
