import { describe, expect, test } from 'vitest'
import { CHECK_ORDER } from '../../../../electron/contract/checks.ts'
import type { RunOverrides } from '../../../../electron/contract/config.ts'
import { validate } from '../../../../electron/selfplay/azr/validate.ts'
import type { JudgedProposal, Response, StepContext } from '../../../../electron/selfplay/recipe.ts'
import { BASE_PROMPTS } from '../../../../electron/selfplay/prompts/base.ts'
import { contextOf, proposed, taskOf } from '../../../fakes/hooks.ts'
import { programOf } from '../../../fakes/sandbox-fake.ts'

async function one(
  text: string,
  overrides: RunOverrides = {},
  rest: Partial<StepContext> = {},
  response: Response = proposed('deduction', text),
): Promise<JudgedProposal> {
  const [judged] = await validate(contextOf(overrides, rest), [response])
  if (judged === undefined) throw new Error('no judgement')
  return judged
}

function failed({ checks }: JudgedProposal): string | undefined {
  return checks.find(({ pass }) => !pass)?.name
}

const nano = (expression: string, input = '4') => `${programOf(expression)}<in>${input}`

/** A response of the base set; the program may be anything. */
const base = (program: string, input = '4') =>
  `<think>plan</think><answer>\n\`\`\`python\n${program}\n\`\`\`\n\`\`\`input\n${input}\n\`\`\`\n</answer>`

const BASE = { prompts: BASE_PROMPTS }
const LONG = { maxPrompt: 100_000 }

describe('a good proposal', () => {
  test('becomes a task with gold from the sandbox and a full list of checks', async () => {
    const judged = await one(nano('x + 1'))
    expect(judged.task).toEqual({
      id: '5/deduction/0',
      step: 5,
      kind: 'deduction',
      program: programOf('x + 1'),
      pairs: [{ input: '4', output: 'i5;' }],
      visible: 1,
      message: '',
    })
    expect(judged.checks.map(({ name }) => name)).toEqual(CHECK_ORDER)
    expect(judged.checks.every(({ pass }) => pass)).toBe(true)
    expect([judged.standing, judged.status]).toEqual(['fresh', 'ok'])
  })

  test('None is a fine output', async () => {
    expect((await one(nano('None'))).standing).toBe('fresh')
  })

  test('induction keeps the shown program and all pairs', async () => {
    const reference = taskOf('deduction', 'x * 2', [['1', '2']])
    const response = proposed('induction', '1<in>2<in>3<in>4<in>5<in>6', {
      references: [reference],
    })
    const { task } = await one('', {}, {}, response)
    expect([task?.program, task?.pairs.length, task?.visible]).toEqual([programOf('x * 2'), 6, 3])
  })

  test('inputs reach the solver in one spelling, without comments', async () => {
    const judged = await one(base(programOf('x'), '[1,2,   3] # it returns [1, 2, 3]'), LONG, BASE)
    expect(judged.task?.pairs[0]?.input).toBe('[1, 2, 3]')
  })
})

