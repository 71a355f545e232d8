/**
 * Tensors in safetensors files: one file or shards, read and written by offset, so that files over 2 GiB work.
 * Not here: which tensors a model needs (checkpoint.ts). Numbers leave as float32.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import type { WeightDType } from './config.ts'
import { decodeInto, DTYPE_BYTES, encode } from './dtype.ts'
import { isMissing, readJson } from './json.ts'
import {
  headerLength,
  LENGTH_BYTES,
  parseHeader,
  type TensorEntry,
  type TensorTable,
} from './safetensors-header.ts'
import { elementCount } from './tensors.ts'

export const SINGLE_FILE = 'model.safetensors'
export const INDEX_FILE = 'model.safetensors.index.json'

const MAX_INDEX_MIB = 100
/** One read or write; a multiple of every element size. */
const CHUNK_BYTES = 2 ** 24

const STORED: Readonly<Record<string, WeightDType>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
}
const STORED_AS: Readonly<Record<WeightDType, string>> = {
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
}

/** A plain file name beside the index: no folders, nothing above. */
const shardName = v.pipe(v.string(), v.regex(/^[\w][\w.-]{0,200}\.safetensors$/))
const INDEX = v.looseObject({ weight_map: v.record(v.string(), shardName) })

/** A tensor to be written. values in row-major order of shape, or how to get them when their turn comes. */
export type NamedTensor = {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array | (() => Promise<Float32Array>)
}

/** The tensors of one file. Throws AppError('checkpoint') where its header is not to be trusted. */
export async function readTensorTable(file: string): Promise<TensorTable> {
  return await withFile(file, async (handle) => {
    const { size } = await handle.stat()
    const prefix = new Uint8Array(Math.min(LENGTH_BYTES, size))
    await readFully(handle, prefix, 0, file)
    const header = new Uint8Array(headerLength(prefix, size, file))
    await readFully(handle, header, LENGTH_BYTES, file)
    return parseHeader(header, size - LENGTH_BYTES - header.byteLength, file)
  })
}

/** The tensors of a model folder: model.safetensors, or the shards that its index names. */
export async function readFolderTable(directory: string): Promise<TensorTable> {
  const single = join(directory, SINGLE_FILE)
  try {
    return await readTensorTable(single)
  } catch (cause) {
    if (!(cause instanceof AppError && isMissing(cause.cause))) throw cause
  }
  const indexPath = join(directory, INDEX_FILE)
  const index = await readJson(indexPath, INDEX, MAX_INDEX_MIB)
  if (index === null) {
    throw new AppError(
      'checkpoint',
      `${directory}: expected ${SINGLE_FILE} or ${INDEX_FILE}, found neither`,
    )
  }
  return await readShards(directory, indexPath, index.weight_map)
}

/** What a tensor of a model is stored as. */
export function storedDType(entry: TensorEntry): WeightDType {
  const dtype = Object.hasOwn(STORED, entry.dtype) ? STORED[entry.dtype] : undefined
  if (dtype !== undefined) return dtype
  const want = Object.keys(STORED).join(', ')
  throw new AppError(
    'checkpoint',
    `${entry.file}: ${entry.name}: expected dtype ${want}, found ${entry.dtype}`,
  )
}

/** One tensor's numbers. Throws AppError('checkpoint') for dtypes other than F32, F16, BF16. */
export async function readTensor(entry: TensorEntry): Promise<Float32Array> {
  return await withFile(entry.file, async (handle) => await readTensorFrom(handle, entry))
}

/** Many tensors, each file opened once, in the order of their offsets. */
export async function readTensors(
  entries: readonly TensorEntry[],
): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>()
  for (const [file, own] of Map.groupBy(entries, (entry) => entry.file)) {
    await withFile(file, async (handle) => {
      for (const entry of own.toSorted((a, b) => a.offset - b.offset)) {
        found.set(entry.name, await readTensorFrom(handle, entry))
      }
    })
  }
  return found
}

/**
 * Writes one file: same tensors, same bytes. The file appears whole or not at all (temporary file, sync, rename).
 * Throws AppError('checkpoint') where values and shape disagree.
 */
export async function writeSafetensors(
  file: string,
  tensors: readonly NamedTensor[],
  dtype: WeightDType,
): Promise<void> {
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const header = makeHeader(sorted, dtype, file)
  const partial = `${file}.partial`
  try {
    await writeAll(partial, header, sorted, dtype)
    await rename(partial, file)
  } catch (cause) {
    await rm(partial, { force: true })
    throw new AppError('checkpoint', `${file}: cannot be written: ${messageOf(cause)}`, { cause })
  }
}

