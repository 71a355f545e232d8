import { describe, expect, it } from 'vitest'
import { GRADIENTS } from '../../electron/graph/gradients.ts'
import { createGraph } from '../../electron/graph/graph.ts'
import { appendForward, check, operandNumbers } from './check.ts'
import { ROWS } from './rows.ts'

/** Measured: at most 4e-10 in float64 and 3e-7 in float32, whose rows are of degree two at most. */
const FLOAT64_TOLERANCE = 1e-8
const FLOAT32_TOLERANCE = 2e-5

describe('every gradient rule', () => {
  it('has rows, and every row belongs to a rule', () => {
    expect(Object.keys(ROWS).toSorted()).toEqual(Object.keys(GRADIENTS).toSorted())
  })

  const rows = Object.entries(ROWS).flatMap(([rule, of]) => of.map((row) => ({ rule, row })))

  it.each(rows)('$rule: $row.name uses the rule', ({ rule, row }) => {
    for (const target of ['cpu', 'webgpu'] as const) {
      const g = createGraph(target)
      const dtype = row.float32Step === undefined ? 'float64' : 'float32'
      appendForward(g, row, dtype, operandNumbers(row, 1))
      expect(g.tape.map((entry) => entry.rule)).toContain(rule)
    }
  })

  it.each(rows)('$rule: $row.name agrees with differences', async ({ row }) => {
    const found = await check(row, 1)
    const tolerance = row.float32Step === undefined ? FLOAT64_TOLERANCE : FLOAT32_TOLERANCE
    expect(found.differences).toBeLessThan(tolerance)
    expect(found.cpu).toBeLessThan(FLOAT32_TOLERANCE)
    expect(found.webgpu).toBeLessThan(FLOAT32_TOLERANCE)
  })
})
