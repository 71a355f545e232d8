/** What runs of real models take, by estimate, and what is proposed where they would not fit. */
import { describe, expect, test } from 'vitest'
import { PRESETS, resolveConfig, type RunOverrides } from '../../../electron/contract/config.ts'
import { PRESET_NOTES } from '../../../electron/contract/preset-notes.ts'
import {
  engineModel,
  estimateRun,
  memoryReport,
  proposeSettings,
  requireMemory,
  type Room,
  roomOf,
} from '../../../electron/host/memory-plan.ts'
import type { DecoderConfig } from '../../../electron/model/config.ts'
import { readConfig } from '../../../electron/model/config-json.ts'
import { NANO_MODEL } from '../../../electron/host/models.ts'
import { parameterCount } from '../../../electron/model/tensors.ts'

const GIB = 2 ** 30

const QWEN = {
  family: 'qwen2',
  rmsEps: 1e-6,
  ropeTheta: 1e6,
  ropeScaling: { kind: 'none' },
  attentionBias: true,
  qkNorm: false,
  maxPositions: 32_768,
  dtype: 'bfloat16',
  bosId: null,
  eosIds: [],
  padId: null,
  vocabSize: 151_936,
  kvHeads: 2,
  tied: true,
} as const
const SMALL: DecoderConfig = {
  ...QWEN,
  hiddenSize: 896,
  layers: 24,
  heads: 14,
  headDim: 64,
  intermediateSize: 4_864,
}
/** Quick to walk. */
const SHALLOW: DecoderConfig = { ...SMALL, layers: 4 }
const LARGE: DecoderConfig = {
  ...QWEN,
  hiddenSize: 2_048,
  layers: 36,
  heads: 16,
  headDim: 128,
  intermediateSize: 11_008,
}

const cpu = (limit: number): Room => ({ device: 'cpu', half: false, limit, place: 'setting' })
const card = (limit: number, half = true): Room => ({
  device: 'webgpu',
  half,
  limit,
  place: 'adapter',
})

const config = (preset: string, given: RunOverrides = {}) =>
  resolveConfig(preset, {
    workers: 2,
    maxPrompt: 128,
    maxResponse: 128,
    tokensPerMicroBatch: 256,
    ...given,
  })

describe('the estimate', () => {
  test('knows the real shapes', () => {
    expect([SMALL, LARGE].map(parameterCount)).toEqual([494_032_768, 3_085_938_688])
  })

  test('a preset of a size stays within the memory it is labelled with', () => {
    // A few layers are quick to walk; the others add what goes into each, adapters and keys and values.
    const { total } = estimateRun(SHALLOW, config('lora-0.5b'), cpu(8 * GIB))
    expect(total).toBeLessThan((PRESET_NOTES['lora-0.5b']?.memoryGiB ?? 0) * GIB)
    expect(Object.keys(PRESETS)).toEqual(expect.arrayContaining(Object.keys(PRESET_NOTES)))
  })

  test('adapters and 4 bits take less, and so does computing again', () => {
    const estimate = (given: RunOverrides) =>
      estimateRun(SHALLOW, config('paper', given), cpu(16 * GIB))
    const whole = estimate({})
    const adapters = estimate({ loraRank: 16 })
    const small = estimate({ loraRank: 16, baseWeights: '4-bit', recompute: true })
    expect(adapters.total).toBeLessThan(whole.total)
    expect(small.total).toBeLessThan(adapters.total)
    expect(small.activations).toBeLessThan(adapters.activations)
  })

  test('the embedded model fits anywhere', async () => {
    const nano = await readConfig(NANO_MODEL)
    expect(memoryReport(nano, resolveConfig('nano', { workers: 2 }), cpu(4 * GIB)).fits).toBe(true)
  })
})

