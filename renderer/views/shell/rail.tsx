/**
 * The screens, always in reach at the left.
 */
import {
  Boxes,
  ChartLine,
  FlaskConical,
  GitCompareArrows,
  ListTree,
  Play,
  ScrollText,
  Settings,
  ShieldQuestion,
  ThermometerSnowflake,
} from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import { formatRoute, useRoute } from '../../state/route.ts'
import type { View } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { SHELL } from '../../strings/shell.ts'
import styles from './shell.module.css'

const SCREENS: readonly (readonly [View, LucideIcon])[] = [
  ['runs', Play],
  ['live', ChartLine],
  ['tasks', ListTree],
  ['compare', GitCompareArrows],
  ['models', Boxes],
  ['evaluate', FlaskConical],
  ['review', ShieldQuestion],
  ['logs', ScrollText],
  ['settings', Settings],
]

/** A page within a screen marks its screen. */
const PARENTS: Readonly<Partial<Record<View, View>>> = {
  new: 'runs',
  task: 'tasks',
  trace: 'tasks',
}

export function Rail() {
  const { route } = useRoute()
  const current = PARENTS[route.view] ?? route.view
  return (
    <nav className={styles['rail']} aria-label={SHELL.nav}>
      <div className={styles['brand']}>
        <ThermometerSnowflake size={18} aria-hidden color="var(--accent)" />
        <span>{COMMON.product}</span>
      </div>
      {SCREENS.map(([view, icon]) => (
        <RailLink key={view} view={view} icon={icon} current={view === current} />
      ))}
    </nav>
  )
}

type LinkProps = { readonly view: View; readonly icon: LucideIcon; readonly current: boolean }

function RailLink({ view, icon: Icon, current }: LinkProps) {
  const go = useRoute((state) => state.go)
  const run = useRoute((state) => state.route.params['run'])
  const href = formatRoute({ view, params: run === undefined ? {} : { run } })
  return (
    <a
      className={styles['link']}
      href={href}
      title={SHELL.views[view]}
      {...(current ? { 'aria-current': 'page' as const } : {})}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey) return
        event.preventDefault()
        go(view)
      }}
    >
      <Icon size={16} aria-hidden />
      <span>{SHELL.views[view]}</span>
    </a>
  )
}
