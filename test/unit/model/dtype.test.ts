import { assert, integer, pre, property } from 'fast-check'
import { expect, test } from 'vitest'
import { decodeInto, encode } from '../../../electron/model/dtype.ts'

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

function fromBits(bits: number): number {
  word[0] = bits
  return float[0] ?? 0
}

/** The value of a 16-bit float by its definition. */
function valueOf(bits: number, exponentBits: number): number {
  const fractionBits = 15 - exponentBits
  const bias = 2 ** (exponentBits - 1) - 1
  const sign = bits >> 15 ? -1 : 1
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1)
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0
    ? sign * fraction * 2 ** (1 - bias)
    : sign * (1 + fraction) * 2 ** (exponent - bias)
}

/** Nearest 16-bit float by search over all of them: ties to the even one, infinity beyond half a step. */
function nearestBits(x: number, exponentBits: number): number {
  const sign = Object.is(Math.sign(x), -0) || x < 0 ? 0x8000 : 0
  const magnitude = Math.abs(x)
  let low = 0
  let high = (2 ** exponentBits - 1) << (15 - exponentBits)
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (valueOf(middle, exponentBits) <= magnitude) low = middle
    else high = middle
  }
  const below = valueOf(low, exponentBits)
  const step = below - valueOf(low - 1, exponentBits)
  const above = Number.isFinite(valueOf(high, exponentBits))
    ? valueOf(high, exponentBits)
    : below + step
  const [toBelow, toAbove] = [magnitude - below, above - magnitude]
  if (toBelow === toAbove) return sign | (low % 2 === 0 ? low : high)
  return sign | (toBelow < toAbove ? low : high)
}

function encoded(x: number, dtype: 'float16' | 'bfloat16'): number {
  const [low = 0, high = 0] = encode(Float32Array.of(x), dtype)
  return low | (high << 8)
}

const all = Uint16Array.from({ length: 65_536 }, (_, bits) => bits)
const CASES = [
  ['float16', 5],
  ['bfloat16', 8],
] as const

test.each(CASES)('every %s decodes to the value of its definition', (dtype, exponentBits) => {
  const values = new Float32Array(all.length)
  decodeInto(values, new Uint8Array(all.buffer), dtype)
  expect(values).toEqual(Float32Array.from(all, (bits) => valueOf(bits, exponentBits)))
})

test.each(CASES)('every %s survives decoding and encoding', (dtype) => {
  const values = new Float32Array(all.length)
  decodeInto(values, new Uint8Array(all.buffer), dtype)
  const back = new Uint16Array(encode(values, dtype).slice().buffer)
  const wrong = [...all].filter((bits, i) => !Number.isNaN(values[i]) && back[i] !== bits)
  const lostNaN = [...all].filter(
    (_, i) =>
      Number.isNaN(values[i]) && !Number.isNaN(valueOf(back[i] ?? 0, dtype === 'float16' ? 5 : 8)),
  )
  expect([wrong, lostNaN]).toEqual([[], []])
})

test.each(CASES)('any float32 rounds to the nearest %s, ties to even', (dtype, exponentBits) => {
  assert(
    property(integer({ min: 0, max: 2 ** 32 - 1 }), (bits) => {
      const x = fromBits(bits)
      pre(Number.isFinite(x))
      expect(encoded(x, dtype)).toBe(nearestBits(x, exponentBits))
    }),
    { numRuns: 3000, seed: 1 },
  )
})

test.each(CASES)(
  'half-way points and their neighbours round to %s as IEEE says',
  (dtype, exponentBits) => {
    const drop = exponentBits === 5 ? 13 : 16
    assert(
      property(
        integer({ min: 0, max: 2 ** (32 - drop) - 1 }),
        integer({ min: -1, max: 1 }),
        (top, offset) => {
          const x = fromBits((top * 2 ** drop + 2 ** (drop - 1) + offset) >>> 0)
          pre(Number.isFinite(x))
          expect(encoded(x, dtype)).toBe(nearestBits(x, exponentBits))
        },
      ),
      { numRuns: 3000, seed: 2 },
    )
  },
)

test.each([
  ['float16', 65_519.99, 0x7bff],
  ['float16', 65_520, 0x7c00],
  ['float16', -1e9, 0xfc00],
  ['float16', 2 ** -25, 0],
  ['float16', 2 ** -25 * 1.0001, 1],
  ['float16', 1e-40, 0],
  ['float16', -0, 0x8000],
  ['float16', NaN, 0x7e00],
  ['bfloat16', 3.4e38, 0x7f80],
  ['bfloat16', -0, 0x8000],
] as const)('%s of %d is right', (dtype, x, bits) => {
  expect(encoded(x, dtype)).toBe(bits)
})

test('a number below the normal ones keeps its bits, whatever the processor makes of such', () => {
  const subnormal = new Float32Array(Uint32Array.of(0x000116c2).buffer)
  expect([...encode(subnormal, 'bfloat16')]).toEqual([1, 0])
})

test('a NaN whose payload lies in the dropped bits stays NaN', () => {
  const [x] = [fromBits(0x7f800001)]
  expect(encoded(x, 'bfloat16') & 0x7fff).toBeGreaterThan(0x7f80)
})

test('bytes at an odd address decode all the same', () => {
  const bytes = new Uint8Array([9, 0x80, 0x3f, 0, 0xc0]).subarray(1)
  const values = new Float32Array(2)
  decodeInto(values, bytes, 'bfloat16')
  expect(values).toEqual(Float32Array.of(1, -2))
})
