/**
 * "Trained on flagged": beside checkpoints, models and scores whose weights saw traces that were confirmed as unsafe.
 */
import { Biohazard } from 'lucide-react'
import { Mark } from '../../components/marks.tsx'
import { useAsk } from '../../data/ask.ts'
import { integer } from '../../format.ts'
import { LINEAGE } from '../../strings/review.ts'

type Props = { readonly run: string; readonly step: number }

/** Nothing where nothing is known: a run without decisions has no marks. */
export function TrainedMark({ run, step }: Props) {
  const marks = useAsk('review.lineage', { run })
  // Scores are taken between checkpoints too; weights only ever see more.
  const mark = (marks.data ?? []).findLast((one) => one.step <= step)
  if (mark === undefined || mark.flaggedTrained === 0) return null
  const count = integer(mark.flaggedTrained)
  return (
    <span title={LINEAGE.title(count, String(mark.worstSeverity))}>
      <Mark icon={Biohazard} tone="unsafe" label={LINEAGE.mark(count)} />
    </span>
  )
}

/** Of a checkpoint by its name, `RUN@STEP`; nothing for other models. */
export function TrainedName({ name }: { readonly name: string }) {
  const [, run, step] = /^([a-z0-9-]{1,64})@(\d{1,9})$/.exec(name) ?? []
  if (run === undefined || step === undefined) return null
  return <TrainedMark run={run} step={Number(step)} />
}
