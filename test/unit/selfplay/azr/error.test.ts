import { describe, expect, test } from 'vitest'
import { resolveConfig } from '../../../../electron/contract/config.ts'
import type { RunOverrides } from '../../../../electron/contract/config.ts'
import type { ErrorKeyword } from '../../../../electron/contract/fields.ts'
import type { ProgramFacts, Task } from '../../../../electron/contract/task.ts'
import type { Outcome } from '../../../../electron/contract/verdict.ts'
import {
  asNames,
  keywordProblem,
  namesGold,
  variantFor,
} from '../../../../electron/selfplay/azr/error.ts'
import { givenPrograms } from '../../../../electron/selfplay/azr/composite.ts'
import { plan } from '../../../../electron/selfplay/azr/plan.ts'
import { score } from '../../../../electron/selfplay/azr/score.ts'
import { validate } from '../../../../electron/selfplay/azr/validate.ts'
import { verify } from '../../../../electron/selfplay/azr/verify.ts'
import { solverView } from '../../../../electron/selfplay/azr/view.ts'
import { BASE_PROMPTS } from '../../../../electron/selfplay/prompts/base.ts'
import { CHAT_PROMPTS } from '../../../../electron/selfplay/prompts/chat.ts'
import { parseLoopState } from '../../../../electron/selfplay/state.ts'
import { canonicalOf, shownOutput } from '../../../../electron/selfplay/values.ts'
import {
  contextOf,
  judged,
  judgedProposal,
  proposed,
  solved,
  taskOf,
} from '../../../fakes/hooks.ts'
import { factsOf, fakeSandbox, programOf } from '../../../fakes/sandbox-fake.ts'

const BASE: RunOverrides = { promptSet: 'base', maxPrompt: 8_000 }
const ERROR = { variant: 'error' } as const

const errorTask = (expression: string, name: string, id = '4/deduction/1'): Task =>
  taskOf('deduction', expression, [['1', `'${name}'`]], { ...ERROR, id })

function contextWith(overrides: RunOverrides, errors: readonly Task[] = []) {
  const context = contextOf({ ...BASE, ...overrides }, { prompts: BASE_PROMPTS })
  const plain = ['x + 1', 'x * 2'].map((one, at) =>
    taskOf('deduction', one, [['1', '2']], { id: `3/deduction/${at}` }),
  )
  const stores = {
    deduction: [...errors, ...plain],
    abduction: [taskOf('abduction', 'x - 3', [['4', '1']])],
  }
  return { ...context, state: { ...context.state, stores } }
}

describe('the settings', () => {
  test.each([
    [
      'nano',
      { errorShare: 0.1 },
      'errorShare: expected 0 with the nano prompts, which have no words for exceptions, found 0.1',
    ],
    [
      'paper',
      { errorShare: 0.2, types: ['abduction', 'induction'] },
      'errorShare: expected 0 without deduction among the types, found 0.2',
    ],
    ['paper', { errorShare: 2 }, 'errorShare: expected a number from 0 to 1, found 2'],
  ] as const)('%s with %j is refused in one sentence', (preset, overrides, sentence) => {
    expect(() => resolveConfig(preset, overrides)).toThrow(sentence)
  })

  test('are off by default, with raise banned', () => {
    const { errorShare, errorBanned } = resolveConfig('paper')
    expect([errorShare, errorBanned]).toEqual([0, ['raise']])
  })
})

