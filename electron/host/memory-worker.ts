/**
 * Estimates of runs' memory in a thread of their own: those of long sequences take a tenth of a second, which nobody at
 * a window should wait for. One order after another, each answered under its number.
 */
import { parentPort } from 'node:worker_threads'
import * as v from 'valibot'
import { parseConfig } from '../contract/config.ts'
import { AppError, messageOf } from '../contract/errors.ts'
import { readModelConfig } from '../model/adapter-folder.ts'
import { memoryReport } from './memory-plan.ts'

const Order = v.object({
  id: v.number(),
  model: v.string(),
  settings: v.unknown(),
  room: v.object({
    device: v.picklist(['cpu', 'webgpu']),
    half: v.boolean(),
    limit: v.number(),
    place: v.picklist(['machine', 'adapter', 'setting']),
  }),
})

parentPort?.on('message', (message: unknown) => void answer(v.parse(Order, message)))

async function answer({ id, model, settings, room }: v.InferOutput<typeof Order>): Promise<void> {
  try {
    const report = memoryReport(await readModelConfig(model), parseConfig(settings), room)
    parentPort?.postMessage({ id, report })
  } catch (thrown) {
    const code = thrown instanceof AppError ? thrown.code : 'engine'
    parentPort?.postMessage({ id, failed: { code, message: messageOf(thrown) } })
  }
}
