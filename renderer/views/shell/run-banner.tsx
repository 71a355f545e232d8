/**
 * That the selected run stopped by itself, why, and the one click that takes it up again. On every screen of the run.
 */
import { Play, TriangleAlert } from 'lucide-react'
import { Button } from '../../components/button.tsx'
import type { SelectedRun } from '../../data/run.ts'
import { useRun } from '../../data/run.ts'
import { useRunOrders } from '../../data/run-orders.ts'
import { SHELL } from '../../strings/shell.ts'
import { visible } from '../../text/neutral.ts'
import styles from './shell.module.css'

export function RunBanner() {
  const { query, live } = useRun()
  if (query.data === undefined) return null
  const text = endOf({ view: query.data, live })
  return text === null ? null : <Ended view={query.data} live={live} text={text} />
}

/** null: it goes on, or ended as it should. */
export function endOf({ view: { run }, live }: SelectedRun): string | null {
  if (live?.restart != null) {
    return SHELL.endedItself(visible(live.restart.why), String(live.restart.seconds))
  }
  if (live !== null || run.state !== 'crashed') return null
  return SHELL.ended(visible(run.reason))
}

function Ended({ view, live, text }: SelectedRun & { readonly text: string }) {
  const { resume, canResume } = useRunOrders(view, live)
  return (
    <div className={styles['ended']} role="alert">
      <TriangleAlert size={16} aria-hidden />
      <p>{text}</p>
      {canResume ? <Button icon={Play} label={SHELL.resumeNow} onPress={resume} /> : null}
    </div>
  )
}