describe('which proposals are error tasks', () => {
  test('about the share of deductions, the same for the same seed, none while seeding', () => {
    const context = contextWith({ errorShare: 0.5 })
    const all = Array.from({ length: 400 }, (_, at) => variantFor(context, 'deduction', at))
    const share = all.filter((one) => one === 'error').length / all.length
    expect(share).toBeGreaterThan(0.4)
    expect(share).toBeLessThan(0.6)
    expect(variantFor(context, 'deduction', 7)).toBe(all[7])
    expect(variantFor(context, 'abduction', 7)).toBeUndefined()
    expect(variantFor({ ...context, step: 0 }, 'deduction', 7)).toBeUndefined()
    expect(variantFor(contextWith({ errorShare: 1 }), 'deduction', 7)).toBe('error')
  })

  test('the others are what they would be without them', () => {
    const without = plan(contextWith({}))
    const some = plan(contextWith({ errorShare: 0.5 }))
    expect(without.every(({ variant }) => variant === undefined)).toBe(true)
    expect(some.filter(({ variant }) => variant === 'error').length).toBeGreaterThan(0)
    some.forEach((spec, at) => {
      if (spec.variant === undefined) expect(spec).toEqual(without[at])
    })
  })

  test('references are of the same variant, and others are shown plain programs only', () => {
    const errors = [errorTask('1 / 0', 'ZeroDivisionError'), errorTask('x', 'NoError')]
    for (const spec of plan(contextWith({ errorShare: 0.5, references: 6 }, errors))) {
      const isError = spec.variant === 'error'
      expect(spec.references.every(({ variant }) => variant === spec.variant)).toBe(true)
      expect(spec.prompt.text.includes('name the class of the exception')).toBe(isError)
      if (isError && spec.references.length > 0) {
        expect(spec.prompt.text).toMatch(/```output\n(?:NoError|ZeroDivisionError)\n```/)
      }
    }
    const composite = contextWith({ compositeShare: 1 }, errors)
    const given = Array.from({ length: 20 }, (_, at) => givenPrograms(composite, 'deduction', at))
    expect(given.flat().some((program) => program.includes('1 / 0'))).toBe(false)
  })
})

describe('the words of an error task', () => {
  const options = { references: [], inputs: 3 }
  const lines = (error?: { readonly banned: readonly string[] }): string[] =>
    CHAT_PROMPTS.propose('deduction', error === undefined ? options : { ...options, error })
      .map(({ text }) => text)
      .join('')
      .split('\n')

  test('a proposer is told what a plain one is, but for these lines', () => {
    const plain = new Set(lines())
    const own = lines({ banned: ['raise', 'assert'] }).filter((line) => !plain.has(line))
    expect(own).toEqual([
      'You are writing one item of an intelligence test. The test subject, a capable programmer without a computer, is shown the program and the input, and has to name the class of the exception that the call of f ends with, or to say that it ends without one.',
      '- The entry is a function called f with at least one parameter, and it either returns a value or ends with an exception. Both make good items.',
      '- The same input always ends in the same way: no randomness, no clock, no files, no network, no printing, nothing from outside.',
      '- An exception comes out of the work itself, such as a missing key or a wrong type. Exceptions about files, imports and the like do not count.',
      '- These keywords must not occur in it: raise, assert.',
      'The item is good when no single line gives away how it ends, when the subject needs several steps of thought but can get there, and when it is unlike the items below.',
      '    return word[times]',
    ])
    const free = lines({ banned: [] })
    expect(free.some((line) => line.includes('keywords'))).toBe(false)
    expect(free).toContain(
      '- An exception may come out of the work itself or be of a class that the program defines. Exceptions about files, imports and the like do not count.',
    )
  })

  test.each([BASE_PROMPTS, CHAT_PROMPTS])('a solver is asked for the name by $version', (set) => {
    const task = { ...errorTask('1 / 0', 'SecretError'), program: programOf('x[3]') }
    const text = set
      .solve(solverView(task))
      .map((part) => part.text)
      .join('')
    expect(text)
      .toContain(`With which exception does this call of f end, if with any? Follow the program step by step.

\`\`\`python
def f(x):
    return x[3]
\`\`\`
\`\`\`input
1
\`\`\`

Give the name of the exception's class alone, without quotes and without its message, or NoError when f returns:
<answer>
\`\`\`output
ZeroDivisionError
\`\`\`
</answer>`)
    expect(text).not.toContain('SecretError')
    expect(text).not.toContain('strings quoted')
  })
})

describe('banned keywords', () => {
  const facts = (shape: readonly string[], nodes = shape.length) => ({
    ...okFacts(factsOf(programOf('x'))),
    shape,
    nodes,
  })
  test.each<[readonly ErrorKeyword[], readonly string[], number, string | null]>([
    [['raise'], ['Module', 'FunctionDef', 'Raise'], 3, 'raise'],
    [['raise'], ['Module', 'Try', 'ExceptHandler', 'Assert'], 4, null],
    [['assert'], ['Module', 'Assert'], 2, 'assert'],
    [['try', 'except'], ['Module', 'Try'], 2, 'try'],
    [['try'], ['Module', 'TryStar'], 2, 'try'],
    [['except'], ['Module', 'Try'], 2, null],
    [['except'], ['Module', 'Try', 'ExceptHandler'], 3, 'except'],
    [['raise'], ['Module', 'Pass'], 2_500, 'only 2 nodes can be looked at'],
    [[], ['Module', 'Raise'], 2_500, null],
  ])('%j in %j of %i nodes: %s', (banned, shape, nodes, problem) => {
    expect(keywordProblem(banned, facts(shape, nodes))).toBe(problem)
  })
})

