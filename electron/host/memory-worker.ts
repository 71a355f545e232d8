/**
 * One estimate of a run's memory in a thread of its own: the graphs of long sequences take a second to walk, which
 * nobody at a window should wait for. Told by workerData.
 */
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { parseConfig } from '../contract/config.ts'
import { readModelConfig } from '../model/adapter-folder.ts'
import { memoryReport } from './memory-plan.ts'

const Order = v.object({ model: v.string(), settings: v.unknown(), limit: v.number() })

const { model, settings, limit } = v.parse(Order, workerData)
parentPort?.postMessage(memoryReport(await readModelConfig(model), parseConfig(settings), limit))
