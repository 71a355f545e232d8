/** PEFT's folders in and out, and 4-bit blocks. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openAdapter, readAdapter, writeAdapter } from '../../../electron/model/adapter-folder.ts'
import { baseBytes, baseOf } from '../../../electron/model/base.ts'
import {
  openCheckpoint,
  readWeights,
  writeCheckpoint,
  writeMerged,
} from '../../../electron/model/checkpoint.ts'
import { adapterTensors, initialAdapters, LORA_TARGETS } from '../../../electron/model/lora.ts'
import { fromBlocks, quantisedBase, toBlocks } from '../../../electron/model/quantise.ts'
import { readTensorTable } from '../../../electron/model/safetensors.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { TINY, tinyWeights, writeModel } from '../../fakes/tiny-model.ts'

const SPEC = { rank: 2, alpha: 8, targets: ['q_proj', 'down_proj'] } as const

/** Adapters that change something. */
function values(): Map<string, Float32Array> {
  const found = initialAdapters(TINY, SPEC, 3)
  for (const [name, array] of found) if (name.includes('lora_B')) array.fill(0.01)
  return found
}

async function adapterFolder(): Promise<{ folder: string; base: string }> {
  const base = await writeModel(TINY, tinyWeights(TINY))
  const folder = join(temporaryFolder(), 'adapter')
  await writeAdapter(folder, { config: TINY, spec: SPEC, base, values: values() })
  return { folder, base }
}

function edit(folder: string, change: (config: Record<string, unknown>) => void): void {
  const file = join(folder, 'adapter_config.json')
  const config: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'))
  change(config)
  writeFileSync(file, JSON.stringify(config))
}

describe('an adapter folder', () => {
  test('comes back as it was written, under the names of PEFT', async () => {
    const { folder, base } = await adapterFolder()
    const adapter = await openAdapter(folder)
    if (adapter === null) throw new Error('expected an adapter')
    expect({ base: adapter.base, spec: adapter.spec }).toEqual({ base, spec: SPEC })
    expect(await readAdapter(adapter)).toEqual(values())
    const names = [...(await readTensorTable(join(folder, 'adapter_model.safetensors'))).keys()]
    expect(names).toContain('base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight')
    expect(names).toHaveLength(8)
  })

  test('merged, it is a whole model', async () => {
    const { folder } = await adapterFolder()
    const out = join(temporaryFolder(), 'merged')
    await writeMerged(out, folder, { dtype: 'float32', tokenizerFrom: folder })
    const [merged, found] = [await readWeights(out), await readWeights(folder)]
    expect(found).toEqual(merged)
    const name = 'model.layers.1.mlp.down_proj.weight'
    const [before, after] = [tinyWeights(TINY).get(name), merged.get(name)]
    const a = values().get('model.layers.1.mlp.down_proj.lora_A.weight') ?? new Float32Array(0)
    const into = a.length / 2
    const change = 4 * 0.01 * ((a[5] ?? 0) + (a[into + 5] ?? 0))
    expect(after?.[into + 5]).toBeCloseTo((before?.[into + 5] ?? NaN) + change, 6)
  })

  test('a folder without adapter_config.json is none', async () => {
    expect(await openAdapter(await writeModel(TINY, tinyWeights(TINY)))).toBe(null)
  })

  test.each([
    ['another method', { peft_type: 'IA3' }, 'expected peft_type LORA, found IA3'],
    ['biases', { bias: 'all' }, 'expected bias none, found all'],
    ['a rank per module', { rank_pattern: { q_proj: 4 } }, 'found a rank_pattern'],
    ['another scale', { use_rslora: true }, 'expected use_rslora false'],
    ['another decomposition', { use_dora: true }, 'expected use_dora false'],
    ['whole modules beside', { modules_to_save: ['lm_head'] }, 'expected no modules_to_save'],
    ['another rank', { r: 3 }, 'lora_A.weight of shape [3, 32], found [2, 32]'],
    ['a rank that is no number', { r: 'two' }, 'r: '],
  ])('%s is refused with the reason', async (_name, part, sentence) => {
    const { folder } = await adapterFolder()
    edit(folder, (config) => Object.assign(config, part))
    await expect(openAdapter(folder)).rejects.toThrow(sentence)
    await expect(openAdapter(folder)).rejects.toMatchObject({ code: 'checkpoint' })
  })

  test('a base that has moved or changed is told from the one it was made for', async () => {
    const { folder, base } = await adapterFolder()
    const { config } = await openCheckpoint(base)
    await writeCheckpoint(base, config, tinyWeights(TINY, 9), {
      dtype: 'float32',
      tokenizerFrom: null,
    })
    await expect(openAdapter(folder)).rejects.toThrow('found ones of other weights')
    writeFileSync(
      join(folder, 'kelvin_base.json'),
      JSON.stringify({ path: join(folder, 'nowhere'), fingerprint: '' }),
    )
    await expect(openAdapter(folder)).rejects.toThrow('expected the folder of its base model')
  })

  test('first adapters change nothing: B is 0, A within its bound', () => {
    const spec = { rank: 4, alpha: 8, targets: LORA_TARGETS }
    const found = initialAdapters(TINY, spec, 1)
    for (const { name, shape } of adapterTensors(TINY, spec)) {
      const most = Math.max(...(found.get(name) ?? []).map(Math.abs))
      if (name.includes('lora_B')) expect(most).toBe(0)
      else expect(most).toBeLessThanOrEqual(1 / Math.sqrt(shape[1] ?? 1))
    }
    expect(initialAdapters(TINY, spec, 1)).toEqual(found)
  })
})

describe('4-bit blocks', () => {
  test('no number is off by more than half a step; the largest of a block is exact', () => {
    const block = fc.float32Array({ minLength: 64, maxLength: 64, noNaN: true, min: -8, max: 8 })
    fc.assert(
      fc.property(block, (array) => {
        const blocks = toBlocks(array)
        const back = fromBlocks(blocks)
        array.forEach((x, at) => {
          const step = Math.abs(blocks.scales[at >> 5] ?? 0)
          // The far end of the other sign has one code less.
          expect(Math.abs(x - (back[at] ?? NaN))).toBeLessThanOrEqual(step * 1.0001 + 1e-30)
        })
      }),
    )
    expect([...fromBlocks(toBlocks(new Float32Array(32).fill(-2)))]).toEqual(Array(32).fill(-2))
    expect([...fromBlocks(toBlocks(new Float32Array(32)))]).toEqual(Array(32).fill(0))
  })

  test('a base in 4 bits is made once, and is smaller', async () => {
    const checkpoint = await openCheckpoint(await writeModel(TINY, tinyWeights(TINY)))
    const cache = temporaryFolder()
    const small = await quantisedBase(checkpoint, cache)
    expect(await quantisedBase(checkpoint, cache)).toEqual(small)
    const whole = await baseOf(checkpoint.entries, checkpoint.directory)
    expect(baseBytes(small)).toBeLessThan(0.6 * baseBytes(whole))
  })
})
