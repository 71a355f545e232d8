import { describe, expect, test } from 'vitest'
import type { Kind } from '../../../../electron/contract/task.ts'
import { BASE_PROMPTS } from '../../../../electron/selfplay/prompts/base.ts'
import { CHAT_PROMPTS } from '../../../../electron/selfplay/prompts/chat.ts'
import { fencesOf } from '../../../../electron/selfplay/prompts/reading.ts'
import { taskOf } from '../../../fakes/hooks.ts'

const NONE = { references: [], inputs: 2 }
const CODE = '```python\ndef f(x):\n    return x\n```'
const thought = (answer: string) => `<think>hm</think>\n<answer>${answer}</answer>`

function program(text: string) {
  const parsed = BASE_PROMPTS.readProposal('deduction', text, NONE)
  return parsed.ok ? [parsed.value.program, parsed.value.inputs[0], parsed.formatOk] : parsed.why
}

function answer(kind: Kind, text: string) {
  const parsed = BASE_PROMPTS.readAnswer(kind, text)
  return parsed.ok ? [parsed.value.text, parsed.formatOk] : parsed.why
}

const F = 'def f(x):\n    return x'

describe('proposals', () => {
  test.each([
    ['in order', thought(`${CODE}\n\`\`\`input\n3\n\`\`\``), [F, '3', true]],
    ['input first', thought(`\`\`\`input\n3\n\`\`\`\n${CODE}`), [F, '3', true]],
    ['no language tag', thought(`\`\`\`\n${F}\n\`\`\`\`\`\`input\n3\`\`\``), [F, '3', true]],
    [
      'first of several programs',
      thought(`${CODE}\`\`\`python\ndef f(y):\n    return 1\n\`\`\`\`\`\`input 3\`\`\``),
      [F, '3', true],
    ],
    ['a comment for an input', thought(`${CODE}\n# Input: 'a', 2`), [F, "'a', 2", true]],
    [
      'upper case tags',
      `<THINK>a</THINK><ANSWER>${CODE}\`\`\`INPUT\n3\n\`\`\`</ANSWER>`,
      [F, '3', true],
    ],
    [
      'the last answer counts',
      thought('old') + thought(`${CODE}\`\`\`input\n3\n\`\`\``),
      [F, '3', true],
    ],
    [
      'text behind the answer',
      `${thought(`${CODE}\`\`\`input\n3\n\`\`\``)} and more`,
      [F, '3', true],
    ],
    [
      'text before the thought',
      `Sure! ${thought(`${CODE}\`\`\`input\n3\n\`\`\``)}`,
      [F, '3', false],
    ],
    ['no thought', `<answer>${CODE}\`\`\`input\n3\n\`\`\`</answer>`, [F, '3', false]],
    [
      'words of a role inside',
      thought(`${CODE.replace('return x', 'return "Assistant: <think>"')}\`\`\`input\n3\`\`\``),
      ['def f(x):\n    return "Assistant: <think>"', '3', true],
    ],
    [
      'process_input( is no call of input',
      thought(`\`\`\`python\ndef f(x):\n    return process_input(x)\n\`\`\`\`\`\`input\n3\`\`\``),
      ['def f(x):\n    return process_input(x)', '3', true],
    ],
    [
      'nested functions and classes',
      thought(
        '```python\nclass A:\n    pass\ndef f(x):\n    def g(y):\n        return y\n    return g(x)\n```\n```input\n3\n```',
      ),
      [
        'class A:\n    pass\ndef f(x):\n    def g(y):\n        return y\n    return g(x)',
        '3',
        true,
      ],
    ],
  ])('%s', (_, text, wanted) => {
    expect(program(text)).toEqual(wanted)
  })

  test.each([
    ['nothing', ''],
    ['no answer block', `<think>a</think>${CODE}`],
    ['an unclosed answer', `<think>a</think><answer>${CODE}\`\`\`input\n3\n\`\`\``],
    ['only an opening tag at the end', `${CODE}<answer>`],
    ['closing before opening', `</answer>${CODE}<answer>`],
    ['no program', thought('```input\n3\n```')],
    ['no function', thought('```python\nx = 1\n```\n```input\n3\n```')],
    ['no input', thought(CODE)],
    ['empty fences', thought('``````')],
  ])('%s is malformed', (_, text) => {
    expect(typeof program(text)).toBe('string')
  })

  test('induction takes the last N inputs and the first message, with the shown program', () => {
    const references = [taskOf('deduction', 'x', [['1', '1']])]
    const input = (text: string) => `\`\`\`input\n${text}\n\`\`\``
    const text = thought(
      `${['1', '2', '3'].map(input).join('\n')}\`\`\`message\nfirst\n\`\`\`\`\`\`message\nsecond\n\`\`\``,
    )
    const parsed = BASE_PROMPTS.readProposal('induction', text, { references, inputs: 2 })
    expect(parsed).toEqual({
      ok: true,
      value: { program: references[0]?.program, inputs: ['2', '3'], message: 'first' },
      formatOk: true,
    })
  })

  test.each([
    ['<message>by tag</message>', 'by tag'],
    ['# Message: by comment', 'by comment'],
  ])('a message %s', (message, wanted) => {
    const text = thought(`\`\`\`input 1\`\`\`\`\`\`input 2\`\`\`\n${message}`)
    const parsed = BASE_PROMPTS.readProposal('induction', text, NONE)
    expect(parsed.ok && parsed.value.message).toBe(wanted)
  })

  test.each([
    thought('```input 1```\n```message\nm\n```'),
    thought('```input 1```\n```input 2```'),
    thought('```input 1```\n```input 2```\n```message\n \n```'),
  ])('too few inputs or no message: %j', (text) => {
    expect(BASE_PROMPTS.readProposal('induction', text, NONE).ok).toBe(false)
  })
})

