import { expect, test } from 'vitest'
import { bytesOf, watchMemory } from '../../../electron/engine/process-memory.ts'

test('what a process takes shows at once, and stays in the peak when it is given back', () => {
  const memory = watchMemory()
  const before = memory.now()
  let held: Uint8Array | null = new Uint8Array(2 ** 26).fill(1)
  const during = memory.now()
  expect(during - before).toBeGreaterThan(0.9 * held.length)
  expect(during).toBeLessThan(2 * process.memoryUsage.rss())
  held = null
  expect(memory.peak()).toBeGreaterThanOrEqual(during)
  memory.stop()
})

test('lines of the kernel are found by their whole name', () => {
  const text = 'Rss:  12 kB\nPss_Anon:   3 kB\nPss:    1234 kB\n'
  expect(bytesOf(text, 'Pss')).toBe(1234 * 1024)
  expect(bytesOf(text, 'Swap')).toBeNull()
})
