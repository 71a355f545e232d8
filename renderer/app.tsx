/**
 * Which screen is shown. Screens with heavy libraries are fetched when they are first opened.
 */
import { lazy, Suspense } from 'react'
import type { ComponentType } from 'react'
import { Waiting } from './components/states.tsx'
import { useRoute } from './state/route.ts'
import type { View } from './state/route.ts'
import { SHELL } from './strings/shell.ts'
import { RunsView } from './views/runs/runs-view.tsx'
import { Shell } from './views/shell/shell.tsx'

const SCREENS: Readonly<Record<View, ComponentType>> = {
  runs: RunsView,
  new: lazy(async () => ({
    default: (await import('./views/new-run/new-run-view.tsx')).NewRunView,
  })),
  live: lazy(async () => ({ default: (await import('./views/live/live-view.tsx')).LiveView })),
  tasks: lazy(async () => ({ default: (await import('./views/tasks/tasks-view.tsx')).TasksView })),
  task: lazy(async () => ({ default: (await import('./views/task/task-view.tsx')).TaskView })),
  trace: lazy(async () => ({ default: (await import('./views/trace/trace-view.tsx')).TraceView })),
  compare: lazy(async () => ({
    default: (await import('./views/compare/compare-view.tsx')).CompareView,
  })),
  models: lazy(async () => ({
    default: (await import('./views/models/models-view.tsx')).ModelsView,
  })),
  evaluate: lazy(async () => ({
    default: (await import('./views/evaluate/evaluate-view.tsx')).EvaluateView,
  })),
  review: lazy(async () => ({
    default: (await import('./views/review/review-view.tsx')).ReviewView,
  })),
  logs: lazy(async () => ({ default: (await import('./views/logs/logs-view.tsx')).LogsView })),
  settings: lazy(async () => ({
    default: (await import('./views/settings/settings-view.tsx')).SettingsView,
  })),
}

export function App() {
  const view = useRoute((state) => state.route.view)
  const Screen = SCREENS[view]
  return (
    <Shell>
      <Suspense fallback={<Waiting what={SHELL.views[view]} />}>
        <Screen />
      </Suspense>
    </Shell>
  )
}
