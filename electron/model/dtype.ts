/**
 * float16 and bfloat16 to float32 and back, in bulk, on bits. Rounding is to nearest, ties to even; NaN stays NaN.
 * Not here: files (safetensors.ts). Node 22 has no Float16Array, hence our own.
 */
import type { WeightDType } from './config.ts'

export const DTYPE_BYTES: Readonly<Record<WeightDType, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
}

/** Distance of neighbouring subnormal halves. */
const HALF_STEP = 2 ** -24

let halfTable: Float32Array | null = null

/** Little-endian bytes to numbers, into target. bytes.byteLength is a multiple of the element size. */
export function decodeInto(target: Float32Array, bytes: Uint8Array, dtype: WeightDType): void {
  if (dtype === 'float32') {
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes)
    return
  }
  const halves = aligned16(bytes)
  if (dtype === 'float16') decodeHalves(target, halves)
  else decodeBrains(target, halves)
}

/** Numbers to little-endian bytes. */
export function encode(values: Float32Array, dtype: WeightDType): Uint8Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  if (dtype === 'float32') {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  }
  const out = new Uint16Array(values.length)
  const one = dtype === 'float16' ? halfFromBits : brainFromBits
  for (let i = 0; i < out.length; i += 1) out[i] = one(bits[i] ?? 0)
  return new Uint8Array(out.buffer)
}

function aligned16(bytes: Uint8Array): Uint16Array {
  const copy = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice()
  return new Uint16Array(copy.buffer, copy.byteOffset, copy.byteLength / 2)
}

function decodeBrains(target: Float32Array, halves: Uint16Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length)
  for (let i = 0; i < halves.length; i += 1) bits[i] = (halves[i] ?? 0) << 16
}

function decodeHalves(target: Float32Array, halves: Uint16Array): void {
  const table = (halfTable ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfValue(bits)))
  for (let i = 0; i < halves.length; i += 1) target[i] = table[halves[i] ?? 0] ?? 0
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  if (exponent === 0) return sign * fraction * HALF_STEP
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function brainFromBits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}

function halfFromBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  // 65520 is half-way from the largest half to the next power of two.
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  // Below the normal range: whole steps of 2 ** -24. 24 bits and the exponent always fit a double exactly.
  if (magnitude < 0x38800000) return sign | nearestEven(magnitudeValue(magnitude) / HALF_STEP)
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1)
  return sign | ((rounded - 0x38000000) >>> 13)
}

/** Value of float32 bits below 2 ** -14. float32 subnormals are far below half a step: 0 will do. */
function magnitudeValue(bits: number): number {
  const exponent = bits >>> 23
  return exponent === 0 ? 0 : (1 + (bits & 0x7fffff) / 0x800000) * 2 ** (exponent - 127)
}

function nearestEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}
