/**
 * Counter-based random numbers for sampling: a draw depends on its key alone, never on what was drawn before.
 * Mixing function: the 32-bit finaliser "lowbias32" (Ettinger, hash prospector).
 */

function mix(word: number): number {
  let x = word >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

/** A 32-bit key of several safe integers, order mattering. */
export function hashKey(...words: readonly number[]): number {
  return words.reduce((key, word) => {
    const low = mix(key ^ mix(word + 0x9e3779b9))
    const high = Math.floor(word / 2 ** 32)
    return high === 0 ? low : mix(low ^ mix(high))
  }, 0x243f6a88)
}

/** Uniform in (0, 1), exact in float32, for draw number `index` of the stream `key`. */
export function uniform(key: number, index: number): number {
  return ((mix(key ^ mix(index + 0x85ebca6b)) >>> 9) + 0.5) / 2 ** 23
}
