import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encode } from '../../../electron/model/dtype.ts'
import {
  readFolderTable,
  readTensor,
  readTensors,
  readTensorTable,
  writeSafetensors,
} from '../../../electron/model/safetensors.ts'
import { repeatedKey } from '../../../electron/model/safetensors-header.ts'
import { uniform } from '../../golden/weights.ts'

const GOLDEN = fileURLToPath(new URL('../../golden/', import.meta.url))

let directory = ''
let file = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kelvin-safetensors-'))
  file = join(directory, 'model.safetensors')
})
afterEach(() => rmSync(directory, { recursive: true }))

const hashed = (stream: number, length: number) =>
  Float32Array.from(uniform(stream, length), (x) => 4 * x)
const TENSORS = [
  { name: 'a.bias', shape: [5], values: hashed(0, 5) },
  { name: 'b.weight', shape: [3, 7], values: hashed(1, 21) },
  { name: 'c.weight', shape: [2, 2], values: hashed(2, 4) },
]
const DTYPES = [
  ['float32', 'f32'],
  ['float16', 'f16'],
  ['bfloat16', 'bf16'],
] as const

test.each(DTYPES)(
  'a %s file is byte for byte the one of the reference library',
  async (dtype, key) => {
    await writeSafetensors(file, TENSORS.toReversed(), dtype)
    expect(readFileSync(file)).toEqual(readFileSync(join(GOLDEN, `tiny-${key}.safetensors`)))
    expect(readdirSync(directory)).toEqual(['model.safetensors'])
  },
)

test.each(DTYPES)(
  'the %s file of the reference library reads as its numbers',
  async (dtype, key) => {
    const table = await readTensorTable(join(GOLDEN, `tiny-${key}.safetensors`))
    const read = await readTensors([...table.values()])
    for (const { name, shape, values } of TENSORS) {
      expect(table.get(name)?.shape).toEqual(shape)
      expect(encode(read.get(name) ?? new Float32Array(), dtype)).toEqual(encode(values, dtype))
    }
  },
)

test('a tensor larger than one chunk reads back whole', async () => {
  const values = hashed(3, 2 ** 22 + 5)
  await writeSafetensors(file, [{ name: 'x', shape: [values.length], values }], 'float32')
  const entry = (await readTensorTable(file)).get('x')
  if (entry === undefined) throw new Error('no x')
  const read = await readTensor(entry)
  expect(Buffer.compare(Buffer.from(read.buffer), Buffer.from(values.buffer))).toBe(0)
})

/** A file with that header text (or bytes) and that many data bytes. */
function craft(header: string | Uint8Array, dataBytes: number, length?: bigint): void {
  const json = Buffer.from(header)
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(length ?? BigInt(json.length))
  writeFileSync(file, Buffer.concat([prefix, json, Buffer.alloc(dataBytes)]))
}

const entry = (dtype: string, shape: unknown, offsets: unknown) => ({
  dtype,
  shape,
  data_offsets: offsets,
})
const text = (tensors: object) => JSON.stringify(tensors)

test('a file over 2 GiB is read by offset', async () => {
  const big = 2 ** 31 + 2 ** 20
  const header = text({ hole: entry('U8', [big], [0, big]), x: entry('F32', [2], [big, big + 8]) })
  craft(header, 0)
  const at = 8 + header.length + big
  // Sparse: takes no room on disk.
  truncateSync(file, at)
  const handle = await open(file, 'r+')
  await handle.write(Buffer.from(Float32Array.of(1.5, -2).buffer), 0, 8, at)
  await handle.close()
  const x = (await readTensorTable(file)).get('x')
  if (x === undefined) throw new Error('no x')
  expect(await readTensor(x)).toEqual(Float32Array.of(1.5, -2))
})

