import { expect, test } from 'vitest'
import type { MemoryReport } from '../../../electron/contract/memory.ts'
import { countedGroups, memoryGroups } from '../../../renderer/text/memory-parts.ts'

const PARTS = {
  weights: 100,
  adapters: 0,
  gradients: 20,
  optimizer: 10,
  runtime: 5,
  activations: 70,
  cache: 30,
  generation: 20,
}
const report = (total: number): MemoryReport => ({
  ...PARTS,
  total,
  limit: 1_000,
  place: 'machine',
  fits: true,
  proposal: null,
})

test('where training and generation take turns, the larger one counts', () => {
  expect(countedGroups(report(205))).toEqual(['always', 'training'])
  expect(countedGroups({ ...report(205), activations: 40 })).toEqual(['always', 'generating'])
  expect(countedGroups(report(255))).toEqual(['always', 'training', 'generating'])
})

test('parts that count come to the total; what is nothing is left out', () => {
  const parts = memoryGroups(report(205)).flatMap((group) => group.parts)
  expect(parts.map(({ name }) => name)).not.toContain('adapters')
  const counted = parts.filter(({ counted: counts }) => counts)
  expect(counted.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(205)
})
