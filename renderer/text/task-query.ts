/**
 * Filter and sort of the table of tasks, from the address and back. An address may hold anything.
 */
import type { CallInput } from '../../electron/contract/api.ts'
import { TASK_SORTS } from '../../electron/contract/history.ts'
import { KINDS } from '../../electron/contract/task.ts'
import type { Sorted } from '../components/table.tsx'
import type { Params } from '../state/route.ts'

const STATES = ['valid', 'rejected'] as const

export type TaskQuery = {
  readonly page: CallInput<'tasks.page'> & { readonly filter: CallInput<'tasks.count'>['filter'] }
  readonly sorted: Sorted
  /** As they stand in the address; '' where there is no filter. */
  readonly params: {
    readonly kind: string
    readonly state: string
    readonly step: string
    readonly sort: string
  }
}

export function taskQuery(run: string, params: Params): TaskQuery {
  const kind = KINDS.find((name) => name === params['kind'])
  const state = STATES.find((name) => name === params['state'])
  const step = stepOf(params['step'] ?? '')
  const by = TASK_SORTS.find((name) => name === params['sort']) ?? 'newest'
  const descending = params['up'] !== '1'
  const filter = {
    ...(kind === undefined ? {} : { kind }),
    ...(state === undefined ? {} : { state }),
    ...(step === null ? {} : { step }),
  }
  return {
    page: { run, filter, sort: by, descending },
    sorted: { by, descending },
    params: {
      kind: kind ?? '',
      state: state ?? '',
      step: step === null ? '' : String(step),
      sort: by === 'newest' ? '' : by,
    },
  }
}

/** null: no filter. */
export function stepOf(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null
}

/** The other direction of the same column, or a new column with the largest first. */
export function toggledSort({ by, descending }: Sorted, next: string): Params {
  const up = next === by && descending
  return { sort: next, up: up ? '1' : '' }
}
