/**
 * The logs as a screen of their own.
 */
import { useParam } from '../../state/route.ts'
import { LOGS } from '../../strings/places.ts'
import layout from '../layout.module.css'
import { LogPane } from './log-pane.tsx'

export function LogsView() {
  const at = Number(useParam('at') ?? Number.NaN)
  return (
    <div className={layout['page']}>
      <LogPane heading={<h1>{LOGS.title}</h1>} atMs={Number.isFinite(at) ? at : null} />
    </div>
  )
}
