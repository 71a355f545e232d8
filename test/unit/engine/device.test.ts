/** What becomes of a device's errors, with a runtime that fails as drivers do. */
import { type InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { createDevice } from '../../../electron/engine/device.ts'
import { openSession, type Runtime } from '../../../electron/engine/session.ts'
import { createGraph, type Graph, input, output } from '../../../electron/graph/graph.ts'
import { add } from '../../../electron/graph/ops.ts'

function doubling(): Graph {
  const g = createGraph('webgpu')
  const x = input(g, 'x', 'float32', [2])
  output(g, add(g, x, x), 'y')
  return g
}

/** A session that answers with y = [2, 4], or throws what is given. */
function runtimeWith(answers: readonly (string | null)[], refusal: string | null = null) {
  let runs = 0
  const asked: unknown[] = []
  const session: InferenceSession = {
    inputNames: ['x'],
    outputNames: ['y'],
    inputMetadata: [],
    outputMetadata: [],
    run: async () => {
      const error = answers[runs]
      runs += 1
      if (typeof error === 'string') throw new Error(error)
      return { y: new Tensor('float32', Float32Array.of(2, 4), [2]) }
    },
    release: async () => {},
    startProfiling: () => {},
    endProfiling: () => {},
  }
  const runtime: Runtime = {
    Tensor,
    InferenceSession: {
      create: async (_model: unknown, options?: unknown, _three?: unknown, _four?: unknown) => {
        asked.push(options)
        if (refusal !== null) throw new Error(refusal)
        return session
      },
    },
  }
  return { runtime, runs: () => runs, asked }
}

const FEEDS = { x: Float32Array.of(1, 2) }

describe('a device', () => {
  test('runs graphs', async () => {
    const session = await createDevice(runtimeWith([null]).runtime).open(doubling(), 'double', [])
    const { read } = await session.run(FEEDS)
    expect([...(read['y']?.data ?? [])]).toEqual([2, 4])
  })

  test.each([
    'WebGPU device lost (1): VK_ERROR_DEVICE_LOST',
    'Failed to download data from buffer. wgpu::MapAsyncStatus value: 4',
    'DXGI_ERROR_DEVICE_REMOVED (0x887A0005)',
    'The GPU device was lost.\n at Queue.Submit',
  ])('that is lost stays lost: %s', async (said) => {
    const fake = runtimeWith([said, null])
    const device = createDevice(fake.runtime)
    const session = await device.open(doubling(), 'double', [])
    const lost = { code: 'device', message: expect.stringMatching(/^the graphics device was lost/) }
    await expect(session.run(FEEDS)).rejects.toMatchObject(lost)
    await expect(session.run(FEEDS)).rejects.toMatchObject(lost)
    await expect(device.open(doubling(), 'another', [])).rejects.toMatchObject(lost)
    expect(fake.runs()).toBe(1)
  })

  test('that is full says so, and goes on', async () => {
    const said = '[Invalid Buffer (unlabeled)] is invalid due to a previous error.'
    const session = await createDevice(runtimeWith([said, null]).runtime).open(doubling(), 'd', [])
    await expect(session.run(FEEDS)).rejects.toMatchObject({
      code: 'engine',
      message: 'd: failed on the device: its memory or its largest buffer is too small',
    })
    await session.run(FEEDS)
  })

  test.each([
    [
      'webgpu_context.cc:136 status == Success was false. Failed to get a WebGPU adapter: No supported adapters',
      'expected a graphics adapter with a driver, found none',
    ],
    [
      'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.',
      'double: refused by the device: This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.',
    ],
  ])('that refuses says why: %s', async (said, message) => {
    const { runtime } = runtimeWith([], said)
    const opened = createDevice(runtime).open(doubling(), 'double', [])
    await expect(opened).rejects.toMatchObject({ code: 'engine', message })
  })

  test('names the feed that is missing', async () => {
    const session = await createDevice(runtimeWith([]).runtime).open(doubling(), 'double', [])
    await expect(session.run({})).rejects.toThrow('double: no feed for x')
  })
})

describe('CUDA', () => {
  const cuda = { threads: 2, device: 'cuda' } as const

  test('takes the graphs of the CPU, where its provider is installed', async () => {
    const { runtime, asked } = runtimeWith([null])
    const session = await openSession(doubling(), 'double', cuda, runtime)
    const { y } = await session.run(FEEDS, ['y'])
    expect([...(y?.data ?? [])]).toEqual([2, 4])
    expect(asked).toEqual([
      expect.objectContaining({ executionProviders: ['cuda'], intraOpNumThreads: 2 }),
    ])
  })

  test('that cannot be loaded is named', async () => {
    const said = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library'
    const { runtime } = runtimeWith([], said)
    await expect(openSession(doubling(), 'double', cuda, runtime)).rejects.toMatchObject({
      code: 'engine',
      message: `double: refused by cuda: ${said}`,
    })
  })
})
