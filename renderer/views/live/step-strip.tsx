/**
 * One step of the run in a line: what came of it, its tasks, and what was said at that time.
 */
import { ChevronLeft, ChevronRight, ListTree, ScrollText } from 'lucide-react'
import type { StepRow } from '../../../electron/contract/history.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { duration, integer, when } from '../../format.ts'
import { CHARTS } from '../../strings/charts.ts'
import layout from '../layout.module.css'

type Props = {
  readonly row: StepRow
  readonly onMove: (by: -1 | 1) => void
  readonly onTasks: () => void
  readonly onLogs: () => void
}

export function StepStrip({ row, onMove, onTasks, onLogs }: Props) {
  return (
    <div className={layout['bar']} role="group" aria-label={CHARTS.stepOf(integer(row.step))}>
      <IconButton icon={ChevronLeft} label={CHARTS.before} keys="[" onPress={() => onMove(-1)} />
      <strong role="status">{CHARTS.stepOf(integer(row.step))}</strong>
      <IconButton icon={ChevronRight} label={CHARTS.after} keys="]" onPress={() => onMove(1)} />
      <p>{when(row.atMs)}</p>
      <p>{duration(row.seconds)}</p>
      <p>{CHARTS.solvedOf(integer(row.solved), integer(row.valid))}</p>
      <span className={layout['grow']} />
      <Button icon={ListTree} label={CHARTS.stepTasks} onPress={onTasks} />
      <Button icon={ScrollText} label={CHARTS.stepLogs} onPress={onLogs} />
    </div>
  )
}
