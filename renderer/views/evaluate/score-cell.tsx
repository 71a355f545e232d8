/**
 * One score of the board: value, interval, how it was asked, and the paired difference to the baseline.
 */
import type { Evaluation, EvaluationDifference } from '../../../electron/contract/evaluation.ts'
import type { ScoreDifference } from '../../../electron/contract/news.ts'
import { Interval } from '../../components/marks.tsx'
import { useAsk } from '../../data/ask.ts'
import { integer, percent, points } from '../../format.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import styles from './evaluate.module.css'

type Props = {
  readonly evaluation: Evaluation
  readonly baseline: Evaluation | undefined
  readonly selected: boolean
  readonly onSelect: () => void
}

export function ScoreCell({ evaluation, baseline, selected, onSelect }: Props) {
  const { n, passAt1, low, high, undecided, seed } = evaluation
  if (n === 0) {
    return (
      <button type="button" className={styles['score']} aria-pressed={selected} onClick={onSelect}>
        {EVALUATE.notEnough}
        <Small text={EVALUATE.undecided(integer(undecided))} />
      </button>
    )
  }
  const lost = undecided === 0 ? [] : [EVALUATE.undecided(integer(undecided))]
  return (
    <button type="button" className={styles['score']} aria-pressed={selected} onClick={onSelect}>
      <span className={styles['values']}>
        <span className={styles['value']}>{percent(passAt1, 1)}</span>
        <small>{EVALUATE.range(percent(low, 1), percent(high, 1))}</small>
      </span>
      <Interval score={passAt1} low={low} high={high} />
      <Small text={[EVALUATE.items(integer(n)), EVALUATE.seed(String(seed)), ...lost].join(', ')} />
      {baseline === undefined ? null : <Change before={baseline.id} after={evaluation.id} />}
    </button>
  )
}

const Small = ({ text }: { readonly text: string }) => <span className={styles['sub']}>{text}</span>

function Change({ before, after }: { readonly before: string; readonly after: string }) {
  const query = useAsk('evaluations.difference', { before, after })
  if (query.data === undefined) return <Small text="…" />
  return <DifferenceLine difference={query.data.mean} />
}

/** Never a bare mean: with its interval, or plainly not enough data. */
export function DifferenceLine({ difference }: { readonly difference: ScoreDifference }) {
  if (difference === null) return <Small text={EVALUATE.notEnough} />
  const { mean, low, high } = difference
  const text = EVALUATE.difference(points(mean), points(low), points(high))
  if (low <= 0 && high >= 0) {
    return (
      <>
        <Small text={text} />
        <Small text={EVALUATE.notEnough} />
      </>
    )
  }
  return (
    <span className={`${styles['sub']} ${styles[mean > 0 ? 'better' : 'worse']}`}>
      {mean > 0 ? '▲' : '▼'} {text}
    </span>
  )
}

/** One line of facts about a difference. */
export function differenceText(difference: ScoreDifference): string {
  if (difference === null) return EVALUATE.notEnough
  const { mean, low, high, p } = difference
  const text = EVALUATE.difference(points(mean), points(low), points(high))
  const verdict = low <= 0 && high >= 0 ? `, ${EVALUATE.notEnough}` : ''
  return `${text}, ${EVALUATE.p(pText(p))}${verdict}`
}

export function pText(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

export function mcnemarText({ mcnemar }: EvaluationDifference): string {
  if (mcnemar === null) return EVALUATE.notEnough
  const { gained, lost, p } = mcnemar
  return EVALUATE.mcnemarText(integer(gained), integer(lost), pText(p))
}
