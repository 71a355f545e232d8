/**
 * A process that prints subnormal products: of two workers, and of its own thread. In a process of its own, since the
 * first session of a process decides, and tests share theirs.
 */
import { startWorker } from '../../electron/engine/worker-handle.ts'

const script = new URL('./subnormal-worker.ts', import.meta.url)
const workers = [startWorker(script), startWorker(script)]
const products = await Promise.all(workers.map((worker) => worker.call('reduce', null)))
const [a = 0, b = 0] = Float32Array.of(1e-30, 1e-10)
process.stdout.write(JSON.stringify({ products, own: Math.fround(a * b) }))
await Promise.all(workers.map((worker) => worker.close()))
