/** The loop over the real sandbox: real Python, scripted model. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunOverrides } from '../../electron/contract/config.ts'
import { openSandbox } from '../../electron/sandbox/open.ts'
import type { Sandbox } from '../../electron/sandbox/sandbox.ts'
import { validate } from '../../electron/selfplay/azr/validate.ts'
import { verify } from '../../electron/selfplay/azr/verify.ts'
import { createExecution } from '../../electron/selfplay/execution.ts'
import { BASE_PROMPTS } from '../../electron/selfplay/prompts/base.ts'
import { below } from '../../electron/selfplay/random.ts'
import type { Random } from '../../electron/selfplay/random.ts'
import { parseLoopState } from '../../electron/selfplay/state.ts'
import { contextOf, proposed, solved, taskOf } from '../fakes/hooks.ts'
import { shownOutput } from '../../electron/selfplay/values.ts'
import { fakeRun, steps } from '../fakes/loop.ts'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await openSandbox({ workers: 2 })
})
afterAll(() => sandbox.close())

const quiet = new AbortController().signal

/** Programs of real Python, good and bad, and answers that are often right for lists. */
function script(prompt: string, random: Random): string {
  const number = () => String(below(30, random))
  const list = `[${number()}, ${number()}]`
  const bodies = [
    'return x[::-1]',
    'return sorted(x)',
    'return sum(x)',
    'y = 0\n    for i in x:\n        y += i * 2\n    return y',
    'return {i % 3 for i in x}',
    'return x[9]',
    'return id(x)',
    'return object()',
  ]
  if (/^<P[DA]>/.test(prompt)) {
    return `def f(x):\n    ${bodies[below(bodies.length, random)]}<in>${list}`
  }
  if (prompt.startsWith('<PI>')) {
    return Array.from({ length: 6 }, () => `[${number()}, ${number()}]`).join('<in>')
  }
  if (prompt.startsWith('<SI>')) return `def f(x):\n    ${bodies[below(4, random)]}`
  return prompt.startsWith('<SD>') ? number() : list
}

test('three steps are the same twice, and after a resume', async () => {
  const overrides = { batch: 6, mcSamples: 3 }
  const run = () => ({ ...fakeRun(overrides, { script }), sandbox })
  const expected = await steps(run())
  const first = run()
  const before = await steps(first, 2)
  const second = { ...run(), state: parseLoopState(JSON.parse(JSON.stringify(before[1]?.state))) }
  second.client.weights = first.client.weights
  expect([...before, ...(await steps(second))]).toEqual(expected)
  const checks = expected.flatMap(({ record }) => record.proposals.flatMap((one) => one.checks))
  const refused = new Set(checks.flatMap(({ name, pass }) => (pass ? [] : [name])))
  expect(refused).toEqual(new Set(['runs', 'deterministic', 'output']))
  expect(expected.at(-1)?.state.counters.valid).toBeGreaterThan(10)
  expect(expected.at(-1)?.state.counters.solved).toBeGreaterThan(0)
})

const base = (program: string, input: string) =>
  `<think>a</think><answer>\n\`\`\`python\n${program}\n\`\`\`\n\`\`\`input\n${input}\n\`\`\`\n</answer>`

function realContext(overrides: RunOverrides = {}) {
  const execution = createExecution(sandbox, { wallMs: 1_000, outputChars: 400 }, quiet)
  return contextOf({ maxPrompt: 100_000, ...overrides }, { execution, prompts: BASE_PROMPTS })
}

