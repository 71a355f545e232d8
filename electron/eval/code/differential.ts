/**
 * Tests that are inputs alone: the candidate's outputs against those of the reference, compared outside of both.
 * Neither the reference nor its outputs are ever in the candidate's child.
 * Not here: what counts as equal (compare.ts).
 */
import type { PyValue } from '../../python/value.ts'
import { argumentsText } from '../../python/repr.ts'
import type { Outcome } from '../../contract/verdict.ts'
import type { GradeDeps, ItemVerdict } from '../benchmark.ts'
import { right, wrong } from '../benchmark.ts'
import { TRUSTED_LIMITS, callAll, firstFailure, inOwnSpace, limitsFor } from './children.ts'
import { NOT_NONE, acceptable } from './compare.ts'
import type { Oracle } from './compare.ts'
import { failedCall } from './replay.ts'

export type Differential = Oracle & {
  /** Program of the reference. */
  readonly reference: string
  /** Argument lists, base tests first. */
  readonly inputs: readonly (readonly PyValue[])[]
}

/** What the reference returned; for all candidates of an item. */
export type Expected =
  | {
      readonly ok: true
      readonly outputs: readonly string[]
      readonly texts: readonly string[]
      readonly wallMs: number
    }
  | { readonly ok: false; readonly why: string; readonly undecided: boolean }

export async function expectedOf(suite: Differential, deps: GradeDeps): Promise<Expected> {
  const texts = suite.inputs.map((input) => argumentsText(input))
  const reference = wrapped(suite, suite.reference)
  const { outcomes, wallMs } = await callAll(reference, texts, TRUSTED_LIMITS, deps)
  const failed = firstFailure(outcomes)
  if (failed !== null) {
    const { at, failure } = failed
    const why = `the reference on input ${at + 1}: ${failure.status} ${failure.detail}`
    return { ok: false, why, undecided: failure.status === 'infra_error' }
  }
  return { ok: true, outputs: outcomes.flatMap(canonicalOf), texts, wallMs }
}

const canonicalOf = (outcome: Outcome): string[] =>
  outcome.status === 'ok' ? [outcome.canonical] : []

/**
 * The entry as f. Values that are too large to pass between processes come as a digest, in which whole floats are
 * integers, as under ==. A candidate that meddles with digests gains nothing: the reference's is made elsewhere.
 */
function wrapped({ entry }: Oracle, program: string): string {
  const value = NOT_NONE.has(entry)
    ? 'value if value is True or value is False else value is not None'
    : '_small(value)'
  return `${inOwnSpace(program, entry)}
import hashlib as _hashlib

def _item(item):
    if type(item) is not float or item - item != 0:
        return repr(item)
    return repr(int(item)) if item == int(item) else '%.9g' % item

def _small(value):
    kind = type(value)
    if kind in (list, tuple) and len(value) > 20000:
        pieces = map(_item, value)
    elif kind is str and len(value) > 100000:
        pieces = (value,)
    elif kind is int and value.bit_length() > 400000:
        pieces = ('%x' % value,)
    else:
        return value
    digest = _hashlib.sha256()
    for piece in pieces:
        digest.update(piece.encode('utf-8', 'surrogatepass') + b',')
    return ('large', kind.__name__, digest.hexdigest())

def f(*arguments):
    value = _entry(*arguments)
    return ${value}
`
}

/** candidate: a program that defines the entry. */
export async function differ(
  suite: Differential,
  expected: Expected,
  candidate: string,
  deps: GradeDeps,
): Promise<ItemVerdict> {
  if (!expected.ok) return { ...wrong(expected.why, candidate), undecided: true }
  const limits = limitsFor(expected.wallMs)
  const { outcomes } = await callAll(wrapped(suite, candidate), expected.texts, limits, deps)
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.status !== 'ok') return failedCall(at, outcome, candidate)
    const gold = expected.outputs[at] ?? ''
    if (!acceptable(suite, suite.inputs[at] ?? [], gold, outcome.canonical)) {
      return {
        ...wrong(`input ${at + 1} of ${expected.texts.length}: another output`, candidate),
        status: 'ok',
      }
    }
  }
  return { ...right(`${outcomes.length} outputs as the reference's`, candidate), status: 'ok' }
}
