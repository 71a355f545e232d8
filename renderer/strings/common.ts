/**
 * Words that several screens say, and what to do about each kind of failure.
 */
import type { ErrorCode } from '../../electron/contract/errors.ts'
import type { Phase } from '../../electron/contract/run.ts'
import type { Kind, Role, Variant } from '../../electron/contract/task.ts'
import type { RunStatus } from '../../electron/contract/verdict.ts'
import type { RunState } from '../../electron/contract/history.ts'
import type { Purpose } from '../../electron/contract/episode.ts'
import type { LiveState } from '../../electron/contract/workbench.ts'

const kinds: Readonly<Record<Kind, string>> = {
  deduction: 'Deduction',
  abduction: 'Abduction',
  induction: 'Induction',
}
const variants: Readonly<Record<Variant, string>> = { error: 'Error deduction' }
const roles: Readonly<Record<Role, string>> = { propose: 'Proposer', solve: 'Solver' }
const purposes: Readonly<Record<Purpose, string>> = {
  propose: 'Proposal',
  attempt: 'Attempt',
  probe: 'Probe',
}
const states: Readonly<Record<RunState, string>> = {
  running: 'Running',
  paused: 'Paused',
  finished: 'Finished',
  interrupted: 'Interrupted',
  crashed: 'Crashed',
}
const liveStates: Readonly<Record<LiveState, string>> = {
  starting: 'Starting',
  running: 'Running',
  pausing: 'Pausing after this step',
  paused: 'Paused',
  stopping: 'Saving and stopping',
  restarting: 'Restarting from the last checkpoint',
}
const phases: Readonly<Record<Phase, string>> = {
  propose: 'Propose',
  validate: 'Validate',
  solve: 'Solve',
  verify: 'Verify',
  update: 'Update',
  evaluate: 'Evaluate',
}
const statuses: Readonly<Record<RunStatus, string>> = {
  ok: 'Ran',
  exception: 'Exception',
  timeout: 'Timed out',
  memory: 'Out of memory',
  nondeterministic: 'Not deterministic',
  unserialisable: 'Result is no plain value',
  too_large: 'Output too large',
  rejected: 'Refused',
  infra_error: 'Sandbox failed',
}

export const COMMON = {
  review: 'Review this trace',
  product: 'Kelvin',
  chooseAll: 'Choose all rows that are loaded',
  chooseNone: 'Choose no rows',
  kinds,
  kindOf: (kind: Kind, variant?: Variant) =>
    variant === undefined ? kinds[kind] : variants[variant],
  roles,
  purposes,
  states,
  liveStates,
  phases,
  statuses,
  all: 'All',
  right: 'Right',
  wrong: 'Wrong',
  passed: 'Passed',
  failed: 'Failed',
  notJudged: 'Not judged',
  retry: 'Try again',
  close: 'Close',
  details: 'Details',
  cancel: 'Cancel',
  copy: 'Copy',
  search: 'Search',
  step: 'Step',
  waiting: (what: string) => `Waiting for ${what} …`,
  interval: (score: string, low: string, high: string) =>
    `${score}, 95% interval ${low} to ${high}`,
  rows: (count: string) => `${count} rows`,
  noRun: 'No run selected',
  noRunText: 'Choose a run in the list of runs, or start one.',
  toRuns: 'Show runs',
} as const

const ADVICE: Readonly<Record<ErrorCode, string>> = {
  usage: '',
  config: 'Check the settings of this run or page.',
  checkpoint: 'Choose another checkpoint or model folder.',
  device: 'Choose another device; Settings, Diagnosis shows which there are.',
  engine: 'The engine’s log says more; a resume starts it again from the last checkpoint.',
  sandbox: 'Settings, Diagnosis shows what the sandbox needs.',
  store: 'Check the disk and the folder that holds the history.',
  wire: 'The host does not answer as expected. It is asked again when the connection is back.',
  cancelled: '',
}

/** A sentence and an action for anything thrown. */
export function errorAdvice(error: unknown): { readonly message: string; readonly advice: string } {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const known = Object.entries(ADVICE).find(([name]) => name === code)
  return { message, advice: known?.[1] ?? '' }
}
