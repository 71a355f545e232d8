import { describe, expect, test } from 'vitest'
import type { RunOverrides } from '../../../../electron/contract/config.ts'
import type { Task } from '../../../../electron/contract/task.ts'
import { success } from '../../../../electron/selfplay/azr/score.ts'
import { verify } from '../../../../electron/selfplay/azr/verify.ts'
import { BASE_PROMPTS } from '../../../../electron/selfplay/prompts/base.ts'
import type { StepContext } from '../../../../electron/selfplay/recipe.ts'
import { contextOf, solved, taskOf } from '../../../fakes/hooks.ts'
import { fakeSandbox, programOf } from '../../../fakes/sandbox-fake.ts'

async function verdict(
  task: Task,
  text: string,
  overrides: RunOverrides = {},
  rest: Partial<StepContext> = {},
) {
  const [judged] = await verify(contextOf(overrides, rest), [solved(task, text)])
  if (judged === undefined) throw new Error('no verdict')
  return judged
}

const base = (fence: string, text: string) =>
  `<think>so</think><answer>\n\`\`\`${fence}\n${text}\n\`\`\`\n</answer>`
const BASE = { prompts: BASE_PROMPTS }

const deduce = (output: string) => taskOf('deduction', 'x', [['1', output]])
const abduce = (expression: string, output: string) =>
  taskOf('abduction', expression, [['40', output]])
const induce = taskOf('induction', 'x + 1', [
  ['1', '2'],
  ['2', '3'],
  ['3', '4'],
  ['10', '11'],
  ['20', '21'],
  ['30', '31'],
])

describe('deduction', () => {
  test.each([
    ["'1+1'", '2', false],
    ["'1+1'", "'1+1'", true],
    ['4', '2 + 2', false],
    ['4', '__import__("os").getpid()', false],
    ['[1, 2]', '[1,2]', true],
    ['{1, 2}', '{2, 1}', true],
    ['None', 'None', true],
    ['(1, 2)', '(1, 2)', true],
    ["'a'", '"a"', true],
    ["'a'", 'a', false],
  ])('gold %s, answer %s: %s', async (gold, answer, correct) => {
    expect((await verdict(deduce(gold), base('output', answer), {}, BASE)).correct).toBe(correct)
  })

  test('True is 1 unless types are strict', async () => {
    const loose = await verdict(deduce('1'), 'True', { strictTypes: false })
    const strict = await verdict(deduce('1'), 'True', { strictTypes: true })
    expect([loose.correct, strict.correct]).toEqual([true, false])
  })

  test('nothing is executed for it', async () => {
    const sandbox = fakeSandbox()
    await verify(contextOf({}, { sandbox }), [solved(deduce('1'), '1')])
    expect(sandbox.ran).toEqual([])
  })
})

describe('abduction', () => {
  test('any preimage is right', async () => {
    const task = abduce('x % 2 == 0', 'True')
    const verdicts = await Promise.all(['2', '40', '3'].map((text) => verdict(task, text)))
    expect(verdicts.map(({ correct }) => correct)).toEqual([true, true, false])
  })

  test.each([
    '1) or True or f(1',
    '1)\nTrue',
    'type("A", (), {"__eq__": lambda *a: True})()',
    'print("True")',
    '[i for i in range(9)]',
    '',
    'f(40)',
  ])('%j is no literal argument and never reaches the sandbox', async (text) => {
    const sandbox = fakeSandbox()
    const task = abduce('x % 2 == 0', 'True')
    const [judged] = await verify(contextOf({}, { sandbox, ...BASE }), [
      solved(task, base('input', text)),
    ])
    expect([judged?.correct, sandbox.ran]).toEqual([false, []])
  })

  test('the gold input needs no run, others run with the program and their input alone', async () => {
    const sandbox = fakeSandbox()
    const task = abduce('x + 1', '41')
    await verify(contextOf({}, { sandbox }), [solved(task, '40'), solved(task, '7')])
    expect(sandbox.ran).toEqual([{ program: programOf('x + 1'), inputs: ['7'], limits: {} }])
  })

  test('trouble of the sandbox leaves it undecided', async () => {
    const task = abduce('broken(x)', '1')
    const judged = await verdict(task, '3')
    expect([judged.undecided, judged.correct, judged.status]).toEqual([true, false, 'infra_error'])
  })
})

describe('induction', () => {
  test('right on all hidden pairs', async () => {
    const judged = await verdict(induce, programOf('x + 1'))
    expect([judged.correct, judged.outcomes]).toEqual([true, [1, 1, 1]])
  })

  test('only hidden inputs are run, and no output goes in', async () => {
    const sandbox = fakeSandbox()
    await verify(contextOf({}, { sandbox }), [solved(induce, programOf('x + 1'))])
    expect(sandbox.ran).toEqual([
      { program: programOf('x + 1'), inputs: ['10', '20', '30'], limits: {} },
    ])
  })

  test('a pair without a result counts as wrong, not as missing', async () => {
    const raising = taskOf('induction', 'x + 1', [
      ['1', '2'],
      ['2', '3'],
      ['3', '4'],
      ['10', '11'],
      ["'a'", "'b'"],
      ["'c'", "'d'"],
    ])
    const judged = await verdict(raising, programOf('x + 1'))
    expect([judged.correct, judged.outcomes, judged.status]).toEqual([
      false,
      [1, 0, 0],
      'exception',
    ])
    expect(success(contextOf({ inductionReward: 'binary' }).config, judged)).toBe(0)
  })

  test('a table of the visible pairs is wrong', async () => {
    const text = base('python', 'def f(x):\n    return {1: 2, 2: 3, 3: 4}[x]')
    expect((await verdict(induce, text, {}, BASE)).correct).toBe(false)
  })

  test('the same answer from several samples is run once', async () => {
    const sandbox = fakeSandbox()
    const same = [0, 1, 2].map((index) => solved(induce, programOf('x + 1'), { index }))
    const judged = await verify(contextOf({}, { sandbox }), same)
    expect([judged.length, sandbox.ran.length]).toEqual([3, 1])
  })

  test('trouble of the sandbox is shared by identical answers and breaks nothing', async () => {
    const same = [0, 1].map((index) => solved(induce, programOf('broken(x)'), { index }))
    const judged = await verify(contextOf(), same)
    expect(judged.map(({ undecided }) => undecided)).toEqual([true, true])
  })
})

test('verdicts come in the order of the responses, whatever their kinds', async () => {
  const task = abduce('x + 1', '41')
  const responses = [
    solved(induce, 'nonsense'),
    solved(deduce('1'), '1'),
    solved(task, '40'),
    solved(deduce('1'), '2'),
    solved(induce, programOf('x + 1')),
  ]
  const judged = await verify(contextOf(), responses)
  expect(
    judged.map(({ response, correct, formatOk }) => [
      responses.indexOf(response),
      correct,
      formatOk,
    ]),
  ).toEqual([
    [0, false, false],
    [1, true, true],
    [2, true, true],
    [3, false, true],
    [4, true, true],
  ])
})
