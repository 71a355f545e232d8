/**
 * Seeded uniform draws for resampling. Not here: draws of a run, which are keyed by step (selfplay/random.ts).
 * Source: Chris Doty-Humphrey, sfc32 of PractRand.
 */

/** Uniform in [0, 1); the same seed gives the same stream everywhere. */
export function seededRandom(seed: number): () => number {
  let [a, b, c, counter] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0, 1]
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 12; round += 1) next()
  return next
}
