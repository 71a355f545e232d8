/**
 * Calls of an untrusted or trusted program in the sandbox, split over children so that requests and replies fit.
 * Nothing that is expected ever goes in here. Not here: what the outputs mean.
 */
import type { Outcome } from '../../contract/verdict.ts'
import { reprOf } from '../../python/repr.ts'
import { pyStr } from '../../python/value.ts'
import type { Limits } from '../../sandbox/sandbox.ts'
import type { GradeDeps } from '../benchmark.ts'

/** Evaluation programs get more room than self-play's: the suites' inputs are large. */
export const CODE_LIMITS = {
  wallMs: 10_000,
  memoryBytes: 2048 * 2 ** 20,
  outputChars: 8_000_000,
} as const satisfies Limits

// The script of the paper: at least 10 s, and 8 times what the reference took. The longest is for slow references on busy machines.
const SLOWER_THAN_REFERENCE = 8
const LONGEST_MS = 240_000

/** For references and tests, which are the suite's own: what they do not finish is judged of nobody. */
export const TRUSTED_LIMITS: Limits = { ...CODE_LIMITS, wallMs: 600_000 }

/** For a candidate whose reference took this long. */
export function limitsFor(referenceMs: number): Limits {
  const slower = Math.ceil(referenceMs * SLOWER_THAN_REFERENCE)
  return { ...CODE_LIMITS, wallMs: Math.min(LONGEST_MS, Math.max(CODE_LIMITS.wallMs, slower)) }
}

/**
 * A program in a namespace of its own, so that the f that the sandbox calls replaces none of the program's names.
 * `_space` holds its names, `_entry` the function asked for.
 */
export function inOwnSpace(program: string, entry: string): string {
  return `_space = {'__name__': 'task'}
exec(compile(${reprOf(pyStr(program))}, '<task>', 'exec'), _space)
_entry = _space[${reprOf(pyStr(entry))}]
`
}

const INPUTS_PER_CHILD = 400
const CHARS_PER_CHILD = 200_000

export type Called = {
  readonly outcomes: readonly Outcome[]
  /** Of all children together. */
  readonly wallMs: number
}

/**
 * f of the program on every input, in order; at the first child that does not come to its end the rest is left out,
 * since the program has failed by then.
 */
export async function callAll(
  program: string,
  inputs: readonly string[],
  limits: Limits,
  { sandbox, signal }: Pick<GradeDeps, 'sandbox' | 'signal'>,
): Promise<Called> {
  const outcomes: Outcome[] = []
  let wallMs = 0
  const open = chunksOf(inputs).toReversed()
  for (let chunk = open.pop(); chunk !== undefined; chunk = open.pop()) {
    const reply = await sandbox.run({ program, inputs: chunk, limits }, signal)
    wallMs += reply.wallMs
    if (chunk.length > 1 && reply.outcomes.every(isLongReply)) {
      const half = Math.ceil(chunk.length / 2)
      open.push(chunk.slice(half), chunk.slice(0, half))
      continue
    }
    outcomes.push(...reply.outcomes)
    if (reply.outcomes.some(({ status }) => status !== 'ok')) break
  }
  return { outcomes, wallMs }
}

/** Not one value was too large, but all of them together: fewer at a time will do. */
const isLongReply = (outcome: Outcome): boolean =>
  outcome.status === 'too_large' && outcome.detail === 'reply'

function chunksOf(inputs: readonly string[]): string[][] {
  const chunks: string[][] = []
  let room = 0
  for (const input of inputs) {
    const last = chunks.at(-1)
    room -= input.length
    if (last !== undefined && room >= 0 && last.length < INPUTS_PER_CHILD) last.push(input)
    else {
      chunks.push([input])
      room = CHARS_PER_CHILD - input.length
    }
  }
  return chunks
}

export type Failure = Exclude<Outcome, { readonly status: 'ok' }>

/** The first outcome that is not ok, with its place. */
export function firstFailure(
  outcomes: readonly Outcome[],
): { readonly at: number; readonly failure: Failure } | null {
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.status !== 'ok') return { at, failure: outcome }
  }
  return null
}
