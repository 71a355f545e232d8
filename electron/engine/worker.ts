/**
 * Worker thread of the local engine: holds weights and sessions, answers one call after another.
 * ONNX Runtime blocks this thread while it computes, and no other.
 */
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import { readWeights } from '../model/checkpoint.ts'
import { tensorNames } from '../model/tensors.ts'
import { createCpuDecoder } from './cpu-decoder.ts'
import type { CallName, Calls, Reply, Request } from './protocol.ts'
import { createSampler, type Sampler } from './sampler.ts'
import { createTrainer, type Trainer } from './trainer.ts'
import { toGraphLayout, type WeightArrays } from './weights.ts'

type State = { readonly sampler: Sampler; readonly trainer: Trainer | null }

let state: State | null = null

/** Not 0 once the engine is closed: nothing new is begun then. */
const stop = new Int32Array(
  v.parse(v.object({ stop: v.instance(SharedArrayBuffer) }), workerData).stop,
)
const isStopped = (): boolean => Atomics.load(stop, 0) !== 0

function opened(): State {
  if (state === null) throw new AppError('engine', 'worker: called before open')
  return state
}

function trainer(): Trainer {
  const { trainer } = opened()
  if (trainer === null) throw new AppError('engine', 'worker: opened for sampling only')
  return trainer
}

type Handlers = {
  readonly [Name in CallName]: (
    argument: Calls[Name]['in'],
    progress: (done: number) => void,
  ) => Promise<Calls[Name]['out']>
}

const HANDLERS: Handlers = {
  open: async ({ config, source, weights, options, training, cacheBytes }) => {
    const decoder = createCpuDecoder(config, weights, options, cacheBytes, source)
    const sampler = createSampler(config, decoder)
    state = { sampler, trainer: null }
    if (training === null) return null
    const arrays = training.shared.map((buffers) =>
      Object.fromEntries(
        Object.entries(buffers).map(([name, buffer]) => [name, new Float32Array(buffer)]),
      ),
    )
    const shared = { arrays, own: training.own }
    const trained = { config, source, recompute: training.recompute }
    const reference = async (): Promise<WeightArrays> =>
      toGraphLayout(tensorNames(config), await readWeights(training.reference))
    state = { sampler, trainer: createTrainer(trained, weights, shared, options, reference) }
    return null
  },
  accumulate: (work) => trainer().accumulate(work),
  forward: (work) => trainer().forward(work),
  clear: async () => {
    trainer().clear()
    return null
  },
  publish: async () => {
    trainer().publish()
    return null
  },
  reduce: async () => trainer().reduce(),
  update: async (step) => {
    await trainer().update(step)
    return null
  },
  adopt: async () => {
    trainer().adopt()
    return null
  },
  sample: ({ rows, params, control }, progress) => {
    const flags = new Int32Array(control)
    return opened().sampler(rows, params, {
      cancelled: () => isStopped() || Atomics.load(flags, 0) !== 0,
      progress,
    })
  },
  exportWeights: async () => trainer().weights,
  exportMoments: async () => trainer().moments(),
  importState: async ({ weights, first, second }) => {
    trainer().restore(weights, first, second)
    return null
  },
}

async function answer(id: number, call: CallName, argument: unknown): Promise<Reply> {
  try {
    // The caller's types pair call and argument (worker-handle.ts); the message channel forgets them.
    const handler = HANDLERS[call] as (
      argument: unknown,
      progress: (done: number) => void,
    ) => Promise<unknown>
    const progress = (done: number): void => send({ id, kind: 'progress', done })
    return { id, kind: 'done', result: await handler(argument, progress) }
  } catch (thrown) {
    const code = thrown instanceof AppError ? thrown.code : 'engine'
    return { id, kind: 'failed', code, message: messageOf(thrown) }
  }
}

function send(reply: Reply): void {
  parentPort?.postMessage(reply)
}

let queue: Promise<void> = Promise.resolve()

/** One request after the other: the next begins when the one before has been answered. */
async function serve(before: Promise<void>, { id, call, argument }: Request): Promise<void> {
  await before
  if (call === 'stop') parentPort?.close()
  else if (!isStopped()) send(await answer(id, call, argument))
}

parentPort?.on('message', (request: Request) => {
  queue = serve(queue, request)
})
