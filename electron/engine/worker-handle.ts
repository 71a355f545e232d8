/**
 * The engine's side of one worker thread: typed calls, one promise each. A thread that dies fails every open call
 * and every later one.
 */
import { MessageChannel, Worker } from 'node:worker_threads'
import { AppError, type ErrorCode, messageOf } from '../contract/errors.ts'
import type { CallName, Calls, Reply, Request } from './protocol.ts'
import { inTurn } from './turns.ts'
import type { NestNews, NestOrder } from './worker-nest.ts'

export type WorkerHandle = {
  readonly call: <Name extends CallName>(
    call: Name,
    argument: Calls[Name]['in'],
    onProgress?: (done: number) => void,
  ) => Promise<Calls[Name]['out']>
  /**
   * Open calls fail at once; the thread ends after the run it is in. It is never terminated: that aborts the whole
   * process where it meets the runtime at work.
   */
  readonly close: () => Promise<void>
}

type Open = {
  readonly resolve: (result: unknown) => void
  readonly reject: (why: Error) => void
  readonly onProgress: (done: number) => void
}

export function startWorker(script: URL = new URL('./worker.ts', import.meta.url)): WorkerHandle {
  const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const { port1: port, port2 } = new MessageChannel()
  const open = new Map<number, Open>()
  let count = 0
  let gone: AppError | null = null
  const failAll = (why: AppError): void => {
    gone ??= why
    for (const { reject } of open.values()) reject(gone)
    open.clear()
  }
  port.on('message', (reply: Reply) => settle(open, reply))
  const { promise: over, resolve: end } = Promise.withResolvers<undefined>()
  hatch(
    { script: script.href, stop, port: port2 },
    {
      crashed: (why) => failAll(new AppError('engine', `a worker thread crashed: ${why}`)),
      ended: () => {
        failAll(new AppError('engine', 'a worker thread has ended'))
        port.close()
        end(undefined)
      },
    },
  )
  return {
    call: (call, argument, onProgress = () => {}) =>
      new Promise((resolve, reject) => {
        if (gone !== null) {
          reject(gone)
          return
        }
        count += 1
        // The handler of this name in worker.ts has exactly this result type.
        open.set(count, { resolve: resolve as (result: unknown) => void, reject, onProgress })
        const request: Request = { id: count, call, argument }
        port.postMessage(request)
      }),
    close: async () => {
      failAll(new AppError('engine', 'the engine is closed'))
      Atomics.store(new Int32Array(stop), 0, 1)
      const stopped: Request = { id: 0, call: 'stop', argument: null }
      port.postMessage(stopped)
      await over
    },
  }
}

type Hatched = { readonly crashed: (why: string) => void; readonly ended: () => void }

/** The thread that starts workers, and those that live. It keeps the process only while there are some. */
type Nest = { readonly thread: Worker; readonly living: Map<number, Hatched> }

let nest: Nest | null = null
let hatchlings = 0

function hatch(order: Omit<NestOrder, 'id'>, told: Hatched): void {
  const { thread, living } = (nest ??= openNest())
  hatchlings += 1
  const id = hatchlings
  living.set(id, told)
  thread.ref()
  thread.postMessage({ ...order, id } satisfies NestOrder, [order.port])
}

function openNest(): Nest {
  const thread = new Worker(new URL('./worker-nest.ts', import.meta.url))
  const living = new Map<number, Hatched>()
  const take = ({ id, crash }: NestNews): void => {
    const one = living.get(id)
    if (crash !== null) {
      one?.crashed(crash)
      return
    }
    living.delete(id)
    if (living.size === 0) thread.unref()
    one?.ended()
  }
  thread.on('message', take)
  thread.on('error', (cause) => {
    for (const { crashed } of living.values()) crashed(messageOf(cause))
  })
  thread.on('exit', () => {
    nest = null
    for (const { ended } of living.values()) ended()
    living.clear()
  })
  return { thread, living }
}

const onDevice = inTurn()

/** Calls to workers of one graphics device, whoever makes them, one after another: its queue is the process's own. */
export function sharingDevice(worker: WorkerHandle): WorkerHandle {
  return {
    call: (call, argument, onProgress) => onDevice(() => worker.call(call, argument, onProgress)),
    close: worker.close,
  }
}

function settle(open: Map<number, Open>, reply: Reply): void {
  const waiting = open.get(reply.id)
  if (reply.kind === 'progress') {
    waiting?.onProgress(reply.done)
    return
  }
  open.delete(reply.id)
  if (reply.kind === 'done') waiting?.resolve(reply.result)
  else waiting?.reject(new AppError(codeOf(reply.code), reply.message))
}

function codeOf(code: string): ErrorCode {
  return code === 'cancelled' || code === 'checkpoint' || code === 'device' ? code : 'engine'
}
