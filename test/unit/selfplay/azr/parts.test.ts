import { describe, expect, test } from 'vitest'
import { after } from '../../../../electron/selfplay/azr/after.ts'
import { similarity } from '../../../../electron/selfplay/azr/difference.ts'
import { withTerms } from '../../../../electron/selfplay/azr/intrinsic.ts'
import { measure } from '../../../../electron/selfplay/azr/measure.ts'
import { score } from '../../../../electron/selfplay/azr/score.ts'
import { strippedSource } from '../../../../electron/selfplay/azr/strip.ts'
import type { Forest, JudgedProposal } from '../../../../electron/selfplay/recipe.ts'
import {
  contextOf,
  judged,
  judgedProposal,
  proposed,
  solved,
  taskOf,
} from '../../../fakes/hooks.ts'

describe('similarity of sequences', () => {
  // Values of Python 3.11: SequenceMatcher(None, a, b, autojunk=False).ratio()
  test.each([
    ['abcd', 'bcde', 0.75],
    ['abxcd', 'abcd', 0.8888888888888888],
    ['', '', 1],
    ['a', '', 0],
    ['aaaa', 'aa', 0.6666666666666666],
    ['qabxcd', 'abycdf', 0.6666666666666666],
    ['private Thread currentThread;', 'private volatile Thread currentThread;', 0.8656716417910447],
  ])('%j and %j: %d', (left, right, ratio) => {
    expect(similarity(left.split(''), right.split(''))).toBeCloseTo(ratio, 12)
  })

  test('long sequences cost a bounded time', () => {
    const long = Array.from({ length: 2_000 }, () => 'Name')
    expect(similarity(long, long)).toBe(1)
  })
})

describe('stripping seeds', () => {
  test.each([
    ['def f(x):  # say\n    return x # it', 'def f(x):\n    return x'],
    ['def f(x):\n    """doc\n    string"""\n    return x', 'def f(x):\n    return x'],
    [
      'y = 3\nimport re\n\n@cache\ndef f(x):\n    return "# no # comment"',
      'import re\n@cache\ndef f(x):\n    return "# no # comment"',
    ],
    [
      "class A:\n    'doc'\n    n = 1\nprint(f(1))\ndef f(x):\n    return x",
      'class A:\n    n = 1\ndef f(x):\n    return x',
    ],
    [
      'def f(x):\n    y = [1,\n  # inside\n  2]\n    return y',
      'def f(x):\n    y = [1,\n\n  2]\n    return y',
    ],
    ['if True:\n    z = 1\ndef f(x):\n    return x\nf(3)', 'def f(x):\n    return x'],
    [
      "def f(x):\n    return \"it\\\"s # here\" + '''a\n# b'''",
      "def f(x):\n    return \"it\\\"s # here\" + '''a\n# b'''",
    ],
    ['', ''],
  ])('%j', (source, wanted) => {
    expect(strippedSource(source)).toBe(wanted)
  })

  test('unfinished text of any kind comes to an end', () => {
    for (const text of [
      '"""',
      "'\\",
      '((((',
      '#',
      '\\\n',
      'def f(x):\n  """a',
      '\u0000"'.repeat(500),
    ]) {
      expect(typeof strippedSource(text)).toBe('string')
    }
  })
})

describe('terms of a proposal', () => {
  const reference = taskOf('deduction', 'x * 2', [['1', '2']])
  const task = taskOf('deduction', 'x + 1', [['1', '2']])

  async function termsOf(stored: readonly string[], hierarchicalDiversity = false) {
    const context = contextOf({ hierarchicalDiversity })
    const tasks = stored.map((output) => taskOf('deduction', 'x', [['1', output]]))
    const state = { ...context.state, stores: { deduction: tasks } }
    const response = proposed('deduction', '', { references: [reference] })
    const { terms: _, ...proposal } = judgedProposal(task, { response })
    const [found] = await withTerms({ ...context, state }, [proposal])
    return found?.terms
  }

  test('rarity of the answer, distance to the references, size', async () => {
    const terms = await termsOf(['2', '2', '2', '7'])
    expect(terms?.diversity).toBe(0.25)
    expect(terms?.['edit-distance']).toBeGreaterThan(0)
    expect(terms?.halstead).toBeCloseTo(0.5 * 0.002 + 0.3 * 0.1 + 0.2 * 0.02, 12)
  })

  test('an answer never seen is as rare as can be; by type, a common type counts', async () => {
    expect((await termsOf([]))?.diversity).toBe(1)
    expect((await termsOf(['7', '8', "'a'", "'b'"]))?.diversity).toBe(1)
    expect((await termsOf(['7', '8', "'a'", "'b'"], true))?.diversity).toBe(0.75)
  })
})

