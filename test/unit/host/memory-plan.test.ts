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
    const { total } = estimateRun(SHALLOW, config('lora-0.5b'), 8 * GIB)
    expect(total).toBeLessThan((PRESET_NOTES['lora-0.5b']?.memoryGiB ?? 0) * GIB)
    expect(Object.keys(PRESETS)).toEqual(expect.arrayContaining(Object.keys(PRESET_NOTES)))
  })

  test('adapters and 4 bits take less, and so does computing again', () => {
    const estimate = (given: RunOverrides) => estimateRun(SHALLOW, config('paper', given), 16 * GIB)
    const whole = estimate({})
    const adapters = estimate({ loraRank: 16 })
    const small = estimate({ loraRank: 16, baseWeights: '4-bit', recompute: true })
    expect(adapters.total).toBeLessThan(whole.total)
    expect(small.total).toBeLessThan(adapters.total)
    expect(small.training).toBeLessThan(adapters.training)
  })

  test('the embedded model fits anywhere', async () => {
    const nano = await readConfig(NANO_MODEL)
    expect(memoryReport(nano, resolveConfig('nano', { workers: 2 }), 4 * GIB).fits).toBe(true)
  })
})

describe('a run that would not fit', () => {
  test('is refused with settings that make it fit', () => {
    const wish = config('paper')
    const proposal = proposeSettings(SHALLOW, wish, 3 * GIB)
    expect(proposal).toMatchObject({ recompute: true, loraRank: 32 })
    const changed = config('paper', proposal ?? {})
    expect(memoryReport(SHALLOW, changed, 3 * GIB).fits).toBe(true)
    expect(() => requireMemory(SHALLOW, wish, 3 * GIB)).toThrow(
      /^memory: expected at most 3.0 GiB, found an estimate of [\d.]+ GiB; it fits with .*recompute=true/,
    )
  })

  test('is refused plainly where nothing helps', () => {
    expect(() => requireMemory({ ...LARGE, layers: 2 }, config('paper'), GIB / 2)).toThrow(
      'a smaller model or more memory is needed',
    )
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
