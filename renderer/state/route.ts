/**
 * Where the window is: view, run, selection and filters, all in the address, so that back, forward and a copied link
 * work. Not here: what the views show.
 */
import { create } from 'zustand'

export const VIEWS = [
  'runs',
  'live',
  'tasks',
  'compare',
  'models',
  'evaluate',
  'review',
  'logs',
  'settings',
  'new',
  'task',
  'trace',
] as const
export type View = (typeof VIEWS)[number]

export type Params = Readonly<Record<string, string>>
export type Route = { readonly view: View; readonly params: Params }

const START: Route = { view: 'runs', params: {} }

/** From `#/tasks?run=...`; anything else is the first view. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const view = VIEWS.find((name) => name === path)
  if (view === undefined) return START
  return { view, params: Object.fromEntries(new URLSearchParams(query)) }
}

export function formatRoute({ view, params }: Route): string {
  const kept = Object.entries(params).filter(([, value]) => value !== '')
  const query = new URLSearchParams(kept.toSorted(([a], [b]) => (a < b ? -1 : 1))).toString()
  return `#/${view}${query === '' ? '' : `?${query}`}`
}

type RouteStore = {
  readonly route: Route
  readonly go: (view: View, params?: Params) => void
  /** Replaces the address: for filters, which are no places to go back to. */
  readonly change: (params: Params) => void
  readonly read: () => void
}

/** The run stays selected across views until another is chosen. */
export const useRoute = create<RouteStore>((set, get) => ({
  route: START,
  go: (view, params = {}) => {
    const { run } = get().route.params
    const route = { view, params: run === undefined ? params : { run, ...params } }
    window.history.pushState(null, '', formatRoute(route))
    set({ route })
  },
  change: (params) => {
    const { view, params: before } = get().route
    const route = { view, params: { ...before, ...params } }
    window.history.replaceState(null, '', formatRoute(route))
    set({ route })
  },
  read: () => set({ route: parseRoute(window.location.hash) }),
}))

export function useParam(name: string): string | null {
  const value = useRoute((state) => state.route.params[name])
  return value === undefined || value === '' ? null : value
}
