import { describe, expect, test } from 'vitest'
import { resolveConfig } from '../../../../electron/contract/config.ts'
import type { RunOverrides } from '../../../../electron/contract/config.ts'
import type { Outcome } from '../../../../electron/contract/verdict.ts'
import {
  composed,
  compositePlan,
  compositeProblem,
  echoes,
  givenPrograms,
  renamed,
} from '../../../../electron/selfplay/azr/composite.ts'
import { plan } from '../../../../electron/selfplay/azr/plan.ts'
import { validate } from '../../../../electron/selfplay/azr/validate.ts'
import { BASE_PROMPTS } from '../../../../electron/selfplay/prompts/base.ts'
import { contextOf, proposed, taskOf } from '../../../fakes/hooks.ts'
import { fakeSandbox, outcomeOf, programOf } from '../../../fakes/sandbox-fake.ts'

const BASE: RunOverrides = { promptSet: 'base', maxPrompt: 8_000 }

function contextWith(overrides: RunOverrides) {
  const context = contextOf({ ...BASE, ...overrides }, { prompts: BASE_PROMPTS })
  const stores = Object.fromEntries(
    (['deduction', 'abduction'] as const).map((kind) => [
      kind,
      ['x + 1', 'x * 2', 'x - 3', 'x * x'].map((one) => taskOf(kind, one, [['1', '2']])),
    ]),
  )
  return { ...context, state: { ...context.state, stores } }
}

describe('renaming an entry', () => {
  test.each([
    ['one function', 'def f(x):\n    return x', 'def g_2(x):\n    return x'],
    [
      'an import before it',
      'import math\ndef f(x, k=2):\n    return math.gcd(x, k)',
      'import math\ndef g_2(x, k=2):\n    return math.gcd(x, k)',
    ],
    ['recursion', 'def f(x):\n    return f(x - 1) if x else 0', null],
    ['an f-string, whose prefix is the same letter', "def f(x):\n    return f'{x}'", null],
    ['a second function', 'def h(x):\n    return x\ndef f(x):\n    return h(x)', null],
    ['a global value', 'K = 3\ndef f(x):\n    return x + K', null],
    ['a composite program', 'def f(x):\n    return g_0(x)', null],
    ['a method called f', 'class A:\n    def f(self):\n        return 1', null],
  ])('%s', (_, program, expected) => {
    expect(renamed(program, 2)).toBe(expected)
  })
})

describe('which proposals are composite', () => {
  test('none before the start, all of the share from then on, growing where asked', () => {
    const at = (step: number, more: RunOverrides) =>
      compositePlan(step, resolveConfig('paper', { compositeShare: 0.5, ...more }))
    expect(at(0, {})).toEqual({ share: 0, most: 0 })
    expect(at(1, {})).toEqual({ share: 0.5, most: 3 })
    expect(at(9, { compositeStart: 10 })).toEqual({ share: 0, most: 0 })
    const growing = { compositeStart: 101, compositeGrowth: 50 }
    expect(at(101, growing)).toEqual({ share: 0.5, most: 1 })
    expect(at(151, growing)).toEqual({ share: 0.51, most: 2 })
    expect(at(100_000, growing)).toEqual({ share: 0.8, most: 3 })
    expect(at(500, { compositeShare: 0, ...growing }).share).toBe(0)
  })

  test('about the share of them, each from distinct programs, the same for the same seed', () => {
    const context = contextWith({ compositeShare: 0.5 })
    const all = Array.from({ length: 400 }, (_, at) => givenPrograms(context, 'deduction', at))
    const share = all.filter((given) => given.length > 0).length / all.length
    expect(share).toBeGreaterThan(0.4)
    expect(share).toBeLessThan(0.6)
    for (const given of all) {
      const bodies = given.map((text) => text.replace(/g_\d/, 'g'))
      expect(new Set(bodies).size).toBe(given.length)
      given.forEach((text, at) => expect(text).toContain(`def g_${at}(x)`))
    }
    expect(new Set(all.map((given) => given.length))).toEqual(new Set([0, 1, 2, 3]))
    expect(givenPrograms(context, 'deduction', 7)).toEqual(all[7])
    expect(givenPrograms(context, 'induction', 7)).toEqual([])
  })

  test('their prompts show the programs, and say what to do with them', () => {
    const specs = plan(contextWith({ compositeShare: 1, compositeMax: 1 }))
    for (const { kind, prompt, given } of specs) {
      expect(prompt.text.includes('def g_0(x):')).toBe(kind !== 'induction')
      expect(given?.length ?? 0).toBe(kind === 'induction' ? 0 : 1)
    }
    const without = plan(contextWith({ compositeShare: 0 }))
    expect(
      without.every(({ given, prompt }) => given === undefined && !/g_0/.test(prompt.text)),
    ).toBe(true)
  })

  test('the nano prompts refuse them in one sentence', () => {
    expect(() => resolveConfig('nano', { compositeShare: 0.1 })).toThrow(
      'compositeShare: expected 0 with the nano prompts, which cannot name other functions, found 0.1',
    )
  })
})

