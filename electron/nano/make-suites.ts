/**
 * Makes the items of both suites: gold outputs by running each program twice under different hash seeds.
 * Not here: reading the files (suites.ts), writing them (write-suites.ts).
 */
import { AppError } from '../contract/errors.ts'
import { KINDS } from '../contract/task.ts'
import type { Kind, Pair } from '../contract/task.ts'
import { parseCanonical } from '../python/canonical.ts'
import type { PyValue } from '../python/value.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { NANO_CODEC } from './codec.ts'
import { execute } from './execute.ts'
import { randomInputs } from './grammar/inputs.ts'
import type { InputType } from './grammar/operations.ts'
import { randomProgram } from './grammar/program.ts'
import { isHeldOut } from './holdout.ts'
import { between, seededRandom } from './random.ts'
import type { Random } from './random.ts'
import { VALUE_LIMITS } from './runner.ts'
import { isTrivial } from './stream.ts'
import type { SuiteLine } from './suites.ts'

type Runner = Pick<Sandbox, 'run' | 'runTwice'>

const PER_KIND = 800
const PAIRS = 6
const VISIBLE = 3
/** Streams of the two suites' own seed; training seeds are the user's. */
const SEED = 20_250_503
const HAND_TOKENS = 95

const small = (value: PyValue): boolean =>
  value.kind === 'int' &&
  value.value <= BigInt(VALUE_LIMITS.magnitude) &&
  value.value >= -BigInt(VALUE_LIMITS.magnitude)

/** Whether nano models can be asked for it: the types and ranges of the language. */
export function isNanoValue(value: PyValue): boolean {
  if (value.kind === 'bool' || value.kind === 'int') return value.kind === 'bool' || small(value)
  if (value.kind === 'str') {
    return value.text.length <= VALUE_LIMITS.stringLength && /^[\x20-\x7e]*$/.test(value.text)
  }
  return (
    value.kind === 'list' &&
    value.items.length <= VALUE_LIMITS.listLength &&
    value.items.every(small)
  )
}

/** The inputs that give the same nano value in every run, with that value in canonical text. */
async function goldPairs(
  program: string,
  inputs: readonly string[],
  sandbox: Runner,
): Promise<Pair[]> {
  const { outcomes } = await sandbox.runTwice({ program, inputs })
  return inputs.flatMap((input, at) => {
    const outcome = outcomes[at]
    if (outcome?.status !== 'ok') return []
    const value = parseCanonical(outcome.canonical)
    return value.ok && isNanoValue(value.value) ? [{ input, output: outcome.canonical }] : []
  })
}

type Found = { readonly program: string; readonly inputs: readonly string[] }

/** Distinct, non-trivial held-out programs with inputs that they accept. */
async function heldOutPrograms(count: number, sandbox: Runner): Promise<Found[]> {
  const found = new Map<string, Found>()
  for (let batch = 0; found.size < count; batch += 1) {
    const random = seededRandom(SEED, batch)
    const calls = Array.from({ length: 5_000 }, () => randomProgram(random))
      .filter(({ text }) => isHeldOut(text) && !found.has(text))
      .map(({ text, input }) => ({
        program: text,
        inputs: randomInputs(input, PAIRS + 2, random),
        wanted: PAIRS,
      }))
    const outcomes = await execute(calls, sandbox)
    for (const [at, { program }] of calls.entries()) {
      const pairs = outcomes[at]
      if (pairs === null || pairs === undefined || isTrivial(pairs)) continue
      if (found.size < count) found.set(program, { program, inputs: pairs.map((p) => p.input) })
    }
  }
  return [...found.values()]
}

const lineOf = (id: string, kind: Kind, program: string, pairs: readonly Pair[]): SuiteLine => ({
  id,
  kind,
  program,
  pairs: [...pairs],
  visible: kind === 'induction' ? VISIBLE : 0,
})