describe('a run that would not fit', () => {
  test('is refused with settings that make it fit', () => {
    const wish = config('paper')
    const proposal = proposeSettings(SHALLOW, wish, cpu(3 * GIB))
    expect(proposal).toMatchObject({ recompute: true, loraRank: 32 })
    const changed = config('paper', proposal ?? {})
    expect(memoryReport(SHALLOW, changed, cpu(3 * GIB)).fits).toBe(true)
    expect(() => requireMemory(SHALLOW, wish, cpu(3 * GIB))).toThrow(
      /^memory: expected at most 3.0 GiB \(memoryGiB\), found an estimate of [\d.]+ GiB; it fits with .*recompute=true/,
    )
  })

  test('is refused plainly where nothing helps', () => {
    expect(() => requireMemory({ ...LARGE, layers: 2 }, config('paper'), cpu(GIB / 2))).toThrow(
      'a smaller model or more memory is needed',
    )
  })
})

describe('a graphics device', () => {
  const wish = config('lora-0.5b')

  test('half precision and 4 bits take less of it; it holds new state beside the old', () => {
    const [single, half] = [false, true].map((has) => estimateRun(SMALL, wish, card(24 * GIB, has)))
    const four = { ...wish, baseWeights: '4-bit' } as const
    const small = estimateRun(SMALL, four, card(24 * GIB))
    expect(single?.weights).toBe(4 * parameterCount(SMALL))
    expect(half?.weights).toBe(2 * parameterCount(SMALL))
    expect(small.weights).toBeLessThan(0.7 * (half?.weights ?? 0))
    expect(half?.cache).toBe((single?.cache ?? 0) / 2)
    expect(half?.gradients).toBe(2 * (half?.adapters ?? 0))
  })

  test('a run that does not fit its memory is refused with what would fit', () => {
    const long = config('lora-0.5b', { maxPrompt: 1_024, maxResponse: 1_024 })
    const proposal = proposeSettings(SHALLOW, long, card(2 * GIB)) ?? {}
    expect(proposal).toEqual({ baseWeights: '4-bit', maxPrompt: 512, maxResponse: 512 })
    expect(memoryReport(SHALLOW, { ...long, ...proposal }, card(2 * GIB)).fits).toBe(true)
    expect(() => requireMemory(SHALLOW, long, card(2 * GIB))).toThrow(
      /^memory: expected at most 2.0 GiB, which is free on the graphics adapter, found .*; it fits with /,
    )
  })

  test('what it may take is what its adapter tells, else what the machine has free, else the setting', () => {
    const adapter = { name: 'a card', driver: null, memoryBytes: 24 * GIB, freeBytes: 20 * GIB }
    const room = (device: 'cpu' | 'webgpu' | 'cuda', adapters: Parameters<typeof roomOf>[2]) =>
      roomOf(wish, device, adapters, 7 * GIB)
    expect(room('webgpu', [adapter])).toEqual(card(20 * GIB))
    expect(room('webgpu', [{ ...adapter, freeBytes: null }])).toEqual(card(24 * GIB))
    const shared = { ...adapter, memoryBytes: null, freeBytes: null }
    expect(room('webgpu', [shared])).toEqual({ ...card(7 * GIB), place: 'machine' })
    expect(room('webgpu', [])).toEqual({ ...card(7 * GIB, false), place: 'machine' })
    const nvidia = { ...adapter, name: 'NVIDIA RTX A4000', freeBytes: 15 * GIB }
    expect(room('cuda', [adapter, nvidia])).toMatchObject({ device: 'cpu', limit: 15 * GIB })
    expect(room('cpu', [adapter])).toMatchObject({ limit: 7 * GIB, place: 'machine' })
    expect(roomOf({ ...wish, memoryGiB: 3 }, 'webgpu', [adapter], GIB)).toEqual({
      ...card(3 * GIB),
      place: 'setting',
    })
  })
})

test('settings become what the engine is asked for', () => {
  const given = {
    loraRank: 8,
    loraTargets: ['v_proj', 'q_proj'],
    baseWeights: '4-bit',
    seed: 5,
  } as const
  expect(engineModel(config('paper', given), '/cache')).toEqual({
    lora: { rank: 8, alpha: 32, targets: ['q_proj', 'v_proj'], seed: 5 },
    base: '4-bit',
    recompute: false,
    cache: '/cache',
  })
  expect(engineModel(config('paper'), '/cache').lora).toBe(null)
})
