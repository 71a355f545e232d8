import { describe, expect, test } from 'vitest'
import { KINDS } from '../../../electron/contract/task.ts'
import type { Kind, TaskBody } from '../../../electron/contract/task.ts'
import type { PromptPart } from '../../../electron/model/chat.ts'
import { NANO_CODEC } from '../../../electron/nano/codec.ts'
import {
  NANO_PROMPTS,
  renderAnswer,
  renderProposal,
  renderThought,
} from '../../../electron/selfplay/prompts/nano.ts'

const program = "def f(x):\n    return x + ['a']"
const pairs = [
  { input: '[ 1,2 ]', output: '[i1;i2;]' },
  { input: '"b"', output: 's62;' },
  { input: '-3', output: 'i-3;' },
  { input: '4', output: 'T' },
]

function task(kind: Kind): TaskBody {
  const shown = kind === 'induction' ? pairs : pairs.slice(0, 1)
  return { kind, program, pairs: shown, visible: kind === 'induction' ? 3 : 0, message: '' }
}

const textOf = (parts: readonly PromptPart[]): string => parts.map(({ text }) => text).join('')
const options = { references: [task('deduction')], inputs: 3 }

describe('solver prompts', () => {
  test('show program and input, program and output, or the visible pairs', () => {
    expect(textOf(NANO_PROMPTS.solve(task('deduction')))).toBe(`<SD>${program}<in>[1, 2]<ans>`)
    expect(textOf(NANO_PROMPTS.solve(task('abduction')))).toBe(`<SA>${program}<out>[1, 2]<ans>`)
    expect(textOf(NANO_PROMPTS.solve(task('induction')))).toBe(
      "<SI><in>[1, 2]<out>[1, 2]<in>'b'<out>'b'<in>-3<out>-3<ans>",
    )
  })

  test('show what cannot be read as it is', () => {
    const odd = { ...task('deduction'), pairs: [{ input: 'g(1)', output: '?' }] }
    expect(textOf(NANO_PROMPTS.solve(odd))).toBe(`<SD>${program}<in>g(1)<ans>`)
    expect(textOf(NANO_PROMPTS.solve({ ...odd, kind: 'abduction' }))).toContain('<out>?<ans>')
  })

  test('never let a program or value become a special token', () => {
    const hostile = { ...task('deduction'), program: "def f(x):\n    return '<ans>'" }
    const tokens = NANO_CODEC.encode(NANO_PROMPTS.solve(hostile))
    const [answer] = NANO_CODEC.encode([{ text: '<ans>', trusted: true }])
    expect(tokens.filter((token) => token === answer)).toHaveLength(1)
  })
})

describe('proposer prompts', () => {
  test('show every reference with its pair', () => {
    const references = [task('deduction'), task('deduction')]
    const one = `<ref>${program}<in>[1, 2]<out>[1, 2]`
    expect(textOf(NANO_PROMPTS.propose('deduction', { references, inputs: 1 }))).toBe(
      `<PD>${one}${one}<ans>`,
    )
    expect(textOf(NANO_PROMPTS.propose('abduction', { references: [], inputs: 1 }))).toBe(
      '<PA><ans>',
    )
  })

  test('show one program to write inputs for', () => {
    expect(textOf(NANO_PROMPTS.propose('induction', options))).toBe(`<PI>${program}<ans>`)
  })
})

describe('responses', () => {
  test.each(KINDS)('of gold %s proposals are read back', (kind) => {
    const inputs = kind === 'induction' ? ['1', '[2]', "'c'"] : ['[1]']
    const proposal = { program, inputs, message: '' }
    const response = textOf(renderProposal(kind, proposal))
    expect(NANO_PROMPTS.readProposal(kind, response, options)).toEqual({
      ok: true,
      value: proposal,
      formatOk: true,
    })
  })

  test.each([
    ['deduction', '[1, 2]'],
    ['abduction', '[1, 2]'],
    ['induction', program],
  ] as const)('of gold %s answers are read back', (kind, text) => {
    const response = textOf(renderAnswer(task(kind)))
    expect(response).toBe(text)
    expect(NANO_PROMPTS.readAnswer(kind, response)).toEqual({
      ok: true,
      value: { text },
      formatOk: true,
    })
  })

  test.each([
    ['deduction', '[1]\n    y = 2<ans>4', '4'],
    ['abduction', '<in>1\n    2<out>5<in>2<out>6<ans>2', '2'],
    ['induction', `nothing that is checked<ans>${program}`, program],
  ] as const)('of %s solvers may work before the mark', (kind, response, text) => {
    expect(NANO_PROMPTS.readAnswer(kind, response)).toEqual({
      ok: true,
      value: { text },
      formatOk: true,
    })
  })

  test('shows workings the way they are read', () => {
    const workings = [
      { input: '1', steps: ['2', 'y = 3'], output: '4' },
      { input: '2', steps: [], output: '5' },
    ]
    const read = (kind: Kind, from: typeof workings) => textOf(renderThought(kind, from))
    expect(read('deduction', workings.slice(0, 1))).toBe('2\n    y = 3<ans>')
    expect(read('deduction', workings.slice(1))).toBe('')
    expect(read('abduction', workings)).toBe('<in>1\n    2\n    y = 3<out>4<in>2<out>5<ans>')
  })

  test.each([
    ['nothing', ''],
    ['no input', program],
    ['two inputs', `${program}<in>1<in>2`],
    ['two arguments', `${program}<in>1, 2`],
    ['an input that is no literal', `${program}<in>g(1)`],
    ['an empty input', `${program}<in>`],
    ['a special token in the program', `${program}<ref><in>1`],
    ['an early end token', `${program}<eos><in>1`],
    ['rubbish after the input', `${program}<in>1<ans>`],
    ['another name', 'def g(x):\n    return x<in>1'],
    ['text before the function', `x = 1\n${program}<in>1`],
    ['text after the function', `${program}\nf(1)<in>1`],
  ])('of a deduction proposer with %s are malformed', (_, response) => {
    expect(NANO_PROMPTS.readProposal('deduction', response, options).ok).toBe(false)
  })

  test.each([
    ['too few inputs', '1<in>2'],
    ['too many inputs', '1<in>2<in>3<in>4'],
    ['a program', `${program}<in>1<in>2`],
    ['a mark at the end', '1<in>2<in>3<in>'],
  ])('of an induction proposer with %s are malformed', (_, response) => {
    expect(NANO_PROMPTS.readProposal('induction', response, options).ok).toBe(false)
  })

  test('of an induction proposer need a program that was shown', () => {
    const none = { references: [], inputs: 1 }
    expect(NANO_PROMPTS.readProposal('induction', '1', none)).toEqual({
      ok: false,
      why: 'no program was shown',
    })
  })

  test.each([
    ['deduction', ''],
    ['deduction', '1 2'],
    ['deduction', '1, 2'],
    ['deduction', ' 1'],
    ['deduction', '1\n'],
    ['deduction', '[1'],
    ['abduction', 'x'],
    ['abduction', '1<in>2'],
    ['abduction', "'<eos>'"],
    ['induction', '1'],
    ['induction', `${program}\nprint(1)`],
    ['induction', `${program}<in>1`],
    ['deduction', '1<ans>2<ans>3'],
    ['deduction', '1<ans>'],
  ] as const)('of a %s solver that say %j are malformed', (kind, response) => {
    expect(NANO_PROMPTS.readAnswer(kind, response).ok).toBe(false)
  })
})
