/**
 * Projections in 4 bits: blocks of 32 numbers along the input axis, codes 0 to 15 around 8, one float32 scale each.
 * Written once per model into a cache, tensor by tensor, beside a copy of what stays as it is.
 * Not here: products with them (graph/blocks.ts).
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, type FileHandle, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AppError, messageOf } from '../contract/errors.ts'
import { BLOCK } from '../graph/blocks.ts'
import { fingerprint } from './adapter-folder.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Base, BaseTensor } from './parameters.ts'
import { readTensor, storedDType } from './safetensors.ts'
import type { TensorEntry } from './safetensors-header.ts'
import { elementCount, tensorNames, type TensorSpec } from './tensors.ts'

const ZERO = 8
/** Codes below 8 reach one step further than those above. */
const DEEPEST = -8

export type Blocks = { readonly codes: Uint8Array; readonly scales: Float32Array }

/** values [N, K] row by row, K a multiple of 32. The number of largest magnitude of a block is met exactly. */
export function toBlocks(values: Float32Array): Blocks {
  const codes = new Uint8Array(values.length / 2)
  const scales = new Float32Array(values.length / BLOCK)
  for (let block = 0; block < scales.length; block += 1) {
    const start = block * BLOCK
    // Adding 0 makes -0 into 0.
    const scale = Math.fround(extreme(values, start) / DEEPEST) + 0
    scales[block] = scale
    const inverse = scale === 0 ? 0 : 1 / scale
    for (let at = start; at < start + BLOCK; at += 2) {
      codes[at / 2] = code(values[at] ?? 0, inverse) | (code(values[at + 1] ?? 0, inverse) << 4)
    }
  }
  return { codes, scales }
}

function extreme(values: Float32Array, start: number): number {
  let most = 0
  for (let at = start; at < start + BLOCK; at += 1) {
    const value = values[at] ?? 0
    if (Math.abs(value) > Math.abs(most)) most = value
  }
  return most
}

const code = (value: number, inverse: number): number =>
  Math.min(15, Math.max(0, Math.round(value * inverse) + ZERO))

/** The numbers that blocks stand for. */
export function fromBlocks({ codes, scales }: Blocks): Float32Array {
  return Float32Array.from({ length: codes.length * 2 }, (_, at) => {
    const byte = codes[at >> 1] ?? 0
    const found = at % 2 === 0 ? byte & 15 : byte >> 4
    return (found - ZERO) * (scales[Math.floor(at / BLOCK)] ?? 0)
  })
}

/** Which tensors become blocks: the projections, not the token table, norms, biases or an untied output. */
export function isQuantised({ name, shape, kind }: TensorSpec): boolean {
  return kind === 'matrix' && name !== 'lm_head.weight' && (shape[1] ?? 0) % BLOCK === 0
}

type Part = { readonly spec: TensorSpec; readonly tensor: BaseTensor }

/** Places in the file, each tensor after the one before, from multiples of 64. */
function layout(checkpoint: Checkpoint, file: string): Part[] {
  let end = 0
  const place = (length: number) => {
    const offset = end
    end = Math.ceil((offset + length) / 64) * 64
    return { file, offset, length }
  }
  const entries = new Map(checkpoint.entries.map((entry) => [entry.name, entry]))
  return tensorNames(checkpoint.config).map((spec): Part => {
    const numbers = elementCount(spec.shape)
    const entry = entries.get(spec.name)
    if (entry === undefined) throw new Error(`${spec.name}: no such tensor`)
    if (!isQuantised(spec)) {
      const [dtype, length] = [storedDType(entry), entry.byteLength]
      return { spec, tensor: { kind: 'plain', dtype, place: place(length) } }
    }
    const blocks = numbers / BLOCK
    const tensor: BaseTensor = {
      kind: 'blocks',
      codes: place(numbers / 2),
      scales: place(blocks * 4),
      zeros: place(Math.ceil(blocks / 2)),
    }
    return { spec, tensor }
  })
}

/** The model with its projections in 4 bits, made in the cache folder where it is not there yet. */
export async function quantisedBase(checkpoint: Checkpoint, cache: string): Promise<Base> {
  const print = await fingerprint(checkpoint.directory)
  const name = createHash('sha256').update(`blocks-1 ${print}`).digest('hex').slice(0, 32)
  const file = join(resolve(cache), `${name}.q4`)
  const parts = layout(checkpoint, file)
  if (!existsSync(file)) await writeBlocks(checkpoint, parts, file, cache)
  return Object.fromEntries(parts.map(({ spec, tensor }) => [spec.name, tensor]))
}

async function writeBlocks(
  checkpoint: Checkpoint,
  parts: readonly Part[],
  file: string,
  cache: string,
): Promise<void> {
  const partial = `${file}.${process.pid}.partial`
  try {
    await mkdir(cache, { recursive: true })
    const handle = await open(partial, 'w')
    try {
      const entries = new Map(checkpoint.entries.map((entry) => [entry.name, entry]))
      for (const part of parts) {
        const entry = entries.get(part.spec.name)
        if (entry !== undefined) await writePart(handle, part, entry)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(partial, file)
  } catch (cause) {
    await rm(partial, { force: true })
    if (cause instanceof AppError) throw cause
    throw new AppError('checkpoint', `${file}: cannot be written: ${messageOf(cause)}`, { cause })
  }
}

async function writePart(handle: FileHandle, { tensor }: Part, entry: TensorEntry): Promise<void> {
  if (tensor.kind === 'plain') {
    await copyBytes(handle, entry, tensor.place.offset)
    return
  }
  const { codes, scales } = toBlocks(await readTensor(entry))
  await handle.write(codes, 0, codes.byteLength, tensor.codes.offset)
  const bytes = new Uint8Array(scales.buffer)
  await handle.write(bytes, 0, bytes.byteLength, tensor.scales.offset)
  const zeros = new Uint8Array(tensor.zeros.length).fill(ZERO * 17)
  await handle.write(zeros, 0, zeros.byteLength, tensor.zeros.offset)
}

const CHUNK_BYTES = 2 ** 24

async function copyBytes(to: FileHandle, entry: TensorEntry, offset: number): Promise<void> {
  const from = await open(entry.file, 'r')
  try {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, entry.byteLength))
    for (let done = 0; done < entry.byteLength;) {
      const wanted = Math.min(chunk.byteLength, entry.byteLength - done)
      const { bytesRead } = await from.read(chunk, 0, wanted, entry.offset + done)
      if (bytesRead === 0) {
        throw new AppError('checkpoint', `${entry.file}: ${entry.name}: truncated`)
      }
      await to.write(chunk, 0, bytesRead, offset + done)
      done += bytesRead
    }
  } finally {
    await from.close()
  }
}
