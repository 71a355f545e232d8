/**
 * What came of running a program: a value in every case. `infra_error` means that the sandbox could not run it,
 * and never that the program or the model was wrong.
 */

export const RUN_STATUSES = [
  'ok',
  'exception',
  'timeout',
  'memory',
  'nondeterministic',
  'unserialisable',
  'too_large',
  'rejected',
  'infra_error',
] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

/** 4 kernel-isolated, 3 syscall-isolated, 2 browser-isolated, 1 seatbelt, 0 not isolated; observed by the self-test. */
export type IsolationLevel = 0 | 1 | 2 | 3 | 4

/** The outcome for one input. canonical is there exactly when status is ok. */
export type Outcome =
  | { readonly status: 'ok'; readonly canonical: string }
  | { readonly status: Exclude<RunStatus, 'ok'>; readonly detail: string }

/** The beginning of what a program printed: untrusted text, to be shown and never to be judged by. */
export type Printed = { readonly stdout: string; readonly stderr: string }

export type RunReply = {
  /** One per input, in order. */
  readonly outcomes: readonly Outcome[]
  readonly cpuMs: number
  readonly wallMs: number
  /** How often each audit event was seen in the child, and characters `printed`: telemetry, never a verdict. */
  readonly signals?: Readonly<Record<string, number>>
  /** Where it was asked for, of the first call of each input; absent too where a child ended without a reply. */
  readonly printed?: Printed
}
