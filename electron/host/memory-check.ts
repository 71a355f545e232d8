/**
 * A run's memory as a window asks for it: estimated apart, remembered, and in words where it does not fit.
 * Not here: the estimate (memory-plan.ts).
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { RunConfig } from '../contract/config.ts'
import { AppError, type ErrorCode } from '../contract/errors.ts'
import type { Device } from '../contract/inputs.ts'
import type { MemoryReport } from '../contract/memory.ts'
import { memoryRoom, memorySentence, type Room } from './memory-plan.ts'

const REMEMBERED = 64
const known = new Map<string, Promise<MemoryReport>>()

/** Throws what the folder's own check would throw. */
export async function estimateApart(
  model: string,
  config: RunConfig,
  device: Device,
): Promise<MemoryReport> {
  const settings = { ...config, workers: config.workers || availableParallelism() }
  const order = { model, settings, room: steady(await memoryRoom(config, device)) }
  const key = JSON.stringify(order)
  const found = known.get(key) ?? inThread(order)
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

/** What is free to the GiB, so that it may change a little. */
function steady(room: Room): Room {
  const { limit, place } = room
  return place === 'setting' ? room : { ...room, limit: Math.floor(limit / 2 ** 30) * 2 ** 30 }
}

type Order = { readonly model: string; readonly settings: RunConfig; readonly room: Room }
type Waiting = {
  readonly resolve: (report: MemoryReport) => void
  readonly reject: (cause: unknown) => void
}
type Answer =
  | { readonly id: number; readonly report: MemoryReport }
  | { readonly id: number; readonly failed: { readonly code: ErrorCode; readonly message: string } }

/** One thread for all estimates, from the first on: it loads what it needs once. It keeps no process alive. */
let thread: { readonly worker: Worker; readonly waiting: Map<number, Waiting> } | null = null
let orders = 0

function inThread(order: Order): Promise<MemoryReport> {
  const { worker, waiting } = (thread ??= startThread())
  orders += 1
  const id = orders
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject })
    worker.ref()
    worker.postMessage({ id, ...order })
  })
}

function startThread() {
  const worker = new Worker(new URL('./memory-worker.ts', import.meta.url))
  const waiting = new Map<number, Waiting>()
  worker.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) worker.unref()
    if ('report' in answer) asked?.resolve(answer.report)
    else asked?.reject(new AppError(answer.failed.code, answer.failed.message))
  })
  worker.once('error', (cause) => {
    thread = null
    for (const { reject } of waiting.values()) reject(cause)
  })
  return { worker, waiting }
}

/** A sentence where the run would not fit. */
export function memoryProblems(report: MemoryReport | null): string[] {
  return report === null || report.fits ? [] : [memorySentence(report)]
}