function forestOf(proposals: readonly JudgedProposal[], rates: readonly number[]): Forest {
  const solutions = proposals.flatMap(({ task }, at) =>
    task === null || rates[at] === undefined
      ? []
      : [0, 1, 2, 3].map((sample) =>
          judged(solved(task, '1', { purpose: 'probe' }), {
            correct: sample < 4 * (rates[at] ?? 0),
          }),
        ),
  )
  return { ...score(contextOf({ types: ['deduction'] }), proposals, solutions), given: [] }
}

const numbered = (count: number, expression = 'x + 1') =>
  Array.from({ length: count }, (_, index) => {
    const id = `5/deduction/${index}`
    return judgedProposal(taskOf('deduction', expression, [[String(index), '1']], { id }), {
      index,
    })
  })

describe('what is kept', () => {
  test.each([
    ['all', [0, 1, 2]],
    ['non-one', [0, 1]],
    ['non-extremes', [1]],
  ] as const)('admission %s', (admission, wanted) => {
    const context = contextOf({ types: ['deduction'], admission })
    const kept = after(context, forestOf(numbered(3), [0, 0.5, 1]))
    expect(kept.stores['deduction']?.map(({ id }) => Number(id.split('/')[2]))).toEqual(wanted)
  })

  test('the oldest leave a full store and a full window', () => {
    const context = contextOf({ types: ['deduction'], maxBuffer: 2, noveltyWindow: 2 })
    const old = taskOf('deduction', 'x', [['1', '1']])
    const state = { ...context.state, stores: { deduction: [old] } }
    const kept = after({ ...context, state }, forestOf(numbered(3), [0.5, 0.5, 0.5]))
    expect(kept.stores['deduction']?.map(({ id }) => id)).toEqual([
      '5/deduction/1',
      '5/deduction/2',
    ])
    expect(kept.window['deduction']?.length).toBe(2)
  })

  test('repeats and invalid proposals are not stored; repeats stay in the window', () => {
    const [one, two] = numbered(2)
    if (one === undefined || two === undefined) throw new Error('two proposals')
    const proposals = [{ ...one, standing: 'repeat' as const }, judgedProposal(null, { index: 1 })]
    const kept = after(contextOf({ types: ['deduction'] }), forestOf(proposals, []))
    expect([kept.stores['deduction'], kept.window['deduction']?.length]).toEqual([[], 1])
  })
})

describe('measures', () => {
  test('a collapse of diversity is said in a sentence', () => {
    const { metrics, warnings } = measure(
      contextOf({ types: ['deduction'] }),
      forestOf(numbered(10), []),
    )
    expect(metrics['deduction/distinctPrograms']).toBe(0.1)
    expect(warnings).toEqual([
      'Diversity is collapsing: only 10 % of the valid deduction proposals are distinct programs.',
    ])
  })

  test('coin-flip tasks are named', () => {
    const flips = numbered(10).map((one, at) => {
      const task = taskOf('deduction', `x % ${at + 2} == 0`, [['1', 'True']])
      return judgedProposal(task, { response: one.response })
    })
    const { metrics, warnings } = measure(contextOf({ types: ['deduction'] }), forestOf(flips, []))
    expect([metrics['deduction/boolShare'], metrics['deduction/output/bool']]).toEqual([1, 1])
    expect(warnings[0]).toContain('Coin-flip tasks: 100 %')
  })

  test('without any valid proposal there is a warning and no division by zero', () => {
    const forest = forestOf([judgedProposal(null)], [])
    const { metrics, warnings } = measure(contextOf({ types: ['deduction'] }), forest)
    expect(metrics).toEqual({ 'deduction/valid': 0 })
    expect(warnings).toEqual(['No valid deduction proposal in this step.'])
  })
})