describe('answers', () => {
  test.each([
    ['deduction', thought('```output\n[1, 2]\n```'), ['[1, 2]', true]],
    ['deduction', thought('```output\n1\n```\n```output\n2\n```'), ['2', true]],
    ['deduction', thought('# Output: 4\n# Output: 5'), ['5', true]],
    ['deduction', thought('<output>6</output>'), ['6', true]],
    ['deduction', thought('So the output is 7.'), ['7', true]],
    ['deduction', thought('8'), ['8', true]],
    ['deduction', '<answer>8</answer>', ['8', false]],
    ['abduction', thought("```input\n'a', 2\n```"), ["'a', 2", true]],
    ['abduction', thought('input(3, [4])'), ['3, [4]', true]],
    ['abduction', thought('the input is: 9'), ['9', true]],
    ['induction', thought(`\`\`\`python\nx\n\`\`\`\n${CODE}`), [F, true]],
    ['induction', thought(F), 'no program fence'],
    ['induction', thought('```output\n3\n```'), 'no program fence'],
    ['deduction', 'the output is 3', 'no answer block'],
    ['deduction', thought(''), ['', true]],
  ] as const)('%s %j', (kind, text, wanted) => {
    expect(answer(kind, text)).toEqual(wanted)
  })
})

// Anything slower than linear in these runs into the time limit of the suite.
test('hostile texts come to an end', () => {
  const bombs = [
    '<answer>'.repeat(20_000),
    '<think>'.repeat(20_000),
    `<think>${'</think> '.repeat(20_000)}`,
    '`'.repeat(100_000),
    thought('```'.repeat(30_000)),
    thought(`input(${'('.repeat(50_000)}`),
    thought('input('.repeat(200_000)),
    thought('```input 1``````input 2```' + '<message>'.repeat(100_000)),
    thought('the output is '.repeat(10_000)),
    thought('#'.repeat(100_000)),
    thought(' '.repeat(100_000)),
    thought('\n'.repeat(50_000)),
    thought('<output>'.repeat(20_000)),
    '\uD800'.repeat(1_000),
  ]
  for (const text of bombs) {
    for (const kind of ['deduction', 'abduction', 'induction'] as const) {
      expect(typeof BASE_PROMPTS.readAnswer(kind, text).ok).toBe('boolean')
      expect(typeof BASE_PROMPTS.readProposal(kind, text, NONE).ok).toBe('boolean')
    }
  }
})

test('fences may be unclosed, tagged with anything, or hold blanks', () => {
  expect(fencesOf('a ```python\n  x\n``` b ```rust\ny``` c ```input 3``` d ```\nz')).toEqual([
    { tag: 'python', text: '  x' },
    { tag: '', text: 'rust\ny' },
    { tag: 'input', text: ' 3' },
    { tag: '', text: 'z' },
  ])
})

describe('prompts', () => {
  const task = taskOf('deduction', 'x', [['1', "'two'"]])

  test('a base prompt is plain text that ends where the assistant begins to think', () => {
    const parts = BASE_PROMPTS.solve(task)
    expect(parts.every(({ trusted }) => !trusted)).toBe(true)
    expect(parts.map(({ text }) => text).join('')).toMatch(/Assistant: $/)
    expect(BASE_PROMPTS.prefill).toBe('<think>')
  })

  test('a chat prompt is the bare instruction', () => {
    const text = CHAT_PROMPTS.solve(task)
      .map((part) => part.text)
      .join('')
    expect(text).not.toContain('Assistant:')
    expect([CHAT_PROMPTS.chat, CHAT_PROMPTS.prefill]).toEqual([true, ''])
    const parsed = CHAT_PROMPTS.readAnswer('deduction', 'Well. <answer>3</answer>')
    expect(parsed).toEqual({ ok: true, value: { text: '3' }, formatOk: true })
  })

  test('references are numbered, with program, input and Python output', () => {
    const text = BASE_PROMPTS.propose('deduction', { references: [task, task], inputs: 1 })[0]?.text
    expect(text).toContain(
      `Item 2:\n\`\`\`python\n${F}\n\`\`\`\n\`\`\`input\n1\n\`\`\`\n\`\`\`output\n'two'`,
    )
  })

  test('a fence inside a task cannot end its block', () => {
    const bad = { ...task, program: 'def f(x):\n    return "```"' }
    const text = BASE_PROMPTS.solve(bad)[0]?.text ?? ''
    expect(text.split('```').length % 2).toBe(1)
    expect(text).toContain(`return "'''"`)
  })

  test('the two proposer prompts differ only in what the subject has to find', () => {
    const [one, two] = (['deduction', 'abduction'] as const).map((kind) =>
      (BASE_PROMPTS.propose(kind, NONE)[0]?.text ?? '').split('\n'),
    )
    const different = one?.filter((line, at) => line !== two?.[at])
    expect(different?.length).toBe(1)
  })

  test('the imports that are allowed are named', () => {
    expect(BASE_PROMPTS.propose('abduction', NONE)[0]?.text).toContain('itertools, json, math')
  })
})
