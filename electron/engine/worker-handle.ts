/**
 * The engine's side of one worker thread: typed calls, one promise each. A thread that dies fails every open call
 * and every later one.
 */
import { Worker } from 'node:worker_threads'
import { AppError, type ErrorCode, messageOf } from '../contract/errors.ts'
import type { CallName, Calls, Reply, Request } from './protocol.ts'
import { inTurn } from './turns.ts'

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
  const worker = new Worker(script, { workerData: { stop } })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  const open = new Map<number, Open>()
  let count = 0
  let gone: AppError | null = null
  const failAll = (why: AppError): void => {
    gone ??= why
    for (const { reject } of open.values()) reject(gone)
    open.clear()
  }
  worker.on('message', (reply: Reply) => settle(open, reply))
  worker.on('error', (cause) =>
    failAll(new AppError('engine', `a worker thread crashed: ${messageOf(cause)}`, { cause })),
  )
  worker.on('exit', () => failAll(new AppError('engine', 'a worker thread has ended')))
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
        worker.postMessage(request)
      }),
    close: async () => {
      failAll(new AppError('engine', 'the engine is closed'))
      Atomics.store(new Int32Array(stop), 0, 1)
      const stopped: Request = { id: 0, call: 'stop', argument: null }
      worker.postMessage(stopped)
      await ended
    },
  }
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