test.each<[string, () => void, string]>([
  ['an empty file', () => writeFileSync(file, ''), 'expected at least 8 bytes, found 0'],
  ['seven bytes', () => writeFileSync(file, Buffer.alloc(7)), 'expected at least 8 bytes, found 7'],
  ['a header beyond the end', () => craft('{}', 0, 3n), 'expected a header of 3 bytes, found 2'],
  [
    'a huge header',
    () => craft('{}', 0, 2n ** 63n),
    'expected a header of at most 100000000 bytes',
  ],
  ['an empty header', () => craft('', 0), 'expected a JSON object'],
  ['a header that is not UTF-8', () => craft(Buffer.from([0x7b, 0xff, 0x7d]), 0), 'expected UTF-8'],
  ['a header that is not JSON', () => craft('{"a":', 0), 'expected JSON'],
  ['a list as header', () => craft('[]', 0), 'expected a JSON object'],
  ['a space before the header', () => craft(' {}', 0), 'expected a JSON object'],
  [
    'a name twice',
    () =>
      craft(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
    'found a twice',
  ],
  [
    'a field twice',
    () => craft('{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}', 4),
    'found dtype twice',
  ],
  [
    'an unknown dtype',
    () => craft(text({ a: entry('F31', [1], [0, 4]) }), 4),
    'expected a known dtype, found F31',
  ],
  [
    'a dtype from the prototype',
    () => craft(text({ a: entry('toString', [1], [0, 4]) }), 4),
    'expected a known dtype',
  ],
  [
    'an unknown field',
    () => craft(text({ a: { ...entry('F32', [1], [0, 4]), more: 1 } }), 4),
    'more',
  ],
  [
    'offsets of the wrong length',
    () => craft(text({ a: entry('F32', [2], [0, 4]) }), 4),
    'expected 8 bytes for F32 [2], found offsets 0 to 4',
  ],
  [
    'offsets in reverse',
    () => craft(text({ a: entry('F32', [1], [4, 0]) }), 4),
    'found offsets 4 to 0',
  ],
  ['a negative offset', () => craft(text({ a: entry('F32', [1], [-4, 0]) }), 4), 'data_offsets.0'],
  ['a fractional size', () => craft(text({ a: entry('F32', [0.5], [0, 2]) }), 2), 'shape.0'],
  [
    'a shape that overflows',
    () => craft(text({ a: entry('F32', [2 ** 52, 2 ** 52], [0, 4]) }), 4),
    'found offsets 0 to 4',
  ],
  [
    'data that ends early',
    () => craft(text({ a: entry('F32', [2], [0, 8]) }), 4),
    'expected 8 bytes of tensors, found 4',
  ],
  [
    'data that no tensor owns',
    () => craft(text({ a: entry('F32', [1], [0, 4]) }), 8),
    'expected 4 bytes of tensors, found 8',
  ],
  [
    'overlapping tensors',
    () => craft(text({ a: entry('F32', [2], [0, 8]), b: entry('F32', [1], [4, 8]) }), 8),
    'expected b right after a, found an overlap',
  ],
  [
    'a hole',
    () => craft(text({ a: entry('F32', [1], [0, 4]), b: entry('F32', [1], [8, 12]) }), 12),
    'expected b right after a, found a hole',
  ],
  ['metadata that is not text', () => craft(text({ __metadata__: { a: 1 } }), 0), '__metadata__'],
  ['a tensor that is a number', () => craft(text({ a: 1 }), 0), 'header: "a"'],
])('%s is refused with the reason', async (_, make, why) => {
  make()
  await expect(readTensorTable(file)).rejects.toThrow(why)
})

test('an empty tensor and a scalar are tensors', async () => {
  craft(text({ none: entry('F32', [0, 3], [0, 0]), one: entry('F32', [], [0, 4]) }), 4)
  const table = await readTensorTable(file)
  const read = await readTensors([...table.values()])
  expect([...read].map(([name, values]) => [name, values.length])).toEqual([
    ['none', 0],
    ['one', 1],
  ])
})

test('a long string in the header is no problem', () => {
  expect(repeatedKey(`{"a":"${'\\"'.repeat(2e6)}","b":{"a":1},"c":["a","a"]}`)).toBeNull()
  expect(repeatedKey('{"a\\\\":1,"a\\"":2,"b" \n:3, "b":4}')).toBe('b')
})

test('integers are listed but not read as weights', async () => {
  craft(text({ a: entry('I64', [1], [0, 8]) }), 8)
  const [a] = (await readTensorTable(file)).values()
  if (a === undefined) throw new Error('no a')
  await expect(readTensor(a)).rejects.toThrow('expected dtype F32, F16, BF16, found I64')
})

test('a file that shrinks after its header was read is an error, not zeros', async () => {
  craft(text({ a: entry('F32', [4], [0, 16]) }), 16)
  const [a] = (await readTensorTable(file)).values()
  if (a === undefined) throw new Error('no a')
  truncateSync(file, a.offset + 6)
  await expect(readTensor(a)).rejects.toThrow('expected 16 bytes')
})

test('shards read as one table', async () => {
  await writeSafetensors(join(directory, 'm-1.safetensors'), TENSORS.slice(0, 1), 'float32')
  await writeSafetensors(join(directory, 'm-2.safetensors'), TENSORS.slice(1), 'float16')
  const index = {
    metadata: { total_size: 1 },
    weight_map: {
      'c.weight': 'm-2.safetensors',
      'a.bias': 'm-1.safetensors',
      'b.weight': 'm-2.safetensors',
    },
  }
  writeFileSync(join(directory, 'model.safetensors.index.json'), text(index))
  const read = await readTensors([...(await readFolderTable(directory)).values()])
  expect(new Set(read.keys())).toEqual(new Set(['a.bias', 'b.weight', 'c.weight']))
  expect(read.get('a.bias')).toEqual(TENSORS[0]?.values)
})

test.each([
  ['a shard outside the folder', { a: '../m.safetensors' }, 'weight_map.a'],
  ['an absolute shard', { a: '/etc/m.safetensors' }, 'weight_map.a'],
  ['a shard that is no safetensors', { a: 'pytorch_model.bin' }, 'weight_map.a'],
  ['a missing shard', { a: 'm-9.safetensors' }, 'm-9.safetensors: expected a file, found none'],
  [
    'a tensor that its shard lacks',
    { nothing: 'm-1.safetensors' },
    'expected nothing in m-1.safetensors',
  ],
])('an index that names %s is refused', async (_, map, why) => {
  await writeSafetensors(join(directory, 'm-1.safetensors'), TENSORS, 'float32')
  writeFileSync(join(directory, 'model.safetensors.index.json'), text({ weight_map: map }))
  await expect(readFolderTable(directory)).rejects.toThrow(why)
})

test('a folder without weights is refused', async () => {
  await expect(readFolderTable(directory)).rejects.toThrow('found neither')
})

test('wrong counts and repeated names are not written', async () => {
  const one = { name: 'x', shape: [2], values: Float32Array.of(1) }
  await expect(writeSafetensors(file, [one], 'float32')).rejects.toThrow('expected [2], found 1')
  const two = { ...one, shape: [1] }
  await expect(writeSafetensors(file, [two, two], 'float32')).rejects.toThrow('found x twice')
  expect(readdirSync(directory)).toEqual([])
})
