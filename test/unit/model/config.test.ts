import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DecoderConfig, RopeScaling } from '../../../electron/model/config.ts'
import { parseConfig, readConfig, writeConfig } from '../../../electron/model/config-json.ts'
import { LLAMA } from './configs.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kelvin-config-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

// The files of Llama 3.2 1B Instruct, Qwen2.5 0.5B Instruct and Qwen3 0.6B, as published.
const LLAMA_32 = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  attention_dropout: 0.0,
  bos_token_id: 128_000,
  eos_token_id: [128_001, 128_008, 128_009],
  head_dim: 64,
  hidden_act: 'silu',
  hidden_size: 2048,
  initializer_range: 0.02,
  intermediate_size: 8192,
  max_position_embeddings: 131_072,
  mlp_bias: false,
  model_type: 'llama',
  num_attention_heads: 32,
  num_hidden_layers: 16,
  num_key_value_heads: 8,
  pretraining_tp: 1,
  rms_norm_eps: 1e-5,
  rope_scaling: {
    factor: 32.0,
    high_freq_factor: 4.0,
    low_freq_factor: 1.0,
    original_max_position_embeddings: 8192,
    rope_type: 'llama3',
  },
  rope_theta: 500_000.0,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  transformers_version: '4.45.0.dev0',
  use_cache: true,
  vocab_size: 128_256,
}
const QWEN_25 = {
  architectures: ['Qwen2ForCausalLM'],
  attention_dropout: 0.0,
  bos_token_id: 151_643,
  eos_token_id: 151_645,
  hidden_act: 'silu',
  hidden_size: 896,
  initializer_range: 0.02,
  intermediate_size: 4864,
  max_position_embeddings: 32_768,
  max_window_layers: 21,
  model_type: 'qwen2',
  num_attention_heads: 14,
  num_hidden_layers: 24,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 1_000_000.0,
  sliding_window: 32_768,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  use_cache: true,
  use_sliding_window: false,
  vocab_size: 151_936,
}
// Qwen3 0.6B as transformers 5 saves it
const QWEN_3 = {
  architectures: ['Qwen3ForCausalLM'],
  attention_bias: false,
  bos_token_id: 151_643,
  dtype: 'bfloat16',
  eos_token_id: 151_645,
  head_dim: 128,
  hidden_act: 'silu',
  hidden_size: 1024,
  intermediate_size: 3072,
  layer_types: Array.from({ length: 28 }, () => 'full_attention'),
  max_position_embeddings: 40_960,
  max_window_layers: 28,
  model_type: 'qwen3',
  num_attention_heads: 16,
  num_hidden_layers: 28,
  num_key_value_heads: 8,
  pad_token_id: null,
  rms_norm_eps: 1e-6,
  rope_parameters: { rope_theta: 1_000_000, rope_type: 'default' },
  sliding_window: null,
  tie_word_embeddings: true,
  use_sliding_window: false,
  vocab_size: 151_936,
}

test('Llama 3.2 reads in the old spelling, scaled rope included', () => {
  expect(parseConfig(LLAMA_32, 'config.json')).toEqual({
    family: 'llama',
    vocabSize: 128_256,
    hiddenSize: 2048,
    layers: 16,
    heads: 32,
    kvHeads: 8,
    headDim: 64,
    intermediateSize: 8192,
    rmsEps: 1e-5,
    ropeTheta: 500_000,
    ropeScaling: {
      kind: 'llama3',
      factor: 32,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPositions: 8192,
    },
    tied: true,
    attentionBias: false,
    qkNorm: false,
    maxPositions: 131_072,
    dtype: 'bfloat16',
    bosId: 128_000,
    eosIds: [128_001, 128_008, 128_009],
    padId: null,
  })
})

test('Qwen2.5 has biases, a derived head size, and no sliding window while it is switched off', () => {
  const config = parseConfig(QWEN_25, 'config.json', [151_645, 151_643])
  expect(config).toMatchObject({ attentionBias: true, qkNorm: false, headDim: 64, kvHeads: 2 })
  expect(config.eosIds).toEqual([151_645, 151_643])
})