test.each([
  [
    'a counter in globals',
    'n = [0]\ndef f(x):\n    n[0] += 1\n    return n[0]',
    '1',
    'deterministic',
  ],
  [
    'an attribute as a counter',
    'def f(x):\n    f.n = getattr(f, "n", 0) + 1\n    return f.n',
    '1',
    'deterministic',
  ],
  [
    'the order of a set of strings',
    'def f(x):\n    return list(set(x))',
    '"abcdefgh"',
    'deterministic',
  ],
  ['NaN', 'def f(x):\n    return x * float("nan")', '1', 'output'],
  ['a generator', 'def f(x):\n    return (i for i in range(x))', '3', 'output'],
  ['an exception without error in its name', 'def f(x):\n    raise StopIteration', '1', 'runs'],
  ['SystemExit', 'def f(x):\n    raise SystemExit', '1', 'runs'],
  [
    'an endless loop that swallows everything',
    'def f(x):\n    while True:\n        try:\n            while True:\n                x += 1\n        except BaseException:\n            pass',
    '1',
    'runs',
  ],
  ['a long output', 'def f(x):\n    return "ab" * x', '2000', 'output'],
  [
    'an import that is banned',
    'import random\ndef f(x):\n    return random.random()',
    '1',
    'imports',
  ],
  ['an import in disguise', 'def f(x):\n    return __import__("random").random()', '1', 'names'],
  ['an input that is code', 'def f(x):\n    return x', '__import__("os").getpid()', 'literal'],
  ['a syntax error', 'def f(x):\n    return (', '1', 'syntax'],
  ['no entry', 'def g(x, y=def):\n    return x', '1', 'syntax'],
])('%s is refused at its check', async (_, program, input, name) => {
  const [judged] = await validate(realContext(), [proposed('deduction', base(program, input))])
  expect(judged?.checks.find(({ pass }) => !pass)?.name).toBe(name)
  expect(judged?.undecided).toBe(false)
})

test.each([
  ['a rebound builtin', 'len = sum\ndef f(x):\n    return len(x)', '[1, 2]'],
  [
    'nested functions and classes',
    'class A:\n    def __init__(self, n):\n        self.n = n\ndef f(x):\n    def g(y):\n        return A(y).n\n    return g(x)',
    '3',
  ],
  [
    'process_input',
    'def f(x):\n    def process_input(y):\n        return y + 1\n    return process_input(x)',
    '3',
  ],
  ['a set as output', 'def f(x):\n    return {i % 3 for i in range(x)}', '9'],
  ['several arguments', 'def f(a, b):\n    return a * b', "'ab', 2"],
])('%s is fine', async (_, program, input) => {
  const [judged] = await validate(realContext(), [proposed('deduction', base(program, input))])
  expect([judged?.standing, judged?.checks.find(({ pass }) => !pass)]).toEqual(['fresh', undefined])
})

test('an entry of another name becomes f', async () => {
  const program = 'def solve(x):\n    return "solve" + str(x)'
  const [judged] = await validate(realContext(), [proposed('deduction', base(program, '1'))])
  expect(judged?.task?.program).toContain('def f(x)')
  expect(judged?.task?.program).toContain('"solve"')
})

test('hostile answers earn nothing and break nothing', async () => {
  const induction = taskOf('induction', 'x', [
    ['1', '1'],
    ['2', '2'],
    ['3', '3'],
    ['4', '4'],
    ['5', '5'],
    ['6', '6'],
  ])
  const answer = (program: string) =>
    solved(induction, `<think>a</think><answer>\n\`\`\`python\n${program}\n\`\`\`\n</answer>`)
  const programs = [
    'class A:\n    def __eq__(self, other):\n        return True\ndef f(x):\n    return A()',
    'import os\ndef f(x):\n    os._exit(0)',
    'def f(x):\n    while True:\n        pass',
    'def f(x):\n    return 10 ** 10 ** 10',
    'print("True")\ndef f(x):\n    return True',
    'def f(x):\n    if x > 4:\n        raise Exception("boom")\n    return x',
    'def f(x):\n    return x',
  ]
  const judged = await verify(realContext(), programs.map(answer))
  expect(judged.map(({ correct }) => correct)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
    true,
  ])
  expect(judged[5]?.outcomes).toEqual([1, 0, 0])
  expect(judged.some(({ undecided }) => undecided)).toBe(false)
})

const OWN =
  'class Broken(Exception):\n    def __str__(self):\n        raise SystemExit\n    __repr__ = __str__\n'
const renamed = (name: string) =>
  `def f(x):\n    E = type(${name}, (Exception,), {})\n    raise E(x)`
