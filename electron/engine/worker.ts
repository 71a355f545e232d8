/**
 * Worker thread of the local engine: holds weights and sessions, answers one call after another.
 * ONNX Runtime blocks this thread while it computes, and no other.
 */
import { MessagePort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import { type Computing, openComputing, type WorkerTrainer } from './computing.ts'
import type { CallName, Calls, Reply, Request } from './protocol.ts'

let state: Computing | null = null

const Given = v.object({ stop: v.instance(SharedArrayBuffer), port: v.instance(MessagePort) })
const given = v.parse(Given, workerData)
const { port } = given

/** Not 0 once the engine is closed: nothing new is begun then. */
const stop = new Int32Array(given.stop)
const isStopped = (): boolean => Atomics.load(stop, 0) !== 0

function opened(): Computing {
  if (state === null) throw new AppError('engine', 'worker: called before open')
  return state
}

function trainer(): WorkerTrainer {
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
  open: async (order) => {
    state = await openComputing(order)
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
  exportWeights: async () => trainer().weights(),
  exportMoments: async () => trainer().moments(),
  importState: async ({ weights, first, second }) => {
    await trainer().restore(weights, first, second)
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
  port.postMessage(reply)
}

let queue: Promise<void> = Promise.resolve()

/** One request after the other: the next begins when the one before has been answered. */
async function serve(before: Promise<void>, { id, call, argument }: Request): Promise<void> {
  await before
  if (call === 'stop') port.close()
  else if (!isStopped()) send(await answer(id, call, argument))
}

port.on('message', (request: Request) => {
  queue = serve(queue, request)
})
