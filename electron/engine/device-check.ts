/**
 * What a graphics device can do right, found out by doing it: half precision, and attention, whose fused op gives
 * wrong numbers without a word where threads come in groups smaller than it was written for.
 * Not here: who is asked (device.ts), what adapters there are (host/adapters.ts).
 */
import { AppError } from '../contract/errors.ts'
import { createGraph, type Graph, input, output } from '../graph/graph.ts'
import { cast } from '../graph/ops.ts'
import type { DecoderConfig } from '../model/config.ts'
import { ropeTables } from '../model/rope.ts'
import { fusedAttend, type Precision } from './cached-attention.ts'
import type { DeviceMemory } from './device-memory.ts'
import type { Abilities } from './device-weights.ts'
import { spanInputs } from './piece-graph.ts'
import { hashKey, uniform } from './random.ts'

/** Errors of rounding are a hundred times smaller, wrong results a hundred times larger. */
const BOUNDS: Readonly<Record<Precision, number>> = { float32: 1e-3, float16: 2e-2 }

const CAPACITY = 128
/** The last positions of the rows of a step of decoding, and the length of a piece of a prompt. */
const STEP = [5, 100] as const
const PIECE = 64

type Shape = Pick<DecoderConfig, 'heads' | 'kvHeads' | 'headDim'>

/**
 * What to use the device for with a model of this shape. half: frozen weights may be kept in half precision.
 * Throws AppError('engine') when even single steps are wrong.
 */
export async function findAbilities(
  memory: DeviceMemory,
  config: DecoderConfig,
  half: boolean,
): Promise<Abilities> {
  const wanted = half && (await memory.hasHalf()) ? 'float16' : 'float32'
  const isRight = (precision: Precision, lengths: readonly number[], each: number) =>
    attends(memory, config, precision, lengths, each)
  const precision = wanted === 'float16' && (await isRight(wanted, STEP, 1)) ? wanted : 'float32'
  if (precision === 'float32' && !(await isRight(precision, STEP, 1))) {
    throw new AppError('engine', 'device: expected right results of attention, found wrong ones')
  }
  const fused = await isRight(precision, [PIECE + PIECE / 2 - 1], PIECE)
  return { precision, attention: fused ? 'fused' : 'plain' }
}

/** Whether `each` new tokens of rows that end at these positions attend as they should. */
async function attends(
  memory: DeviceMemory,
  config: DecoderConfig,
  precision: Precision,
  ends: readonly number[],
  each: number,
): Promise<boolean> {
  const { kvHeads, headDim } = config
  const rows = ends.length
  const numbers = (name: string, count: number): Float32Array => {
    const key = hashKey(name.length, count)
    return Float32Array.from({ length: count }, (_, index) => uniform(key, index) - 0.5)
  }
  const qkv = numbers('qkv', rows * each * widthOf(config))
  const keys = numbers('keys', rows * kvHeads * CAPACITY * headDim)
  const values = numbers('values', rows * kvHeads * CAPACITY * headDim)
  const feeds = {
    qkv,
    keys,
    values,
    lengths: Int32Array.from(ends),
    total: Int32Array.of(Math.max(...ends) + 1),
  }
  const key = `check ${precision} ${rows}x${each}`
  const { read } = await memory.run(key, () => graphOf(config, precision, rows, each), [], feeds)
  const found = read['mixed']?.data
  const wanted = expected(config, { qkv, keys, values }, ends, each)
  return wanted.every((x, index) => Math.abs(x - Number(found?.[index])) < BOUNDS[precision])
}

const widthOf = ({ heads, kvHeads, headDim }: Shape): number => (heads + 2 * kvHeads) * headDim

function graphOf(config: DecoderConfig, precision: Precision, rows: number, each: number): Graph {
  const g = createGraph('webgpu')
  const read = (name: string, shape: readonly number[]) =>
    cast(g, input(g, name, 'float32', shape), precision)
  const qkv = read('qkv', [rows * each, widthOf(config)])
  const shape = [rows, config.kvHeads, CAPACITY, config.headDim]
  const past = { k: read('keys', shape), v: read('values', shape) }
  const attend = fusedAttend(g, config, rows, CAPACITY, spanInputs(g, rows), precision)
  output(g, cast(g, attend(g, qkv, past).mixed, 'float32'), 'mixed')
  return g
}

type Numbers = {
  readonly qkv: Float32Array
  readonly keys: Float32Array
  readonly values: Float32Array
}

/** The same in plain arithmetic, [rows * each, H * headDim]. */
function expected(
  config: DecoderConfig,
  { qkv, keys, values }: Numbers,
  ends: readonly number[],
  each: number,
): Float32Array {
  const { heads, kvHeads, headDim } = config
  const width = widthOf(config)
  const { cos, sin } = ropeTables(config, CAPACITY)
  const result = new Float32Array(ends.length * each * heads * headDim)
  const turned = (from: number, position: number): Float32Array =>
    rotated(qkv.subarray(from, from + headDim), cos, sin, position)
  ends.forEach((end, row) => {
    const first = end + 1 - each
    /** The key or value of a head at a position: of the cache before `first`, new from there on. */
    const at = (cache: Float32Array, head: number, position: number, offset: number) => {
      const old = ((row * kvHeads + head) * CAPACITY + position) * headDim
      if (position < first) return cache.subarray(old, old + headDim)
      const from = (row * each + position - first) * width + (offset + head) * headDim
      return cache === keys ? turned(from, position) : qkv.subarray(from, from + headDim)
    }
    for (let token = 0; token < each; token += 1) {
      for (let head = 0; head < heads; head += 1) {
        const group = Math.floor((head * kvHeads) / heads)
        const position = first + token
        const query = turned((row * each + token) * width + head * headDim, position)
        const scores = Array.from({ length: position + 1 }, (_, other) =>
          Math.exp(dot(query, at(keys, group, other, heads)) / Math.sqrt(headDim)),
        )
        const sum = scores.reduce((total, x) => total + x, 0)
        const to = ((row * each + token) * heads + head) * headDim
        scores.forEach((score, other) => {
          const value = at(values, group, other, heads + kvHeads)
          for (let i = 0; i < headDim; i += 1) {
            result[to + i] = (result[to + i] ?? 0) + ((value[i] ?? 0) * score) / sum
          }
        })
      }
    }
  })
  return result
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, index) => sum + x * (b[index] ?? 0), 0)
}

function rotated(
  x: Float32Array,
  cos: Float32Array,
  sin: Float32Array,
  position: number,
): Float32Array {
  const half = x.length / 2
  const y = new Float32Array(x.length)
  for (let i = 0; i < half; i += 1) {
    const [a, b] = [x[i] ?? 0, x[half + i] ?? 0]
    const [c, s] = [cos[position * half + i] ?? 0, sin[position * half + i] ?? 0]
    y[i] = a * c - b * s
    y[half + i] = b * c + a * s
  }
  return y
}
