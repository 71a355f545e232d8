/**
 * A run's memory as a window asks for it: estimated apart, remembered, and in words where it does not fit.
 * Not here: the estimate (memory-plan.ts).
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { RunConfig } from '../contract/config.ts'
import type { MemoryReport } from '../contract/memory.ts'
import { memoryLimit, memorySentence } from './memory-plan.ts'

const REMEMBERED = 64
const known = new Map<string, Promise<MemoryReport>>()

/** Throws what the folder's own check would throw. */
export async function estimateApart(model: string, config: RunConfig): Promise<MemoryReport> {
  const settings = { ...config, workers: config.workers || availableParallelism() }
  // To the GiB, so that what is free may change a little.
  const limit = Math.floor(memoryLimit(config) / 2 ** 30) * 2 ** 30
  const key = JSON.stringify([model, limit, settings])
  const found = known.get(key) ?? inThread({ model, settings, limit })
  known.delete(key)
  known.set(key, found)
  for (const [oldest] of known) if (known.size > REMEMBERED) known.delete(oldest)
  try {
    return await found
  } catch (cause) {
    known.delete(key)
    throw cause
  }
}

function inThread(order: unknown): Promise<MemoryReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./memory-worker.ts', import.meta.url), { workerData: order })
    worker.once('message', (report: MemoryReport) => resolve(report))
    worker.once('error', reject)
  })
}

/** A sentence where the run would not fit; only the CPU's memory is known. */
export function memoryProblems(report: MemoryReport | null, device: string): string[] {
  return report === null || report.fits || device !== 'cpu' ? [] : [memorySentence(report)]
}
