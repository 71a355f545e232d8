/**
 * Worker thread of the local engine: holds weights and sessions, answers one call after another.
 * ONNX Runtime blocks this thread while it computes, and no other.
 */
import { parentPort } from 'node:worker_threads'
import { AppError, messageOf } from '../contract/errors.ts'
import type { CallName, Calls, Reply, Request } from './protocol.ts'
import { createSampler, type Sampler } from './sampler.ts'
import { createTrainer, type Trainer } from './trainer.ts'
import type { WeightArrays } from './weights.ts'

type State = {
  readonly trainer: Trainer
  readonly sampler: Sampler
  readonly published: readonly Float32Array[]
  readonly own: Float32Array
}

let state: State | null = null

function opened(): State {
  if (state === null) throw new AppError('engine', 'worker: called before open')
  return state
}

type Handlers = {
  readonly [Name in CallName]: (argument: Calls[Name]['in']) => Promise<Calls[Name]['out']>
}

const HANDLERS: Handlers = {
  open: async ({ config, weights, threads, device, shared, own, control }) => {
    const options = { threads, device }
    const published = shared.map((buffer) => new Float32Array(buffer))
    const mine = published[own]
    if (mine === undefined) throw new AppError('engine', `worker ${own}: no gradient buffer`)
    const reference = copyOf(weights)
    state = {
      trainer: createTrainer(config, weights, () => reference, options),
      sampler: createSampler(config, weights, options, new Int32Array(control)),
      published,
      own: mine,
    }
    return null
  },
  accumulate: (work) => opened().trainer.accumulate(work),
  forward: (work) => opened().trainer.forward(work),
  publish: async () => {
    opened().trainer.publish(opened().own)
    return null
  },
  update: ({ params, step }) => opened().trainer.update(opened().published, params, step),
  sample: ({ rows, params, cancelAt }) => opened().sampler(rows, params, cancelAt),
  exportState: async () => {
    const { weights, first, second } = opened().trainer
    return { weights, first, second }
  },
  importState: async ({ weights, first, second }) => {
    const { trainer } = opened()
    overwrite(trainer.weights, weights)
    overwrite(trainer.first, first)
    overwrite(trainer.second, second)
    return null
  },
}

function copyOf(arrays: WeightArrays): WeightArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.slice()]))
}

/** Arrays keep their identity: sessions are fed from them. */
function overwrite(target: WeightArrays, source: WeightArrays): void {
  for (const [name, array] of Object.entries(target)) array.set(source[name] ?? [])
}

async function answer({ id, call, argument }: Request): Promise<Reply> {
  try {
    // The caller's types pair call and argument (local.ts); the message channel forgets them.
    const handler = HANDLERS[call] as (argument: unknown) => Promise<unknown>
    return { id, ok: true, result: await handler(argument) }
  } catch (thrown) {
    const code = thrown instanceof AppError ? thrown.code : 'engine'
    return { id, ok: false, code, message: messageOf(thrown) }
  }
}

let queue: Promise<void> = Promise.resolve()

parentPort?.on('message', (request: Request) => {
  queue = queue.then(async () => parentPort?.postMessage(await answer(request)))
})