describe('a bad proposal fails at exactly its check', () => {
  test.each([
    ['I would rather not', 'parse'],
    [nano('x +'), 'runs'],
    [nano('1 / 0'), 'runs'],
    [nano('spin(x)'), 'runs'],
    [nano('chance(x)'), 'deterministic'],
    [nano('iter(x)'), 'output'],
    [nano('long(x)'), 'output'],
    [nano('nan'), 'output'],
  ])('%j', async (text, name) => {
    const judged = await one(text)
    expect([failed(judged), judged.standing, judged.task, judged.undecided]).toEqual([
      name,
      'invalid',
      null,
      false,
    ])
    expect(judged.checks.at(-1)?.name).toBe(name)
  })

  test.each([
    ['def f(x) return x', 'parse-or-syntax'],
    ['def f(x):\nreturn x', 'syntax'],
    ['def g(x):\n    return x', 'entry'],
    ['def f():\n    return 1', 'entry'],
    ['import os\ndef f(x):\n    return x', 'imports'],
    ['import random\ndef f(x):\n    return x', 'imports'],
    ['def f(x):\n    return x.__class__', 'names'],
    ['def f(x):\n    return __import__("os")', 'names'],
  ])('%j', async (program, name) => {
    const judged = await one(base(program), LONG, BASE)
    expect(judged.standing).toBe('invalid')
    if (name !== 'parse-or-syntax') expect(failed(judged)).toBe(name)
  })

  test.each(['__import__("os").getcwd()', 'x', '1 + 1', '', 'open("a")', '[i for i in range(3)]'])(
    'input %j is no literal',
    async (input) => {
      expect(failed(await one(base(programOf('x'), input), LONG, BASE))).toBe('literal')
    },
  )

  test('more than one function is refused where the run says so', async () => {
    const program = 'def f(x):\n    def g(y):\n        return y\n    return g(x)'
    const strict = await one(base(program), { ...LONG, rejectMultipleFunctions: true }, BASE)
    expect(failed(strict)).toBe('functions')
    expect(failed(await one(base(program), LONG, BASE))).toBe('runs')
  })

  test('a message must not hold the program', async () => {
    const inputs = Array.from({ length: 6 }, (_, at) => `\`\`\`input\n${at}\n\`\`\``).join('\n')
    const text = (message: string) =>
      `<think>a</think><answer>${inputs}\n\`\`\`message\n${message}\n\`\`\`</answer>`
    const references = [taskOf('deduction', 'x * 2', [['1', '2']])]
    const tell = (message: string) =>
      one('', LONG, BASE, proposed('induction', text(message), { references }))
    expect(failed(await tell('it is def f(x): return x*2'))).toBe('message')
    expect(failed(await tell('def  f ( x )'))).toBe('message')
    expect((await tell('doubles its argument')).standing).toBe('fresh')
  })

  test('held-out programs never become tasks', async () => {
    const isReserved = (program: string) => program === programOf('x + 1')
    const judged = await one(nano('x + 1'), {}, { isReserved })
    expect([failed(judged), judged.task]).toEqual(['held-out', null])
    expect((await one(nano('x - 3'), {}, { isReserved })).standing).toBe('fresh')
  })

  test('an unfinished response is malformed where only the stop token ends one', async () => {
    const prompts = { ...contextOf().prompts, stopEndsResponse: true }
    const response = proposed('deduction', nano('x'), { stopReason: 'length' })
    expect(failed(await one('', {}, { prompts }, response))).toBe('parse')
  })

  test('too few inputs for an induction task', async () => {
    const references = [taskOf('deduction', 'x * 2', [['1', '2']])]
    const response = proposed('induction', '1<in>2', { references })
    expect(failed(await one('', {}, {}, response))).toBe('parse')
  })
})

describe('valid proposals that are not served', () => {
  test('a solver prompt over the limit makes a task unservable, not invalid', async () => {
    const judged = await one(nano('x + 1'), { maxPrompt: 20 })
    expect([failed(judged), judged.standing, judged.task]).toEqual(['fits', 'unservable', null])
  })

  test('repeats are seen in the batch, in the store and in the window', async () => {
    const context = contextOf()
    const same = [0, 1].map((index) => proposed('deduction', nano('x + 1'), { index }))
    const [first, second] = await validate(context, same)
    expect([first?.standing, second?.standing]).toEqual(['fresh', 'repeat'])
    const stored = {
      ...context.state,
      stores: { deduction: [taskOf('deduction', 'x + 1', [['4', '5']])] },
    }
    expect((await one(nano('x + 1'), {}, { state: stored })).standing).toBe('repeat')
    expect((await one(nano('x + 1', '5'), {}, { state: stored })).standing).toBe('fresh')
  })
})

describe('trouble of the sandbox', () => {
  test('is no failure of the proposal', async () => {
    const judged = await one(nano('broken(x)'))
    expect([judged.undecided, judged.status, judged.task]).toEqual([true, 'infra_error', null])
  })
})

test('seeds lose comments and loose statements, self-play keeps them', async () => {
  const program = 'y = 1  # loose\ndef f(x):\n    """doc"""\n    return x  # same'
  const self = await one(base(program), LONG, BASE)
  expect(self.facts?.ok).toBe(false)
  const seed = await one(base(program), LONG, { ...BASE, step: 0 })
  expect(seed.task?.program).toBe(programOf('x'))
  const kept = await one(base(program), { ...LONG, seedComments: 'keep' }, { ...BASE, step: 0 })
  expect(kept.facts?.ok).toBe(false)
})