describe('checks of a composite proposal', () => {
  const given = ['def g_0(x):\n    return x + 1', 'def g_1(x):\n    return x * 2']
  test.each([
    ['def f(x):\n    return g_0(g_1(x)) - 1', null],
    ['def f(x):\n    return g_0(x)', 'g_1 is never called'],
    ['def f(x):\n    # g_1(x)\n    return g_0(x)', 'g_1 is never called'],
    ["def f(x):\n    return g_0(x) + len('g_1(x)')", 'g_1 is never called'],
    ['def g_0(x):\n    return 1\ndef f(x):\n    return g_0(x) + g_1(x)', 'g_0 is defined again'],
    ['def f(x):\n    g_1 = abs\n    return g_0(x) + g_1(x)', 'g_1 is defined again'],
    ['def h(x):\n    return g_0(x) + g_1(x)', 'no function f of its own'],
    ['def f(x):\n    return g_0(x) == g_1(x)', null],
  ])('%j', (own, problem) => {
    expect(compositeProblem(given, composed(given, own))).toBe(problem)
  })

  test('other proposals have none', () => {
    expect(compositeProblem([], 'def h(x):\n    return x')).toBeNull()
  })
})

/** A sandbox for the two composites below, besides its own programs. */
const GIVEN = programOf('x + 1').replace('def f', 'def g_0')
const rows: Readonly<Record<string, string>> = {
  [composed([GIVEN], 'def f(x):\n    return g_0(x) * 2')]: 'x * 2',
  [composed([GIVEN], 'def f(x):\n    return g_0(x)')]: 'x + 1',
  [echoes([GIVEN])[0] ?? '']: 'x + 1',
}

test('a proposal that only passes on what it was given is refused by running both', async () => {
  const sandbox = fakeSandbox()
  const run = (request: Parameters<typeof sandbox.run>[0]) => {
    const program = programOf(rows[request.program] ?? '1 / 0')
    const outcomes = request.inputs.map((input): Outcome => outcomeOf(program, input))
    return Promise.resolve({ outcomes, cpuMs: 1, wallMs: 1 })
  }
  const analyse = (programs: readonly string[]) =>
    sandbox.analyse(programs.map((program) => program.replaceAll('\n\n', '\n')))
  const facts = async (programs: readonly string[]) =>
    (await analyse(programs.map(() => programOf('x')))).map((found, at) => {
      return found.ok ? { ...found, program: programs[at] ?? '' } : found
    })
  const context = contextOf(BASE, {
    prompts: BASE_PROMPTS,
    sandbox: { ...sandbox, run, runTwice: run, analyse: facts },
  })
  const text = (own: string) =>
    `<think>.</think><answer>\n\`\`\`python\n${own}\n\`\`\`\n\`\`\`input\n4\n\`\`\`\n</answer>`
  const spec = { given: [GIVEN] }
  const [good, echo] = await validate(context, [
    proposed('deduction', text('def f(x):\n    return g_0(x) * 2'), spec),
    proposed('deduction', text('def f(x):\n    return g_0(x)'), { ...spec, index: 1 }),
  ])
  expect(good?.standing).toBe('fresh')
  expect(good?.task?.program).toContain('def g_0(x):')
  expect(echo?.standing).toBe('invalid')
  expect(echo?.checks.at(-1)).toEqual({
    name: 'composes',
    pass: false,
    evidence: 'f gives back what a given program does',
  })
})
