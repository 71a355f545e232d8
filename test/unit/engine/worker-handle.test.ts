import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { startWorker } from '../../../electron/engine/worker-handle.ts'

const script = (text: string): URL => new URL(`data:text/javascript,${encodeURIComponent(text)}`)

const listening = (body: string): URL =>
  script(
    `import { workerData } from 'node:worker_threads'; const { port } = workerData; port.on('message', ({ id, call }) => { ${body} })`,
  )

describe('a worker thread', () => {
  test('that crashes fails the call under way and every later one', async () => {
    const worker = startWorker(listening(`throw new Error('broken ' + call)`))
    const first = worker.call('publish', null)
    await expect(first).rejects.toThrow('a worker thread crashed: broken publish')
    await expect(worker.call('adopt', null)).rejects.toThrow('a worker thread crashed')
    await worker.close()
  })

  test('that ends fails the call under way and every later one', async () => {
    const worker = startWorker(listening('process.exit(0)'))
    await expect(worker.call('publish', null)).rejects.toMatchObject({
      code: 'engine',
      message: 'a worker thread has ended',
    })
    await expect(worker.call('adopt', null)).rejects.toThrow('a worker thread has ended')
    await worker.close()
  })

  test('that cannot be loaded says why', async () => {
    const worker = startWorker(script('import "./nowhere.js"'))
    await expect(worker.call('publish', null)).rejects.toThrow('a worker thread crashed')
    await worker.close()
  })

  test('reports progress and errors by code', async () => {
    const worker = startWorker(
      listening(`
        if (call === 'stop') process.exit(0)
        port.postMessage({ id, kind: 'progress', done: 3 })
        port.postMessage(call === 'reduce'
          ? { id, kind: 'done', result: 7 }
          : { id, kind: 'failed', code: 'cancelled', message: 'cancelled' })
      `),
    )
    const seen: number[] = []
    expect(await worker.call('reduce', null, (done) => seen.push(done))).toBe(7)
    expect(seen).toEqual([3])
    await expect(worker.call('adopt', null)).rejects.toMatchObject({ code: 'cancelled' })
    await worker.close()
  })

  test('fails open calls at once when it is closed', async () => {
    const worker = startWorker(listening(`if (call === 'stop') process.exit(0)`))
    const open = worker.call('publish', null)
    const outcome = expect(open).rejects.toThrow('the engine is closed')
    await worker.close()
    await outcome
    await expect(worker.call('adopt', null)).rejects.toThrow('the engine is closed')
  })
})

// Elsewhere new threads do not begin with the mode of the one that starts them.
test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'all workers flush subnormal numbers to zero, and the thread that asks for them does not',
  async () => {
    const script = new URL('../../fakes/subnormal-child.ts', import.meta.url)
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(script)])
    const { products, own }: { products: number[]; own: number } = JSON.parse(stdout)
    expect(products).toEqual([0, 0])
    expect(own).toBeGreaterThan(0)
  },
)