/** Gold, or the check that refused it. */
const ENDINGS: readonly (readonly [program: string, found: string])[] = [
  ['def f(x):\n    return x[9]', 'IndexError'],
  ['def f(x):\n    return x + "raise"  # raise', 'NoError'],
  ['def f(x):\n    return float("nan")', 'NoError'],
  ['def f(x):\n    return f(x)', 'RecursionError'],
  [`${OWN}def f(x):\n    raise Broken(x)`, 'Broken'],
  [
    `${OWN}def f(x):\n    try:\n        raise Broken\n    except Broken:\n        return 1`,
    'NoError',
  ],
  [`${OWN}def f(x):\n    return Broken(x)`, 'output'],
  [
    'class A:\n    def __repr__(self):\n        raise KeyError\ndef f(x):\n    return A()',
    'output',
  ],
  ['class NoError(Exception):\n    pass\ndef f(x):\n    raise NoError', 'runs'],
  [renamed('"E%d" % (hash(x) % 9973)'), 'deterministic'],
  [renamed('"two words"'), 'runs'],
  [renamed('"Ünder"'), 'runs'],
  [renamed('"E" * 60'), 'runs'],
  [renamed('"E" * 59'), 'E'.repeat(59)],
  ['n = [0]\ndef f(x):\n    n[0] += 1\n    return [1, 2][n[0]]', 'deterministic'],
  ['def f(x):\n    return id(x)', 'deterministic'],
  ['def f(x):\n    return open(x)', 'runs'],
  ['def f(x):\n    return input(x)', 'runs'],
  ['def f(x):\n    return eval("1 +")', 'runs'],
  ['return 1\ndef f(x):\n    return x', 'runs'],
]

test('an error task has the name of a class as gold, or none', async () => {
  const context = realContext({ promptSet: 'base', errorShare: 1, errorBanned: [] })
  const judged = await validate(
    context,
    ENDINGS.map(([program], index) =>
      proposed('deduction', base(program, "'ab'"), { variant: 'error', index }),
    ),
  )
  const found = judged.map(({ task, checks }) =>
    task === null
      ? checks.find(({ pass }) => !pass)?.name
      : shownOutput(task, task.pairs[0]?.output ?? ''),
  )
  expect(found).toEqual(ENDINGS.map(([, expected]) => expected))
})

test('keywords are looked for in the syntax tree', async () => {
  const context = realContext({ promptSet: 'base', errorShare: 1 })
  const programs = [
    'def f(x):\n    if x:\n        raise KeyError(x)\n    return 1',
    'def f(x):\n    """raise"""\n    assert not x\n    return 1',
  ]
  const judged = await validate(
    context,
    programs.map((program, index) =>
      proposed('deduction', base(program, '3'), { variant: 'error', index }),
    ),
  )
  expect(judged[0]?.checks.at(-1)).toEqual({ name: 'names', pass: false, evidence: 'raise' })
  expect(judged[1]?.standing).toBe('fresh')
})

test('a run with error tasks is the same after a resume', async () => {
  const overrides: RunOverrides = {
    promptSet: 'base',
    errorShare: 0.5,
    types: ['deduction'],
    batch: 6,
    mcSamples: 2,
    seedFactor: 1,
    maxPrompt: 20_000,
    totalSteps: 2,
  }
  const bodies = ['return x[1]', 'return x[9]', 'return sum(x)', "return x['a']", 'return x + x']
  const answers = ['IndexError', 'TypeError', 'NoError', '7']
  const script = (prompt: string, random: Random): string => {
    if (!prompt.includes('You are writing')) {
      const told = answers[below(answers.length, random)]
      return `</think><answer>\n\`\`\`output\n${told}\n\`\`\`\n</answer>`
    }
    const body = `def f(x):\n    ${bodies[below(bodies.length, random)]}`
    return base(body, `[${below(99, random)}, 7]`).replace('<think>', '')
  }
  const run = () => ({ ...fakeRun(overrides, { script, prompts: BASE_PROMPTS }), sandbox })
  const expected = await steps(run())
  const first = run()
  const before = await steps(first, 1)
  const second = { ...run(), state: parseLoopState(JSON.parse(JSON.stringify(before[0]?.state))) }
  second.client.weights = first.client.weights
  expect([...before, ...(await steps(second))]).toEqual(expected)
  const errors = (expected.at(-1)?.state.stores['deduction'] ?? []).filter(
    ({ variant }) => variant === 'error',
  )
  const golds = new Set(errors.map((task) => shownOutput(task, task.pairs[0]?.output ?? '')))
  expect(golds).toEqual(new Set(['IndexError', 'TypeError', 'NoError']))
  const ids = new Set(errors.map(({ id }) => id))
  const solved = expected.flatMap(({ record }) =>
    record.episodes.filter(({ role, task }) => role === 'solve' && ids.has(task ?? '')),
  )
  expect(solved.length).toBeGreaterThan(0)
  expect(new Set(solved.map(({ correct }) => correct))).toEqual(new Set([true, false]))
})
