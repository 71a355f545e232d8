import { describe, expect, it } from 'vitest'
import { gradients } from '../../electron/graph/autodiff.ts'
import { createGraph, input, output } from '../../electron/graph/graph.ts'
import { ppoClip, ratios, tokenStats } from '../../electron/graph/loss.ts'
import { appendForward, check, operandNumbers } from './check.ts'
import { numbersOf, relativeError, runGraph } from './harness.ts'
import { lossRows, oldLogprobs } from './losses.ts'

const SEED = 5
const [anyRow] = lossRows([0, 0, 0, 0, 0, 0])
if (anyRow === undefined) throw new Error('no losses')
const [logits = []] = operandNumbers(anyRow, SEED)
const rows = lossRows(oldLogprobs(logits))

describe('losses over logits', () => {
  it.each(rows)('$name equals the formula', async (row) => {
    for (const target of ['cpu', 'webgpu'] as const) {
      const g = createGraph(target)
      const { y, feeds } = appendForward(g, row, 'float64', [logits])
      output(g, y, 'loss')
      const found = numbersOf(await runGraph(g, feeds), 'loss')
      expect(relativeError(found, [row.plain(logits, [])])).toBeLessThan(1e-12)
    }
  })

  it.each(rows)('$name has the gradient of its differences', async (row) => {
    const found = await check(row, SEED)
    expect(found.differences).toBeLessThan(1e-8)
    expect(found.cpu).toBeLessThan(2e-5)
    expect(found.webgpu).toBeLessThan(2e-5)
  })

  it('takes any finite old log-prob where the advantage is 0 without spoiling loss or gradient', async () => {
    const g = createGraph('cpu')
    const scores = input(g, 'scores', 'float32', [2, 3])
    const stats = tokenStats(g, scores, input(g, 'targets', 'int64', [2]))
    const policy = {
      old: input(g, 'old', 'float32', [2]),
      advantages: input(g, 'a', 'float32', [2]),
    }
    const clips = {
      clipLow: input(g, 'low', 'float32', [2]),
      clipHigh: input(g, 'high', 'float32', [2]),
    }
    const { loss, ratio } = ppoClip(g, stats, { ...policy, ...clips })
    const [gradient] = gradients(g, loss, [scores])
    if (gradient == null) throw new Error('no gradient')
    output(g, ratio, 'ratio')
    output(g, ratios(g, stats, policy), 'ratios')
    output(g, gradient, 'gradient')
    const results = await runGraph(g, {
      scores: [0, 0, 0, 1, 2, 3],
      targets: [0, 2],
      old: [-Math.log(3), -1e30],
      a: [1, 0],
      low: [0.2, 0.2],
      high: [0.2, 0.2],
    })
    expect(numbersOf(results, 'ratio').map((x) => x.toFixed(5))).toEqual(['1.00000', '1.00000'])
    expect(numbersOf(results, 'ratios')).toEqual(numbersOf(results, 'ratio'))
    const expected = [-2 / 3, 1 / 3, 1 / 3, 0, 0, 0]
    expect(relativeError(numbersOf(results, 'gradient'), expected)).toBeLessThan(1e-6)
  })
})
