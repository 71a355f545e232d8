/**
 * The thread that starts worker threads. The runtime has subnormal numbers flushed to zero in the first thread that
 * makes a session, and in no later one; what it starts from there inherits that (on Linux). So the first session is
 * made here: all workers compute alike, and the thread that asks for them keeps its subnormal numbers.
 * Not here: what workers do (worker.ts), calls to them (worker-handle.ts).
 */
import { type MessagePort, parentPort, Worker } from 'node:worker_threads'
import { messageOf } from '../contract/errors.ts'
import { touch } from './touch.ts'

/** stop: not 0 once the worker is to begin nothing new. port: where it is called. */
export type NestOrder = {
  readonly id: number
  readonly script: string
  readonly stop: SharedArrayBuffer
  readonly port: MessagePort
}

/** crash: null: it has ended. */
export type NestNews = { readonly id: number; readonly crash: string | null }

function start({ id, script, stop, port }: NestOrder): void {
  const tell = (crash: string | null): void => {
    const news: NestNews = { id, crash }
    parentPort?.postMessage(news)
  }
  try {
    const workerData = { stop, port }
    const worker = new Worker(new URL(script), { workerData, transferList: [port] })
    worker.on('error', (cause) => tell(messageOf(cause)))
    worker.on('exit', () => tell(null))
  } catch (thrown) {
    tell(messageOf(thrown))
    tell(null)
  }
}

// Where the runtime cannot be loaded, the workers find out, and say so.
await touch({ threads: 1, device: 'cpu' }).catch(() => {})
parentPort?.on('message', start)
