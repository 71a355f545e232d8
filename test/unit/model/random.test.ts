import { expect, test } from 'vitest'
import type { DecoderConfig } from '../../../electron/model/config.ts'
import { initialWeights } from '../../../electron/model/init.ts'
import { fnv1a, normalQuantile, normals, philox } from '../../../electron/model/random.ts'
import { tensorNames } from '../../../electron/model/tensors.ts'
import { LLAMA } from './configs.ts'

const F = 0xffffffff

// Random123, kat_vectors, philox4x32 10
test.each([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [F, F, F, F],
    [F, F],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as const)('philox gives the known answer for counter %o', (counter, key, words) => {
  expect(philox(counter, key)).toEqual(words)
})

// mpmath 1.3.0 at 60 digits: the root of ncdf(x) = p, p being the double, as a double; one row per branch
test.each([
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.1, -1.2815515655446004],
  [0.9249, 1.4388253927525403],
  [0.07499, -1.4396021182393162],
  [1e-9, -5.9978070150076865],
  [1e-300, -37.0470962993612],
])('the normal quantile of %d is %d', (p, x) => {
  expect(normalQuantile(p)).toBeCloseTo(x, 13)
})

test('FNV-1a gives the published hashes', () => {
  expect([fnv1a(''), fnv1a('a'), fnv1a('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968])
})

test('normal numbers have mean 0, the standard deviation asked for, and thin tails', () => {
  const xs = normals(200_000, 7, 'moments', 0.5)
  const mean = xs.reduce((sum, x) => sum + x, 0) / xs.length
  const variance = xs.reduce((sum, x) => sum + x * x, 0) / xs.length
  const beyond = xs.filter((x) => Math.abs(x) > 1).length / xs.length
  expect(Math.abs(mean)).toBeLessThan(0.005)
  expect(Math.abs(variance - 0.25)).toBeLessThan(0.003)
  expect(Math.abs(beyond - 0.0455)).toBeLessThan(0.002)
})

test('a number depends on seed, stream and place only', () => {
  const long = normals(1001, 2 ** 40 + 3, 'x', 1)
  expect(normals(10, 2 ** 40 + 3, 'x', 1)).toEqual(long.slice(0, 10))
  expect(normals(10, 2 ** 40 + 4, 'x', 1)).not.toEqual(long.slice(0, 10))
  expect(normals(10, 3, 'x', 1)).not.toEqual(long.slice(0, 10))
  expect(normals(10, 2 ** 40 + 3, 'y', 1)).not.toEqual(long.slice(0, 10))
})

test('first weights: frozen numbers, norms 1, biases 0, every tensor there', () => {
  const config: DecoderConfig = { ...LLAMA, family: 'qwen2', attentionBias: true }
  const weights = initialWeights(config, { seed: 42, std: 0.02, embeddingStd: 0.5 })
  expect([...weights.keys()]).toEqual(tensorNames(config).map(({ name }) => name))
  const first = (name: string) => [...(weights.get(name) ?? [])].slice(0, 3)
  expect(first('model.layers.0.input_layernorm.weight')).toEqual([1, 1, 1])
  expect(first('model.layers.0.self_attn.q_proj.bias')).toEqual([0, 0, 0])
  expect(first('model.embed_tokens.weight')).toMatchInlineSnapshot(`
    [
      -0.8673181533813477,
      0.32529136538505554,
      0.003761494532227516,
    ]
  `)
  expect(first('model.layers.1.mlp.down_proj.weight')).toMatchInlineSnapshot(`
    [
      0.0009848769987002015,
      -0.015603369101881981,
      0.018033958971500397,
    ]
  `)
})

test('adding a layer changes no other tensor', () => {
  const small = initialWeights(LLAMA, { seed: 1 })
  const large = initialWeights({ ...LLAMA, layers: 3 }, { seed: 1 })
  for (const [name, values] of small) expect(large.get(name)).toEqual(values)
})
