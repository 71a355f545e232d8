/**
 * The engine on the WebGPU provider, under a driver in software, against the CPU. Sessions on a device refuse every
 * node that would fall back to the CPU, so that a run that ends has had all its nodes on the device.
 */
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { DRAWS, drawsOnCpu, FILTERS } from '../fakes/device-draws.ts'
import { deviceRun, type DeviceRunResult } from '../fakes/device-run.ts'
import { temporaryFolder } from '../fakes/folder.ts'
import { NO_SOFTWARE_GPU, runOnGpu, softwareGpu } from '../fakes/software-gpu.ts'
import { TINY, tinyWeights, writeModel } from '../fakes/tiny-model.ts'

/**
 * One layer, and all that families differ in but for head norms: gradcheck/ has those. In 4 bits its down projection
 * stays as it is, since its rows are shorter than a block.
 */
const CONFIG = {
  ...TINY,
  family: 'qwen2',
  attentionBias: true,
  layers: 1,
  hiddenSize: 32,
  intermediateSize: 16,
} as const

const worst = (a: readonly number[], b: readonly number[]): number =>
  a.length === b.length
    ? a.reduce((most, x, at) => Math.max(most, Math.abs(x - (b[at] ?? Number.NaN))), 0)
    : Number.POSITIVE_INFINITY

type Runs = {
  readonly full: DeviceRunResult
  readonly lora: DeviceRunResult
  /** Of each filter, how often each token is drawn. */
  readonly draws: readonly (readonly number[])[]
}

const NAME = softwareGpu === null ? `on WebGPU: ${NO_SOFTWARE_GPU}` : 'on WebGPU'

describe.skipIf(softwareGpu === null)(NAME, () => {
  let cpu: Runs
  let gpu: Runs
  beforeAll(async () => {
    const home = temporaryFolder()
    const model = await writeModel(CONFIG, tinyWeights(CONFIG))
    const child = join(import.meta.dirname, 'webgpu-child.ts')
    const own = join(home, 'cpu')
    cpu = {
      full: await deviceRun('cpu', model, join(own, 'full'), false),
      lora: await deviceRun('cpu', model, join(own, 'lora'), true),
      draws: await drawsOnCpu(),
    }
    gpu = JSON.parse(await runOnGpu(softwareGpu ?? '', child, [model, home]))
  }, 600_000)

  describe.each(['full', 'lora'] as const)('training: %s', (what) => {
    test('ran on the device', () => {
      expect([gpu[what].device, gpu[what].fallback]).toEqual(['webgpu', null])
    })

    test('statistics, norm and moments agree with the CPU', () => {
      const [found, expected] = [gpu[what], cpu[what]]
      expect(worst(found.logprobs, expected.logprobs)).toBeLessThan(1e-4)
      expect(expected.gradNorm).toBeGreaterThan(0.1)
      expect(Math.abs(found.gradNorm / expected.gradNorm - 1)).toBeLessThan(1e-5)
      expect(Object.keys(found.state)).toEqual(Object.keys(expected.state))
      for (const [name, numbers] of Object.entries(expected.state)) {
        expect(worst(found.state[name] ?? [], numbers)).toBeLessThan(1e-5)
      }
    })
  })

  test.each(['full', 'lora'] as const)('%s: answers are the same, token by token', (what) => {
    const [found, expected] = [gpu[what].answers, cpu[what].answers]
    expect(found).toHaveLength(3)
    expect(found.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens))
    found.forEach(({ logprobs }, index) => {
      expect(worst(logprobs, expected[index]?.logprobs ?? [])).toBeLessThan(1e-4)
    })
  })

  test.each(FILTERS.map((filter, index) => ({ ...filter, index })))(
    'draws the same tokens as often: temperature $temperature, top-k $topK, top-p $topP',
    ({ index }) => {
      const [found = [], expected = []] = [gpu.draws[index], cpu.draws[index]]
      // Even draws of a token with the share p are p of them, rounded up or down.
      expect(worst(found, expected)).toBeLessThanOrEqual(1)
      expect(expected.filter((count) => count > 1).length).toBeGreaterThan(0)
      expect(found.reduce((sum, count) => sum + count, 0)).toBe(DRAWS)
    },
  )
})