/** Each program serves one kind: one pair of deduction and abduction, six of induction. */
export async function heldOutSuite(
  sandbox: Runner,
  perKind: number = PER_KIND,
): Promise<SuiteLine[]> {
  const programs = await heldOutPrograms(perKind * KINDS.length, sandbox)
  const lines: SuiteLine[] = []
  for (const [at, { program, inputs }] of programs.entries()) {
    const kind = KINDS[at % KINDS.length] ?? 'deduction'
    const pairs = await goldPairs(program, inputs, sandbox)
    if (pairs.length < PAIRS) {
      throw new AppError('sandbox', `held-out program: expected ${PAIRS} outputs: ${program}`)
    }
    const shown = kind === 'induction' ? pairs : pairs.slice(0, 1)
    lines.push(lineOf(`heldout/${kind}/${Math.floor(at / KINDS.length)}`, kind, program, shown))
  }
  return lines
}

export type HandWritten = {
  readonly program: string
  readonly type: InputType
  /** Ints only: the range of the inputs. */
  readonly low: number
  readonly high: number
}

const BLOCK = /^# (list|str|int)(?: (-?\d+)\.\.(\d+))?\n(def f\(x\):\n(?: {4}[^\n]*\n?)+)$/

/** Reads nano-ood.py: a type comment and a function per block, after the file's opening comment. */
export function parseHandWritten(source: string): HandWritten[] {
  const [, ...blocks] = source.trimEnd().split('\n\n')
  return blocks.map((block) => {
    const [, type, low = '0', high = '0', program] = BLOCK.exec(block) ?? []
    if (type === undefined || program === undefined) {
      throw new AppError('config', `nano-ood.py: expected a type and a function, found ${block}`)
    }
    const input: InputType = type === 'list' || type === 'str' ? type : 'int'
    return { program, type: input, low: Number(low), high: Number(high) }
  })
}

function handInputs({ type, low, high }: HandWritten, random: Random): string[] {
  if (type !== 'int') return randomInputs(type, 30, random)
  const drawn = Array.from({ length: 60 }, () => String(between(random, low, high)))
  return [...new Set(drawn)].slice(0, 30)
}

/** Six pairs whose outputs differ as far as possible: outputs not seen yet come first. */
function varied(pairs: readonly Pair[]): Pair[] {
  const chosen: Pair[] = []
  const rest = [...pairs]
  while (chosen.length < PAIRS && rest.length > 0) {
    const uses = (output: string) => chosen.filter((pair) => pair.output === output).length
    const best = rest.reduce((a, b) => (uses(b.output) < uses(a.output) ? b : a))
    chosen.push(best)
    rest.splice(rest.indexOf(best), 1)
  }
  return chosen
}

/** Three deduction, three abduction and two induction items of each program. */
export async function handWrittenSuite(source: string, sandbox: Runner): Promise<SuiteLine[]> {
  const lines: SuiteLine[] = []
  for (const [at, hand] of parseHandWritten(source).entries()) {
    const { program } = hand
    const pairs = varied(
      await goldPairs(program, handInputs(hand, seededRandom(SEED + 1, at)), sandbox),
    )
    const tokens = NANO_CODEC.encode([{ text: program, trusted: false }]).length
    const outputs = new Set(pairs.map(({ output }) => output)).size
    if (pairs.length < PAIRS || outputs < 2 || tokens > HAND_TOKENS) {
      const found = `${pairs.length} pairs, ${outputs} outputs, ${tokens} tokens`
      throw new AppError('config', `nano-ood.py: found ${found}:\n${program}`)
    }
    lines.push(...handItems(at, program, pairs))
  }
  return lines
}

function handItems(at: number, program: string, pairs: readonly Pair[]): SuiteLine[] {
  const single = (kind: Kind, offset: number) =>
    [0, 1, 2].map((i) =>
      lineOf(`ood/${kind}/${at}/${i}`, kind, program, pairs.slice(offset + i, offset + i + 1)),
    )
  const backwards = pairs.toReversed()
  return [
    ...single('deduction', 0),
    ...single('abduction', VISIBLE),
    lineOf(`ood/induction/${at}/0`, 'induction', program, pairs),
    lineOf(`ood/induction/${at}/1`, 'induction', program, backwards),
  ]
}
