/**
 * Tests that are Python code (asserts, check functions) without ever putting them and a candidate into one process:
 *
 *   record   the suite's own solution runs under the tests, and the arguments of each call are noted;
 *   answer   the candidate runs on those arguments alone, in a child that holds neither tests nor expected values;
 *   judge    the tests run once more in a third child, with the candidate's answers, now plain data, played back.
 *
 * So os._exit(0), patched assert helpers, an __eq__ that always agrees or a look at the stack gain nothing: the judge
 * runs no byte of the candidate. What a candidate can still do is what the tests themselves allow, such as a table of
 * the inputs that it has seen in training. Answers that are no plain values (generators, own classes) count as wrong.
 * Not here: tests that are pairs of input and output (differential.ts).
 */
import { parseCanonical } from '../../python/canonical.ts'
import { parseArguments } from '../../python/literal.ts'
import { reprOf } from '../../python/repr.ts'
import { pyStr } from '../../python/value.ts'
import type { PyValue } from '../../python/value.ts'
import type { Outcome } from '../../contract/verdict.ts'
import type { GradeDeps, ItemVerdict } from '../benchmark.ts'
import { right, wrong } from '../benchmark.ts'
import { TRUSTED_LIMITS, callAll, firstFailure, inOwnSpace, limitsFor } from './children.ts'

export type AssertSuite = {
  /** Program of the suite's own solution, with whatever its tests refer to. */
  readonly reference: string
  /** The function under test. */
  readonly entry: string
  /** Statements of the tests, as they stand. They call the entry by its name or as `candidate`. */
  readonly tests: string
}

/** What the tests call the function with; the same for every candidate. */
export type Recording =
  | {
      readonly ok: true
      readonly inputs: readonly string[]
      /** What the reference took. */
      readonly wallMs: number
    }
  | Broken
export type Broken = { readonly ok: false; readonly why: string; readonly undecided: boolean }

/** The tests in a namespace of their own, with the entry replaced by `double`; chance in them is the same each time. */
function underTest({ reference, entry, tests }: AssertSuite, main: string): string {
  return `${inOwnSpace(reference, entry)}
import random as _random
_tests = compile(${reprOf(pyStr(tests))}, '<tests>', 'exec')

def _run_tests(double):
    _random.seed(0)
    space = dict(_space)
    space['candidate'] = space[${reprOf(pyStr(entry))}] = double
    exec(_tests, space)

${main}`
}

const RECORD = `def f():
    calls = []
    def double(*arguments):
        calls.append(repr(arguments)[1:-1])
        return _entry(*arguments)
    _run_tests(double)
    return calls
`

const PLAYBACK = `def f(calls, answers):
    place = 0
    def double(*arguments):
        nonlocal place
        if place < len(calls) and calls[place] == arguments:
            place += 1
            return answers[place - 1]
        # The message of a failing assert may call once more.
        if arguments in calls:
            return answers[calls.index(arguments)]
        raise LookupError
    _run_tests(double)
    return place
`

/**
 * The candidate as f. Some values that are no plain data have a stand-in that tests cannot tell apart: what is only
 * iterated over comes as a deque, which equals no list either, a match object as a text, which is as true.
 */
const answering = (
  candidate: string,
  { entry }: AssertSuite,
): string => `${inOwnSpace(candidate, entry)}
import re as _re
import collections as _collections
_lazy = (map, filter, zip, range, type(_ for _ in ()), type({}.keys()), type({}.values()), type({}.items()))

def f(*arguments):
    value = _entry(*arguments)
    if isinstance(value, _re.Match):
        return 're.Match'
    if isinstance(value, _lazy):
        return _collections.deque(value)
    return tuple(value) if isinstance(value, tuple) else value
`

export async function record(suite: AssertSuite, deps: GradeDeps): Promise<Recording> {
  const { outcomes, wallMs } = await callAll(underTest(suite, RECORD), [''], TRUSTED_LIMITS, deps)
  const [outcome] = outcomes
  if (outcome?.status !== 'ok') {
    const why = `the reference under its own tests: ${describe(outcome)}`
    return { ok: false, why, undecided: outcome?.status === 'infra_error' }
  }
  const inputs = textsIn(outcome.canonical)
  if (inputs.length === 0) return { ok: false, why: 'the tests call nothing', undecided: false }
  if (inputs.some((input) => !parseArguments(input).ok)) {
    return { ok: false, why: 'the tests call with values that are no plain data', undecided: false }
  }
  return { ok: true, inputs, wallMs }
}

/** Argument lists as repr writes them, which keeps the order of dicts. */
function textsIn(canonical: string): string[] {
  const calls = parseCanonical(canonical)
  if (!calls.ok || calls.value.kind !== 'list') return []
  return calls.value.items.flatMap((call) => (call.kind === 'str' ? [call.text] : []))
}

function describe(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'nothing'
  return outcome.status === 'ok' ? 'ok' : `${outcome.status} ${outcome.detail}`
}

/** candidate: a program that defines the entry. */
export async function judge(
  suite: AssertSuite,
  recording: Recording,
  candidate: string,
  deps: GradeDeps,
): Promise<ItemVerdict> {
  if (!recording.ok) return { ...wrong(recording.why, candidate), undecided: true }
  const limits = limitsFor(recording.wallMs)
  const { outcomes } = await callAll(answering(candidate, suite), recording.inputs, limits, deps)
  const failed = firstFailure(outcomes)
  if (failed !== null) return failedCall(failed.at, failed.failure, candidate)
  const answers = outcomes.flatMap((outcome) => valueOf(outcome))
  if (answers.length !== recording.inputs.length) {
    return wrong('an answer is too large to be compared', candidate)
  }
  return await playBack(suite, recording.inputs, answers, candidate, deps)
}

function valueOf(outcome: Outcome): PyValue[] {
  if (outcome.status !== 'ok') return []
  const value = parseCanonical(outcome.canonical)
  return value.ok ? [value.value] : []
}

export function failedCall(
  at: number,
  { status, detail }: Exclude<Outcome, { readonly status: 'ok' }>,
  candidate: string,
): ItemVerdict {
  const undecided = status === 'infra_error'
  return { ...wrong(`call ${at + 1}: ${status} ${detail}`, candidate), status, undecided }
}

async function playBack(
  suite: AssertSuite,
  inputs: readonly string[],
  answers: readonly PyValue[],
  candidate: string,
  deps: GradeDeps,
): Promise<ItemVerdict> {
  // A tuple of one needs its comma, and repr has written it.
  const calls = `[${inputs.map((input) => `(${input})`).join(', ')}]`
  const input = `${calls}, [${answers.map(reprOf).join(', ')}]`
  const called = await callAll(underTest(suite, PLAYBACK), [input], TRUSTED_LIMITS, deps)
  const [outcome] = called.outcomes
  if (outcome?.status === 'ok') {
    return { ...right(`all tests hold, ${inputs.length} calls`, candidate), status: 'ok' }
  }
  if (outcome === undefined || outcome.status === 'infra_error') {
    return { ...wrong('the judge did not run', candidate), undecided: true }
  }
  // Tests are deterministic: with the reference's answers they would have made the recorded calls.
  const why = outcome.detail === 'LookupError' ? 'another call than recorded' : outcome.detail
  return { ...wrong(`the tests: ${why}`, candidate), status: 'ok' }
}