function okFacts(facts: ProgramFacts): Extract<ProgramFacts, { ok: true }> {
  if (!facts.ok) throw new Error('no facts')
  return facts
}

const ok: Outcome = { status: 'ok', canonical: 'i5;' }
const raises = (detail: string): Outcome => ({ status: 'exception', detail })

describe('gold', () => {
  test.each([
    [ok, 'NoError'],
    [{ status: 'ok', canonical: 'fnan;' } as const, 'NoError'],
    [raises('KeyError'), 'KeyError'],
    [raises('Broken_2'), 'Broken_2'],
    [raises('E'.repeat(59)), 'E'.repeat(59)],
    [raises('E'.repeat(60)), null],
    [raises('NoError'), null],
    [raises('unreadable name'), null],
    [raises('PermissionError'), null],
    [raises('LookupError'), null],
    [raises('SyntaxError'), null],
    [raises('forged_or_garbled'), null],
    [raises('crash:11'), null],
    [raises('exit:3'), null],
  ])('%j: %s', (outcome, name) => {
    const [gold] = asNames([outcome])
    expect(gold?.status === 'ok' ? shownOutput(ERROR, gold.canonical) : null).toBe(name)
  })

  test.each<Outcome['status']>([
    'timeout',
    'memory',
    'rejected',
    'nondeterministic',
    'unserialisable',
    'too_large',
    'infra_error',
  ])('%s stays what it is', (status) => {
    if (status === 'ok') throw new Error('expected a failure')
    const outcome: Outcome = { status, detail: 'why' }
    expect(asNames([outcome])).toEqual([outcome])
  })
})

const text = (program: string) =>
  `<think>.</think><answer>\n\`\`\`python\n${program}\n\`\`\`\n\`\`\`input\n4\n\`\`\`\n</answer>`

async function judgedWith(outcome: Outcome, variant: { variant?: 'error' } = ERROR) {
  const sandbox = fakeSandbox()
  const run = () => Promise.resolve({ outcomes: [outcome], cpuMs: 1, wallMs: 1 })
  const context = contextOf(BASE, {
    prompts: BASE_PROMPTS,
    sandbox: { ...sandbox, run, runTwice: run },
  })
  const [found] = await validate(context, [proposed('deduction', text(programOf('x')), variant)])
  if (found === undefined) throw new Error('no judgement')
  return found
}

describe('a proposal', () => {
  test('that raises becomes a task with the name as gold, and says what the sandbox saw', async () => {
    const found = await judgedWith(raises('KeyError'))
    expect(found.task).toEqual({
      id: '5/deduction/0',
      step: 5,
      kind: 'deduction',
      program: programOf('x'),
      pairs: [{ input: '4', output: canonicalOf("'KeyError'") }],
      visible: 1,
      message: '',
      variant: 'error',
    })
    expect([found.standing, found.status]).toEqual(['fresh', 'exception'])
    expect(found.checks.every(({ pass }) => pass)).toBe(true)
  })

  test.each<[Outcome, string, string]>([
    [raises('PermissionError'), 'runs', 'exception: PermissionError cannot be asked for'],
    [raises('NoError'), 'runs', 'exception: NoError cannot be asked for'],
    [{ status: 'timeout', detail: 'time limit' }, 'runs', 'timeout: time limit'],
    [{ status: 'memory', detail: 'MemoryError' }, 'runs', 'memory: MemoryError'],
    [
      { status: 'nondeterministic', detail: 'two hash seeds differ' },
      'deterministic',
      'nondeterministic: two hash seeds differ',
    ],
    [{ status: 'too_large', detail: 'value' }, 'output', 'too_large: value'],
  ])('with %j is refused', async (outcome, name, evidence) => {
    const found = await judgedWith(outcome)
    expect(found.checks.at(-1)).toEqual({ name, pass: false, evidence })
    expect([found.standing, found.task, found.undecided]).toEqual(['invalid', null, false])
  })

  test('is undecided where the sandbox had trouble, and a plain one that raises is refused', async () => {
    expect((await judgedWith({ status: 'infra_error', detail: 'lost' })).undecided).toBe(true)
    expect((await judgedWith(raises('KeyError'), {})).standing).toBe('invalid')
  })

  test('is another task than the plain one of the same program and input', async () => {
    const same = text(programOf('x + 1'))
    const context = contextOf(BASE, { prompts: BASE_PROMPTS })
    const found = await validate(context, [
      proposed('deduction', same),
      proposed('deduction', same, { ...ERROR, index: 1 }),
      proposed('deduction', same, { ...ERROR, index: 2 }),
    ])
    expect(found.map(({ standing }) => standing)).toEqual(['fresh', 'fresh', 'repeat'])
    const shown = found.map(({ task }) => task && shownOutput(task, task.pairs[0]?.output ?? ''))
    expect(shown.slice(0, 2)).toEqual(['5', 'NoError'])
  })

  test('has the rarity of its answer among error tasks', async () => {
    const context = contextWith({ errorShare: 0.5 }, [errorTask('x', 'NoError')])
    const [plain, error] = await validate(context, [
      proposed('deduction', text(programOf('x + 1'))),
      proposed('deduction', text(programOf('x * 2')), { ...ERROR, index: 1 }),
    ])
    expect([plain?.terms.diversity, error?.terms.diversity]).toEqual([1, 0])
  })
})