async function writeAll(
  path: string,
  header: Uint8Array,
  tensors: readonly NamedTensor[],
  dtype: WeightDType,
): Promise<void> {
  const handle = await open(path, 'w')
  try {
    await writeFully(handle, header)
    const step = CHUNK_BYTES / 4
    for (const tensor of tensors) {
      const values = await valuesOf(tensor)
      for (let at = 0; at < values.length; at += step) {
        await writeFully(handle, encode(values.subarray(at, at + step), dtype))
      }
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function valuesOf({ name, shape, values }: NamedTensor): Promise<Float32Array> {
  const found = values instanceof Float32Array ? values : await values()
  if (found.length === elementCount(shape)) return found
  const want = `[${shape.join(', ')}]`
  throw new AppError('checkpoint', `${name}: expected ${want}, found ${found.length} numbers`)
}

/** Length, JSON in order of offsets, spaces up to a multiple of 8. */
function makeHeader(tensors: readonly NamedTensor[], dtype: WeightDType, file: string): Uint8Array {
  // transformers asks for the format key.
  const header: [string, unknown][] = [['__metadata__', { format: 'pt' }]]
  let end = 0
  let last: string | null = null
  for (const { name, shape, values } of tensors) {
    if (name === last)
      throw new AppError('checkpoint', `${file}: expected unique names, found ${name} twice`)
    if (values instanceof Float32Array && values.length !== elementCount(shape)) {
      const want = `[${shape.join(', ')}]`
      throw new AppError(
        'checkpoint',
        `${file}: ${name}: expected ${want}, found ${values.length} numbers`,
      )
    }
    const begin = end
    end += elementCount(shape) * DTYPE_BYTES[dtype]
    header.push([name, { dtype: STORED_AS[dtype], shape, data_offsets: [begin, end] }])
    last = name
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  const padded = Math.ceil(json.byteLength / 8) * 8
  const bytes = new Uint8Array(LENGTH_BYTES + padded).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.set(json, LENGTH_BYTES)
  return bytes
}

async function readShards(
  directory: string,
  indexPath: string,
  weightMap: Readonly<Record<string, string>>,
): Promise<TensorTable> {
  const table = new Map<string, TensorEntry>()
  const byShard = Map.groupBy(Object.entries(weightMap), ([, shard]) => shard)
  for (const [shard, names] of byShard) {
    const tensors = await readTensorTable(join(directory, shard))
    for (const [name] of names) {
      const entry = tensors.get(name)
      if (entry === undefined) {
        throw new AppError('checkpoint', `${indexPath}: expected ${name} in ${shard}, found none`)
      }
      table.set(name, entry)
    }
  }
  return table
}

async function readTensorFrom(handle: FileHandle, entry: TensorEntry): Promise<Float32Array> {
  const dtype = storedDType(entry)
  const values = new Float32Array(elementCount(entry.shape))
  const scratch = new Uint8Array(Math.min(CHUNK_BYTES, entry.byteLength))
  for (let done = 0; done < entry.byteLength; done += CHUNK_BYTES) {
    const chunk = scratch.subarray(0, Math.min(CHUNK_BYTES, entry.byteLength - done))
    await readFully(handle, chunk, entry.offset + done, entry.file)
    const first = done / DTYPE_BYTES[dtype]
    const length = chunk.byteLength / DTYPE_BYTES[dtype]
    decodeInto(values.subarray(first, first + length), chunk, dtype)
  }
  return values
}

async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await openFile(file)
  try {
    return await use(handle)
  } finally {
    await handle.close()
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r')
  } catch (cause) {
    const why = isMissing(cause)
      ? 'expected a file, found none'
      : `cannot be opened: ${messageOf(cause)}`
    throw new AppError('checkpoint', `${file}: ${why}`, { cause })
  }
}

async function readFully(
  handle: FileHandle,
  into: Uint8Array,
  position: number,
  file: string,
): Promise<void> {
  let done = 0
  while (done < into.byteLength) {
    const { bytesRead } = await handle.read(into, done, into.byteLength - done, position + done)
    if (bytesRead === 0) {
      throw new AppError(
        'checkpoint',
        `${file}: expected ${into.byteLength} bytes at ${position}, found ${done} (truncated)`,
      )
    }
    done += bytesRead
  }
}

async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(bytes, done)
    done += bytesWritten
  }
}
