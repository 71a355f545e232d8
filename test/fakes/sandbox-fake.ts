/**
 * A Sandbox for programs of one line, `def f(x):` and `return EXPRESSION`, where the expression is one of a
 * table over whole numbers. Some rows misbehave: they never end, cannot be run, depend on chance.
 */
import type { ProgramFacts } from '../../electron/contract/task.ts'
import type { Outcome, RunReply } from '../../electron/contract/verdict.ts'
import { toCanonical } from '../../electron/python/canonical.ts'
import { parseArguments } from '../../electron/python/literal.ts'
import { NONE, pyBool, pyFloat, pyInt, pyList, pyStr } from '../../electron/python/value.ts'
import type { PyValue } from '../../electron/python/value.ts'
import type { RunRequest, Sandbox } from '../../electron/sandbox/sandbox.ts'

type Row = (x: PyValue) => PyValue | Outcome

const whole =
  (act: (x: bigint) => PyValue): Row =>
  (x) =>
    x.kind === 'int' ? act(x.value) : { status: 'exception', detail: 'TypeError' }
const bad =
  (status: Exclude<Outcome['status'], 'ok'>): Row =>
  () => ({ status, detail: status })

export const EXPRESSIONS: Readonly<Record<string, Row>> = {
  x: (x) => x,
  'x + 1': whole((x) => pyInt(x + 1n)),
  'x * 2': whole((x) => pyInt(x * 2n)),
  'x - 3': whole((x) => pyInt(x - 3n)),
  'x * x': whole((x) => pyInt(x * x)),
  'x % 7': whole((x) => pyInt(((x % 7n) + 7n) % 7n)),
  'x % 2 == 0': whole((x) => pyBool(x % 2n === 0n)),
  '[x, x]': (x) => pyList([x, x]),
  'str(x)': whole((x) => pyStr(String(x))),
  'x * 1.0': whole((x) => pyFloat(Number(x))),
  None: () => NONE,
  nan: () => pyFloat(Number.NaN),
  'spin(x)': bad('timeout'),
  'chance(x)': bad('nondeterministic'),
  'broken(x)': bad('infra_error'),
  'iter(x)': bad('unserialisable'),
  'long(x)': bad('too_large'),
  '1 / 0': bad('exception'),
}

export function programOf(expression: string): string {
  return `def f(x):\n    return ${expression}`
}

export function outcomeOf(program: string, input: string): Outcome {
  const expression = /^def f\(x\):\n {4}return (.*)$/.exec(program)?.[1] ?? ''
  const row = EXPRESSIONS[expression]
  const parsed = parseArguments(input)
  const x = parsed.ok ? parsed.value[0] : undefined
  if (row === undefined || x === undefined) return { status: 'exception', detail: 'NameError' }
  const result = row(x)
  return 'status' in result ? result : { status: 'ok', canonical: toCanonical(result) }
}

export type FakeSandbox = Sandbox & {
  readonly ran: RunRequest[]
  readonly analysed: string[]
}

export function fakeSandbox(): FakeSandbox {
  const ran: RunRequest[] = []
  const analysed: string[] = []
  const run = (request: RunRequest): Promise<RunReply> => {
    ran.push(request)
    const outcomes = request.inputs.map((input) => outcomeOf(request.program, input))
    return Promise.resolve({ outcomes, cpuMs: 1, wallMs: 1 })
  }
  return {
    level: 4,
    pythonVersion: 'fake',
    ran,
    analysed,
    run,
    runTwice: run,
    analyse: (programs) => {
      analysed.push(...programs)
      return Promise.resolve(programs.map(factsOf))
    },
    close: () => Promise.resolve(),
  }
}

export function factsOf(program: string): ProgramFacts {
  if (!/^(?:import \w+\n)*def \w+\(.*\):\n(?: {4}.*\n?)+$/.test(program)) {
    return { ok: false, error: 'SyntaxError: invalid syntax' }
  }
  const tokens = program.match(/\w+|[^\s\w]/g) ?? []
  return {
    ok: true,
    program,
    hasEntry: /^def f\(/m.test(program),
    parameters: /^def \w+\((.*)\)/m.exec(program)?.[1] === '' ? 0 : 1,
    imports: [...program.matchAll(/^import (\w+)$/gm)].map((match) => match[1] ?? ''),
    dunders: program.match(/__\w+__/g) ?? [],
    nodes: tokens.length,
    shape: tokens.map((token) => (token === 'def' ? 'FunctionDef' : token)),
    skeleton: program.replace(/\d+/g, '0'),
    cognitive: 0,
    cyclomatic: 1,
    halstead: { volume: 10, effort: 20 },
  }
}
