import { describe, expect, test } from 'vitest'
import { startWorker } from '../../../electron/engine/worker-handle.ts'

const script = (text: string): URL => new URL(`data:text/javascript,${encodeURIComponent(text)}`)

const listening = (body: string): URL =>
  script(
    `import { parentPort } from 'node:worker_threads'; parentPort.on('message', ({ id, call }) => { ${body} })`,
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
        parentPort.postMessage({ id, kind: 'progress', done: 3 })
        parentPort.postMessage(call === 'reduce'
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
