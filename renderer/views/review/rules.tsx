/**
 * Rules: what they suggest, how right they were by what people said, the user's own, scans and judges.
 */
import { Plus, ScanSearch } from 'lucide-react'
import { useState } from 'react'
import type { RuleBook, RuleView } from '../../../electron/contract/review.ts'
import { Button } from '../../components/button.tsx'
import { Interval } from '../../components/marks.tsx'
import { Loaded } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import type { Column } from '../../components/table.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { fixed, integer, NOTHING, percent } from '../../format.ts'
import { COMMON } from '../../strings/common.ts'
import { RULES } from '../../strings/review.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import { ReviewJobs } from './jobs.tsx'
import { JudgePanel } from './judge.tsx'
import styles from './review.module.css'
import { RuleSide } from './rule-side.tsx'

const onError = (error: Error): void => addNote('warning', error.message)

export function RulesPart({ run }: { readonly run: string }) {
  const query = useAsk('rules.list', { run })
  return (
    <>
      <ReviewJobs onDone={() => void query.refetch()} />
      <Loaded query={query} what={RULES.waiting}>
        {(book) => <Book run={run} book={book} />}
      </Loaded>
    </>
  )
}

function Book({ run, book }: { readonly run: string; readonly book: RuleBook }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const rule = book.rules.find(({ id }) => id === chosen) ?? null
  return (
    <>
      <ScanBar run={run} book={book} onAdd={() => setChosen('')} />
      <div className={styles['split']}>
        <Table
          label={RULES.table}
          rows={book.rules}
          columns={COLUMNS}
          keyOf={({ id }) => id}
          isSelected={({ id }) => id === chosen}
          onActive={({ id }) => setChosen(id)}
          onOpen={({ id }) => setChosen(id)}
        />
        <section className={layout['aside']} aria-label={COMMON.details}>
          {rule === null && chosen === null ? (
            <p className={layout['muted']}>{RULES.choose}</p>
          ) : (
            <RuleSide key={chosen} run={run} rule={rule} onKept={setChosen} />
          )}
          <JudgePanel run={run} />
        </section>
      </div>
    </>
  )
}

type ScanProps = { readonly run: string; readonly book: RuleBook; readonly onAdd: () => void }

function ScanBar({ run, book: { unscanned, problem }, onAdd }: ScanProps) {
  const scan = useOrder('review.scan', ['jobs.list'])
  const start = (again: boolean) => scan.mutate({ run, again }, { onError })
  return (
    <div className={layout['bar']}>
      <p>{unscanned === 0 ? RULES.scanned : RULES.unscanned(integer(unscanned))}</p>
      {problem === null ? null : (
        <p role="alert">
          {RULES.problem}: {problem}
        </p>
      )}
      <span className={layout['grow']} />
      <Button
        icon={ScanSearch}
        label={unscanned === 0 ? RULES.scanAgain : RULES.scan}
        onPress={() => start(unscanned === 0)}
      />
      <Button icon={Plus} label={RULES.added} onPress={onAdd} />
    </div>
  )
}

function stateOf({ own }: RuleView): string {
  if (own === null) return RULES.builtIn
  return own.enabled ? RULES.on : RULES.off
}

const COLUMNS: readonly Column<RuleView>[] = [
  {
    id: 'rule',
    label: RULES.rule,
    width: 200,
    cell: ({ id, version }) => (
      <span className="mono">
        {visible(id)}@{version}
      </span>
    ),
  },
  { id: 'state', label: RULES.state, width: 70, cell: stateOf },
  { id: 'category', label: RULES.category, width: 130, cell: ({ category }) => visible(category) },
  { id: 'score', label: RULES.score, width: 64, end: true, cell: ({ score }) => fixed(score) },
  {
    id: 'suggested',
    label: RULES.suggested,
    width: 88,
    end: true,
    cell: ({ episodes }) => integer(episodes),
  },
  {
    id: 'judged',
    label: RULES.judged,
    width: 70,
    end: true,
    cell: ({ judged }) => integer(judged),
  },
  {
    id: 'precision',
    label: RULES.precision,
    width: 190,
    cell: (rule) => <Precision rule={rule} />,
  },
  { id: 'reason', label: RULES.reason, width: 'fill', cell: ({ reason }) => visible(reason) },
]

function Precision({ rule: { precision } }: { readonly rule: RuleView }) {
  if (precision === null) return NOTHING
  return (
    <span style={{ display: 'grid', gridTemplateColumns: '52px 1fr', alignItems: 'center' }}>
      <span className="number">{percent(precision.mean)}</span>
      <Interval score={precision.mean} low={precision.low} high={precision.high} />
    </span>
  )
}