test('Qwen3 reads in the new spelling', () => {
  const config = parseConfig(QWEN_3, 'config.json')
  expect(config).toMatchObject({ qkNorm: true, headDim: 128, ropeTheta: 1e6, dtype: 'bfloat16' })
  expect(config.ropeScaling).toEqual({ kind: 'none' })
})

test('the defaults are those of transformers', () => {
  const bare = { model_type: 'llama', vocab_size: 9, hidden_size: 8, intermediate_size: 6 }
  const config = parseConfig({ ...bare, num_hidden_layers: 1, num_attention_heads: 2 }, 'c')
  expect(config).toMatchObject({
    kvHeads: 2,
    headDim: 4,
    rmsEps: 1e-6,
    ropeTheta: 10_000,
    tied: false,
    maxPositions: 2048,
    dtype: 'float32',
    bosId: null,
    eosIds: [],
    padId: null,
  })
})

test('the stop ids of generation_config.json come first', () => {
  expect(parseConfig({ ...LLAMA_32, eos_token_id: 5 }, 'c', [7, 5]).eosIds).toEqual([7, 5])
})

test('a negative pad id of old configs means none', () => {
  expect(parseConfig({ ...LLAMA_32, pad_token_id: -1 }, 'c').padId).toBeNull()
})

const rope = (fields: object) => ({ ...QWEN_3, rope_parameters: { rope_theta: 1e6, ...fields } })

test.each<[string, object, string]>([
  [
    'another family',
    { ...QWEN_3, model_type: 'mistral' },
    'expected model_type llama, qwen2, qwen3, found "mistral"',
  ],
  ['a mixture of experts by name', { ...QWEN_3, model_type: 'qwen3_moe' }, 'found "qwen3_moe"'],
  [
    'a mixture of experts by count',
    { ...QWEN_3, num_experts: 8 },
    'expected a dense model, found a mixture of 8 experts',
  ],
  [
    'another head',
    { ...QWEN_3, architectures: ['Qwen3ForSequenceClassification'] },
    'expected architecture Qwen3ForCausalLM',
  ],
  [
    'another activation',
    { ...LLAMA_32, hidden_act: 'gelu' },
    'expected hidden_act silu, found gelu',
  ],
  ['biases in the MLP', { ...LLAMA_32, mlp_bias: true }, 'expected mlp_bias false, found true'],
  ['a bias on o_proj', { ...LLAMA_32, attention_bias: true }, 'a bias on o_proj'],
  ['a sliding window', { ...QWEN_25, use_sliding_window: true }, 'found a sliding window in use'],
  [
    'sliding layers',
    { ...QWEN_3, layer_types: ['sliding_attention'] },
    'found a sliding window in use',
  ],
  ['quantised weights', { ...LLAMA_32, quantization_config: {} }, 'found a quantization_config'],
  [
    'yarn',
    rope({ rope_type: 'yarn', factor: 4 }),
    'expected rope scaling default, linear or llama3, found "yarn"',
  ],
  ['old yarn', { ...QWEN_25, rope_scaling: { type: 'yarn', factor: 4 } }, 'found "yarn"'],
  [
    'linear scaling without a factor',
    rope({ rope_type: 'linear' }),
    'expected factor in the linear rope scaling',
  ],
  [
    'llama3 scaling without its bounds',
    rope({ rope_type: 'llama3', factor: 8 }),
    'expected low_freq_factor',
  ],
  [
    'llama3 bounds in reverse',
    rope({ rope_type: 'llama3', factor: 8, low_freq_factor: 4, high_freq_factor: 4 }),
    'expected low_freq_factor below',
  ],
  [
    'partial rotation',
    { ...QWEN_25, partial_rotary_factor: 0.5 },
    'expected partial_rotary_factor 1, found 0.5',
  ],
  [
    'two thetas',
    { ...QWEN_3, rope_theta: 1e4 },
    'expected one rope_theta, found 1000000 and 10000',
  ],
  [
    'a rope per layer type',
    { ...QWEN_3, rope_parameters: { full_attention: {} } },
    'expected one rope',
  ],
  [
    'float64 weights',
    { ...QWEN_3, dtype: 'float64' },
    'expected dtype float32, float16, bfloat16, found "float64"',
  ],
  [
    'heads that do not group',
    { ...LLAMA_32, num_key_value_heads: 7 },
    'expected heads to be a multiple',
  ],
  ['an odd head size', { ...QWEN_3, head_dim: 7 }, 'expected an even head size, found 7'],
  [
    'hidden not a multiple of heads',
    { ...QWEN_25, num_attention_heads: 15 },
    'expected head_dim, or hidden_size as a multiple',
  ],
  [
    'a token beyond the vocabulary',
    { ...LLAMA_32, bos_token_id: 200_000 },
    'expected token ids below 128256, found 200000',
  ],
  [
    'a text where a number belongs',
    { ...LLAMA_32, vocab_size: '128256' },
    'vocab_size: invalid type: Expected number but received "128256"',
  ],
  ['a fraction', { ...LLAMA_32, hidden_size: 20.5 }, 'hidden_size: invalid integer'],
  ['an absurd size', { ...LLAMA_32, num_hidden_layers: 1e9 }, 'num_hidden_layers: invalid value'],
  ['no size at all', { ...LLAMA_32, hidden_size: undefined }, 'hidden_size'],
  ['a list', [], 'config.json'],
])('%s is refused with the reason', (_, raw, why) => {
  expect(() => parseConfig(raw, 'config.json')).toThrow(why)
})

