/**
 * The engine's side of one worker thread: typed calls, one promise each. A thread that dies fails every open call.
 */
import { Worker } from 'node:worker_threads'
import { AppError, type ErrorCode } from '../contract/errors.ts'
import type { CallName, Calls, Reply, Request } from './protocol.ts'

export type WorkerHandle = {
  readonly call: <Name extends CallName>(
    call: Name,
    argument: Calls[Name]['in'],
  ) => Promise<Calls[Name]['out']>
  readonly close: () => Promise<void>
}

type Open = { readonly resolve: (result: unknown) => void; readonly reject: (why: Error) => void }

export function startWorker(): WorkerHandle {
  const worker = new Worker(new URL('./worker.ts', import.meta.url))
  const open = new Map<number, Open>()
  let count = 0
  const failAll = (why: Error): void => {
    for (const { reject } of open.values()) reject(why)
    open.clear()
  }
  worker.on('message', (reply: Reply) => {
    const waiting = open.get(reply.id)
    open.delete(reply.id)
    if (reply.ok) waiting?.resolve(reply.result)
    else waiting?.reject(new AppError(codeOf(reply.code), reply.message))
  })
  worker.on('error', (cause) =>
    failAll(new AppError('engine', 'a worker thread crashed', { cause })),
  )
  worker.on('exit', () => failAll(new AppError('engine', 'a worker thread ended')))
  return {
    call: (call, argument) =>
      new Promise((resolve, reject) => {
        count += 1
        // The handler of this name in worker.ts has exactly this result type.
        const settle = resolve as (result: unknown) => void
        open.set(count, { resolve: settle, reject })
        const request: Request = { id: count, call, argument }
        worker.postMessage(request)
      }),
    close: async () => {
      await worker.terminate()
    },
  }
}

function codeOf(code: string): ErrorCode {
  return code === 'cancelled' || code === 'checkpoint' ? code : 'engine'
}
