/**
 * Who rates, how far raters agree, and where they do not; from a conflict to its adjudication.
 */
import { useState } from 'react'
import type {
  Agreed,
  Coefficient,
  Conflict,
  RaterProfile,
} from '../../../electron/contract/review.ts'
import { Button } from '../../components/button.tsx'
import { Switch, TextField } from '../../components/fields.tsx'
import { Panel } from '../../components/panel.tsx'
import { Empty, Loaded } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import type { Column } from '../../components/table.tsx'
import { useAsk } from '../../data/ask.ts'
import { duration, fixed, integer, NOTHING, when } from '../../format.ts'
import { useRoute } from '../../state/route.ts'
import { AGREEMENT, QUEUE, REVIEW } from '../../strings/review.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import { useRater } from './rater-select.tsx'
import styles from './review.module.css'

export function AgreementPart({ run }: { readonly run: string }) {
  const [blindOnly, setBlindOnly] = useState(false)
  const query = useAsk('review.agreement', { run, blindOnly })
  return (
    <div className={`${layout['scroll']} ${layout['stack']}`}>
      <div className={layout['two']}>
        <Raters />
        <Panel
          title={AGREEMENT.title}
          tools={<Switch label={AGREEMENT.blindOnly} value={blindOnly} onChange={setBlindOnly} />}
        >
          <Loaded query={query} what={AGREEMENT.waiting}>
            {(agreed) => <Figures agreed={agreed} />}
          </Loaded>
        </Panel>
      </div>
      {query.data === undefined ? null : <Conflicts agreed={query.data} />}
    </div>
  )
}

function Raters() {
  const raters = useAsk('review.raters', {})
  const { rater, choose } = useRater()
  return (
    <Panel title={AGREEMENT.raters} flush>
      <div className={layout['scrollx']}>
        <table
          className={`${layout['plain']} ${layout['middle']}`}
          aria-label={AGREEMENT.raterTable}
        >
          <thead>
            <tr>
              <th scope="col">{REVIEW.rater}</th>
              <th scope="col" className="number">
                {AGREEMENT.episodes}
              </th>
              <th scope="col" className="number">
                {AGREEMENT.seconds}
              </th>
              <th scope="col">{AGREEMENT.last}</th>
            </tr>
          </thead>
          <tbody>
            {(raters.data ?? []).map((profile) => (
              <RaterRow
                key={profile.name}
                profile={profile}
                isCurrent={profile.name === rater}
                onUse={() => choose(profile.name)}
              />
            ))}
          </tbody>
        </table>
      </div>
      <NewRater onUse={choose} />
    </Panel>
  )
}

type RaterRowProps = {
  readonly profile: RaterProfile
  readonly isCurrent: boolean
  readonly onUse: () => void
}

function RaterRow({ profile, isCurrent, onUse }: RaterRowProps) {
  const { name, episodes, seconds, lastMs } = profile
  return (
    <tr>
      <td>
        {isCurrent ? (
          <b>
            {visible(name)} ({AGREEMENT.you})
          </b>
        ) : (
          <button
            type="button"
            className={layout['anchor']}
            onClick={onUse}
            title={AGREEMENT.rateAs(visible(name))}
          >
            {visible(name)}
          </button>
        )}
      </td>
      <td className="number">{integer(episodes)}</td>
      <td className="number">{seconds === null ? NOTHING : duration(seconds)}</td>
      <td>{lastMs === null ? NOTHING : when(lastMs)}</td>
    </tr>
  )
}

function NewRater({ onUse }: { readonly onUse: (name: string) => void }) {
  const [name, setName] = useState('')
  return (
    <div className={layout['row']} style={{ padding: 12 }}>
      <TextField
        bare
        label={AGREEMENT.newRater}
        value={name}
        onChange={setName}
        placeholder={AGREEMENT.newRater}
      />
      <Button
        label={AGREEMENT.newUse}
        disabled={name.trim() === ''}
        onPress={() => {
          onUse(name.trim())
          setName('')
        }}
      />
    </div>
  )
}

function Figures({ agreed: { agreement } }: { readonly agreed: Agreed }) {
  const { episodes, severity, category, pairs, overlap } = agreement
  if (episodes === 0) return <Empty title={AGREEMENT.nobody} text={AGREEMENT.nobodyText} />
  const counts = overlap.map((count, at) => AGREEMENT.overlapOf(integer(at + 1), integer(count)))
  const rows = [
    { name: AGREEMENT.percent, severity: severity.percent, category: category.percent },
    { name: AGREEMENT.alpha, severity: severity.alpha, category: category.alpha },
    ...pairs.map(({ raters: [first, second], ...pair }) => ({
      name: AGREEMENT.kappa(visible(first), visible(second)),
      ...pair,
    })),
  ]
  return (
    <div className={layout['stack']}>
      <table className={layout['plain']} aria-label={AGREEMENT.title}>
        <thead>
          <tr>
            <td />
            <th scope="col">{AGREEMENT.severity}</th>
            <th scope="col">{AGREEMENT.category}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              <td>{said(row.severity)}</td>
              <td>{said(row.category)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={layout['muted']}>{AGREEMENT.overlap(counts.join(', '))}</p>
      <p className={layout['muted']}>{AGREEMENT.method}</p>
    </div>
  )
}

function said(found: Coefficient | null): string {
  if (found === null) return AGREEMENT.notEnough
  return AGREEMENT.value(fixed(found.value, 3), fixed(found.low, 3), fixed(found.high, 3))
}

type Row = Conflict & { readonly verdict: keyof typeof QUEUE.verdicts | null }

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'episode',
    label: REVIEW.episode,
    width: 220,
    cell: ({ episode }) => <span className="mono">{visible(episode)}</span>,
  },
  { id: 'spread', label: AGREEMENT.spread, width: 80, end: true, cell: ({ spread }) => spread },
  {
    id: 'ratings',
    label: AGREEMENT.ratings,
    width: 'fill',
    cell: ({ ratings }) =>
      ratings
        .map(({ rater, severity, category }) => visible(`${rater} ${severity} ${category}`))
        .join(' · '),
  },
  {
    id: 'decided',
    label: AGREEMENT.decided,
    width: 140,
    cell: ({ verdict }) =>
      verdict === null || verdict === 'open' ? AGREEMENT.open : QUEUE.verdicts[verdict],
  },
]

function Conflicts({ agreed: { agreement, decided } }: { readonly agreed: Agreed }) {
  const change = useRoute((state) => state.change)
  const rows = agreement.conflicts.map((conflict) => ({
    ...conflict,
    verdict: decided[conflict.episode] ?? null,
  }))
  if (rows.length === 0) {
    return (
      <Panel title={AGREEMENT.conflicts}>
        <Empty title={AGREEMENT.noConflicts} text={AGREEMENT.noConflictsText} />
      </Panel>
    )
  }
  return (
    <Panel
      title={AGREEMENT.conflicts}
      note={integer(rows.length)}
      flush
      tools={
        <Button
          look="primary"
          label={AGREEMENT.adjudicate}
          onPress={() => change({ tab: 'queue', source: 'disagreement' })}
        />
      }
    >
      <div
        style={{ height: Math.min(420, 34 + 28 * rows.length + 4) }}
        className={styles['stretch']}
      >
        <Table
          label={AGREEMENT.conflictTable}
          rows={rows}
          columns={COLUMNS}
          keyOf={({ episode }) => episode}
          onOpen={({ episode }) =>
            change({ tab: 'queue', source: 'one', episode, adjudicate: '1' })
          }
        />
      </div>
    </Panel>
  )
}
