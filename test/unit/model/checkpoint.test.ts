import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCheckpoint, readWeights, writeCheckpoint } from '../../../electron/model/checkpoint.ts'
import type { DecoderConfig } from '../../../electron/model/config.ts'
import { writeConfig } from '../../../electron/model/config-json.ts'
import { initialWeights } from '../../../electron/model/init.ts'
import { writeSafetensors, type NamedTensor } from '../../../electron/model/safetensors.ts'
import { parameterCount, tensorNames } from '../../../electron/model/tensors.ts'
import { LLAMA } from './configs.ts'

let root = ''
let directory = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kelvin-checkpoint-'))
  directory = join(root, 'model')
})
afterEach(() => rmSync(root, { recursive: true }))

const weights = initialWeights(LLAMA, { seed: 5 })
const plain = { dtype: 'float32', tokenizerFrom: null } as const

test('a written checkpoint opens with the same config and weights', async () => {
  await writeCheckpoint(directory, LLAMA, weights, { ...plain, card: '# tiny\n' })
  expect((await openCheckpoint(directory)).config).toEqual(LLAMA)
  expect(await readWeights(directory)).toEqual(weights)
  expect(readdirSync(root)).toEqual(['model'])
  expect(readdirSync(directory).sort()).toEqual(['README.md', 'config.json', 'model.safetensors'])
})

test('same arguments, same bytes', async () => {
  await writeCheckpoint(directory, LLAMA, weights, plain)
  const reversed = new Map([...weights].toReversed())
  await writeCheckpoint(join(root, 'other'), LLAMA, reversed, plain)
  for (const name of readdirSync(directory)) {
    expect(readFileSync(join(directory, name))).toEqual(readFileSync(join(root, 'other', name)))
  }
})

test('a checkpoint replaces the one that was there, whatever a broken attempt left', async () => {
  mkdirSync(`${directory}.partial`)
  writeFileSync(join(`${directory}.partial`, 'junk'), '')
  await writeCheckpoint(directory, LLAMA, weights, plain)
  const half = { ...plain, dtype: 'bfloat16' } as const
  await writeCheckpoint(`${directory}/`, LLAMA, weights, half)
  expect((await openCheckpoint(directory)).config.dtype).toBe('bfloat16')
  expect(readdirSync(root)).toEqual(['model'])
})

test('the tokenizer comes along, other files do not', async () => {
  const source = join(root, 'source')
  mkdirSync(source)
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'secret.txt', 'config.json']) {
    writeFileSync(join(source, name), name)
  }
  await writeCheckpoint(directory, LLAMA, weights, { ...plain, tokenizerFrom: source })
  expect(readFileSync(join(directory, 'tokenizer.json'), 'utf8')).toBe('tokenizer.json')
  expect(existsSync(join(directory, 'secret.txt'))).toBe(false)
  expect((await openCheckpoint(directory)).config).toEqual(LLAMA)
})

test('nothing is left where writing fails', async () => {
  const options = { ...plain, tokenizerFrom: join(root, 'nowhere') }
  await expect(writeCheckpoint(directory, LLAMA, weights, options)).rejects.toThrow(
    'cannot be written',
  )
  mkdirSync(join(root, 'empty'))
  const empty = { ...plain, tokenizerFrom: join(root, 'empty') }
  await expect(writeCheckpoint(directory, LLAMA, weights, empty)).rejects.toThrow(
    'expected tokenizer.json, found none',
  )
  await expect(writeCheckpoint(directory, LLAMA, new Map(), plain)).rejects.toThrow(
    'expected weights for model.embed_tokens.weight, found none',
  )
  expect(readdirSync(root)).toEqual(['empty'])
})

const own = (config: DecoderConfig): NamedTensor[] =>
  tensorNames(config).map(({ name, shape }) => ({
    name,
    shape,
    values: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  }))

async function write(config: DecoderConfig, tensors: readonly NamedTensor[]): Promise<void> {
  mkdirSync(directory)
  writeFileSync(join(directory, 'config.json'), writeConfig(config))
  await writeSafetensors(join(directory, 'model.safetensors'), tensors, 'float32')
}

test('missing tensors are named', async () => {
  await write(LLAMA, own({ ...LLAMA, layers: 1 }))
  await expect(openCheckpoint(directory)).rejects.toThrow(
    'expected model.layers.1.input_layernorm.weight, model.layers.1.self_attn.q_proj.weight, ' +
      'model.layers.1.self_attn.k_proj.weight and 6 more, found no such tensor',
  )
})

test('an untied decoder needs its head', async () => {
  await write(LLAMA, own({ ...LLAMA, tied: true }))
  await expect(openCheckpoint(directory)).rejects.toThrow('expected lm_head.weight, found')
})

test('a wrong shape is named with what was expected', async () => {
  await write(LLAMA, own({ ...LLAMA, intermediateSize: 7 }))
  await expect(openCheckpoint(directory)).rejects.toThrow(
    'expected model.layers.0.mlp.gate_proj.weight of shape [6, 8], found [7, 8]',
  )
})

test('tensors that would change the result are not dropped in silence', async () => {
  await write(LLAMA, own({ ...LLAMA, family: 'qwen2', attentionBias: true }))
  await expect(openCheckpoint(directory)).rejects.toThrow(
    'expected the tensors of llama, found also model.layers.0.self_attn.k_proj.bias',
  )
})

test('rotation tables and the second copy of a tied embedding are harmless', async () => {
  const tied = { ...LLAMA, tied: true }
  const table = {
    name: 'model.layers.0.self_attn.rotary_emb.inv_freq',
    shape: [2],
    values: new Float32Array(2),
  }
  await write(tied, [...own(LLAMA), table])
  expect((await openCheckpoint(directory)).entries.map(({ name }) => name)).toEqual(
    tensorNames(tied).map(({ name }) => name),
  )
})

test('parameters are counted once', () => {
  const tied = { ...LLAMA, tied: true }
  expect(parameterCount(LLAMA) - parameterCount(tied)).toBe(11 * 8)
  expect(parameterCount(tied)).toBe(11 * 8 + 2 * (8 * 8 + 2 * 4 * 8 + 8 * 8 + 3 * 6 * 8 + 16) + 8)
})
