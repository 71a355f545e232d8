/**
 * The files of a model folder as frozen weights that a graph's runtime maps: where each tensor lies, and as what.
 * Nothing is read here. Not here: graph nodes (parameters.ts), 4-bit files (quantise.ts).
 */
import { realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../contract/errors.ts'
import type { Base, BaseTensor } from './parameters.ts'
import { storedDType } from './safetensors.ts'
import type { TensorEntry } from './safetensors-header.ts'

/**
 * The runtime opens files of one folder only and follows no link out of it, so links are followed here: downloads
 * of Hugging Face's tools are folders of links. Throws AppError('checkpoint') where the files lie in several folders.
 */
export async function baseOf(entries: readonly TensorEntry[], where: string): Promise<Base> {
  const files = new Map<string, string>()
  for (const { file } of entries) {
    if (!files.has(file)) files.set(file, await realpath(file))
  }
  const folders = new Set([...files.values()].map((file) => dirname(file)))
  if (folders.size > 1) {
    const listed = [...folders].join(' and ')
    throw new AppError('checkpoint', `${where}: expected weights in one folder, found ${listed}`)
  }
  return Object.fromEntries(
    entries.map((entry): [string, BaseTensor] => {
      const dtype = storedDType(entry)
      const { offset, byteLength: length } = entry
      const place = { file: files.get(entry.file) ?? entry.file, offset, length }
      return [entry.name, { kind: 'plain', dtype, place }]
    }),
  )
}

/** Bytes that a base maps. */
export function baseBytes(base: Base): number {
  return Object.values(base).reduce((sum, tensor) => {
    if (tensor.kind === 'plain') return sum + tensor.place.length
    return sum + tensor.codes.length + tensor.scales.length + tensor.zeros.length
  }, 0)
}
