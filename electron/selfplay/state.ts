/**
 * What the loop carries from one step to the next, as plain JSON: a run continued from it yields the same rows
 * as one that never stopped. Weights and optimizer moments are the engine's (saveState).
 * Random positions need no field: every draw is keyed by (seed, step, ...), see random.ts.
 */
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import { KINDS, VARIANTS } from '../contract/task.ts'
import type { Task } from '../contract/task.ts'

const WHOLE = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const TASK = v.pipe(
  v.strictObject({
    id: v.string(),
    step: WHOLE,
    kind: v.picklist(KINDS),
    program: v.string(),
    pairs: v.pipe(
      v.array(v.strictObject({ input: v.string(), output: v.string() })),
      v.minLength(1),
    ),
    visible: WHOLE,
    message: v.string(),
    variant: v.exactOptional(v.picklist(VARIANTS)),
  }),
  v.check((task) => task.visible <= task.pairs.length, 'visible exceeds the number of pairs'),
)

const SEEN = v.strictObject({ skeleton: v.string(), task: v.string() })

const COUNTERS = v.strictObject({
  proposed: WHOLE,
  valid: WHOLE,
  attempted: WHOLE,
  solved: WHOLE,
  undecided: WHOLE,
  quarantined: WHOLE,
})

const STATE = v.strictObject({
  format: v.literal(1),
  recipe: v.string(),
  step: WHOLE,
  seeded: v.boolean(),
  stores: v.record(v.string(), v.array(TASK)),
  window: v.record(v.string(), v.array(SEEN)),
  counters: COUNTERS,
})

/** Digests of a valid proposal: its program without constants, and all of it. */
export type Seen = { readonly skeleton: string; readonly task: string }

export type Counters = Readonly<v.InferOutput<typeof COUNTERS>>

export type LoopState = {
  readonly format: 1
  readonly recipe: string
  /** Completed steps. */
  readonly step: number
  /** Whether the stores were filled. */
  readonly seeded: boolean
  /** Tasks by store, the oldest first. */
  readonly stores: Readonly<Record<string, readonly Task[]>>
  /** The last valid proposals by kind, the oldest first. */
  readonly window: Readonly<Record<string, readonly Seen[]>>
  /** Sums over the run. */
  readonly counters: Counters
}

export function initialState(recipe: string): LoopState {
  const counters = { proposed: 0, valid: 0, attempted: 0, solved: 0, undecided: 0, quarantined: 0 }
  return { format: 1, recipe, step: 0, seeded: false, stores: {}, window: {}, counters }
}

/** A state from a checkpoint. Throws AppError('checkpoint') naming the first field that is wrong. */
export function parseLoopState(value: unknown): LoopState {
  const parsed = v.safeParse(STATE, value)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const where = v.getDotPath(issue) ?? 'state'
  throw new AppError('checkpoint', `loop state: ${where}: ${issue.message}`)
}