const answer = (fence: string) =>
  `<think>so</think><answer>\n\`\`\`output\n${fence}\n\`\`\`\n</answer>`

describe('an answer', () => {
  test.each([
    ['KeyError', true],
    ['  KeyError \n', true],
    ['keyerror', false],
    ["'KeyError'", false],
    ['KeyError: 3', false],
    ['KeyError()', false],
    ['builtins.KeyError', false],
    ['KeyError\nNoError', false],
    ['NoError', false],
    ['LookupError', false],
    ['Exception', false],
    ['', false],
    ['K'.repeat(100_000), false],
    ["type('KeyError', (), {})", false],
  ])('%j to KeyError: %s', async (written, right) => {
    expect(namesGold(written, canonicalOf("'KeyError'"))).toBe(right)
    const sandbox = fakeSandbox()
    const context = contextOf(BASE, { prompts: BASE_PROMPTS, sandbox })
    const [found] = await verify(context, [solved(errorTask('x', 'KeyError'), answer(written))])
    expect([found?.correct, sandbox.ran]).toEqual([right, []])
  })

  test('that f returns is right where it does, and its value is not', async () => {
    const context = contextOf(BASE, { prompts: BASE_PROMPTS })
    const task = errorTask('x', 'NoError')
    const found = await verify(
      context,
      ['NoError', '1', "'NoError'", 'None'].map((one, index) =>
        solved(task, answer(one), { index }),
      ),
    )
    expect(found.map(({ correct }) => correct)).toEqual([true, false, false, false])
  })
})

test('error tasks have baselines of their own', () => {
  const context = contextWith({ errorShare: 0.5 })
  const error = errorTask('1 / 0', 'ZeroDivisionError')
  const plain = taskOf('deduction', 'x', [['1', '1']])
  const made = (task: Task, index: number) => ({
    ...judgedProposal(task, { index }),
    response: proposed('deduction', '', task.variant === 'error' ? { ...ERROR, index } : { index }),
  })
  const { proposals, solutions } = score(
    context,
    [made(plain, 0), made(error, 1)],
    [judged(solved(plain, '')), judged(solved(error, '', { purpose: 'probe' }))],
  )
  expect([...proposals, ...solutions].map(({ centre, scale }) => [centre, scale])).toEqual([
    ['propose/deduction', 'propose/deduction'],
    ['propose/deduction/error', 'propose/deduction/error'],
    ['attempt/deduction', 'attempt/deduction'],
    ['probe/deduction/error/4/deduction/1', 'probe/deduction/error'],
  ])
})

test('the state keeps what a task is, and knows no other variant', () => {
  const { state } = contextWith({}, [errorTask('x', 'NoError')])
  const stored: unknown = JSON.parse(JSON.stringify(state))
  expect(parseLoopState(stored)).toEqual(state)
  const other = JSON.parse(JSON.stringify(state).replace('"error"', '"riddle"'))
  expect(() => parseLoopState(other)).toThrow('loop state: stores.deduction.0.variant: ')
})