const scalings: RopeScaling[] = [
  { kind: 'none' },
  { kind: 'linear', factor: 2 },
  { kind: 'llama3', factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 16 },
]
const written: [string, DecoderConfig][] = [
  ...scalings.map((ropeScaling): [string, DecoderConfig] => [
    `llama, ${ropeScaling.kind} rope`,
    { ...LLAMA, ropeScaling },
  ]),
  ['tied bfloat16', { ...LLAMA, tied: true, dtype: 'bfloat16', padId: 0, bosId: null }],
  ['several stop ids', { ...LLAMA, eosIds: [3, 4] }],
  ['no stop id', { ...LLAMA, eosIds: [] }],
  ['qwen2', { ...LLAMA, family: 'qwen2', attentionBias: true }],
  ['qwen3', { ...LLAMA, family: 'qwen3', qkNorm: true, headDim: 16 }],
]
test.each(written)('a written config reads back the same: %s', (_, config) => {
  writeFileSync(join(directory, 'config.json'), writeConfig(config))
  return expect(readConfig(directory)).resolves.toEqual(config)
})

test('a config that contradicts its family is not written', () => {
  expect(() => writeConfig({ ...LLAMA, attentionBias: true })).toThrow('biases in qwen2 only')
})

test.each([
  ['no folder content', null, 'expected a model folder, found no config.json'],
  ['broken JSON', '{"model_type"', 'expected JSON'],
  ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'expected UTF-8'],
  ['a huge file', new Uint8Array(5 * 2 ** 20).fill(0x20), 'expected at most 4 MiB'],
] as const)('a folder with %s is refused', async (_, content, why) => {
  if (content !== null) writeFileSync(join(directory, 'config.json'), content)
  await expect(readConfig(directory)).rejects.toThrow(why)
})

test('generation_config.json of a wrong shape is refused', async () => {
  writeFileSync(join(directory, 'config.json'), writeConfig(LLAMA))
  writeFileSync(join(directory, 'generation_config.json'), '{"eos_token_id": "2"}')
  await expect(readConfig(directory)).rejects.toThrow('generation_config.json: eos_token_id')
})
