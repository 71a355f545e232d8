/**
 * Counter-based random numbers: number i of a stream is a pure function of (seed, stream, i), whatever was drawn
 * before. Philox4x32-10, then the normal quantile of a 32-bit uniform. Not here: sampling of tokens.
 * Sources: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011); Wichura, Algorithm AS 241 (1988).
 */

type Words = readonly [number, number, number, number]

const M0 = 0xd2511f53
const M1 = 0xcd9e8d57
const W0 = 0x9e3779b9
const W1 = 0xbb67ae85

/** Philox4x32-10: four 32-bit words from a counter of four and a key of two. */
export function philox(counter: Words, key: readonly [number, number]): Words {
  let [a, b, c, d] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round += 1) {
    const high0 = mulHigh(M0, a)
    const high1 = mulHigh(M1, c)
    const low0 = Math.imul(M0, a) >>> 0
    const low1 = Math.imul(M1, c) >>> 0
    a = (high1 ^ b ^ k0) >>> 0
    b = low1
    c = (high0 ^ d ^ k1) >>> 0
    d = low0
    k0 = (k0 + W0) >>> 0
    k1 = (k1 + W1) >>> 0
  }
  return [a, b, c, d]
}

/**
 * Standard normal numbers times std, rounded to float32. seed: an integer from 0 to 2 ** 53 - 1; stream: any text.
 * Key = (low, high word of the seed); counter = (block, 0, FNV-1a of the stream, 0); word w of a block is number 4 * block + w.
 */
export function normals(length: number, seed: number, stream: string, std: number): Float32Array {
  return drawn(length, seed, stream, (p) => std * normalQuantile(p))
}

/** Numbers between -bound and bound, of the same streams. */
export function uniforms(
  length: number,
  seed: number,
  stream: string,
  bound: number,
): Float32Array {
  return drawn(length, seed, stream, (p) => bound * (2 * p - 1))
}

/** from: of a uniform number in (0, 1). */
function drawn(
  length: number,
  seed: number,
  stream: string,
  from: (p: number) => number,
): Float32Array {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32)] as const
  const id = fnv1a(stream)
  const values = new Float32Array(length)
  for (let block = 0; block * 4 < length; block += 1) {
    const words = philox([block, 0, id, 0], key)
    const first = block * 4
    for (let w = 0; w < 4 && first + w < length; w += 1) {
      values[first + w] = from(((words[w] ?? 0) + 0.5) / 2 ** 32)
    }
  }
  return values
}

/** FNV-1a, 32 bits, over UTF-8. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  }
  return hash
}

/** Upper 32 bits of the product of two unsigned 32-bit numbers, in exact 16-bit parts. */
function mulHigh(x: number, y: number): number {
  const x0 = x & 0xffff
  const x1 = x >>> 16
  const y0 = y & 0xffff
  const y1 = y >>> 16
  const middle = x1 * y0 + ((x0 * y0) >>> 16)
  const carry = (middle & 0xffff) + x0 * y1
  return (x1 * y1 + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0
}

// Coefficients of AS 241 (PPND16) as doubles, lowest power first: numerator and denominator for the centre and two tails.
const CENTRE = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946,
    45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597,
    39307.89580009271, 28729.085735721943, 5226.495278852854,
  ],
] as const
const TAIL = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045,
    1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008,
    0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
  ],
] as const
const FAR_TAIL = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
    0.026532189526576124, 0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    0.000018463183175100548, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
] as const

/**
 * Inverse of the standard normal distribution, relative error about 1e-15, for 0 < p < 1.
 * Only +, -, *, /, sqrt and log: V8 computes log by the same code everywhere, which it does not promise of sin and cos.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) return q * rational(CENTRE, 0.180625 - q * q)
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p))
  const value = r <= 5 ? rational(TAIL, r - 1.6) : rational(FAR_TAIL, r - 5)
  return q < 0 ? -value : value
}

type Rational = readonly [numerator: readonly number[], denominator: readonly number[]]

function rational([numerator, denominator]: Rational, x: number): number {
  return polynomial(numerator, x) / polynomial(denominator, x)
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)
}
