/**
 * Seeded random numbers of the nano language: the same (seed, stream) gives the same sequence everywhere.
 * Not here: what is drawn (grammar/), and no source of true randomness.
 * Source: sfc32 (PractRand, Chris Doty-Humphrey) with a murmur3 finaliser for seeding.
 */

/** A number in [0, 1). */
export type Random = () => number

/** Spreads every input bit over 32 output bits. */
export function mix32(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** An independent sequence for every pair of unsigned 32-bit integers. */
export function seededRandom(seed: number, stream: number): Random {
  let a = mix32(seed ^ 0x9e3779b9)
  let b = mix32(stream ^ 0x7f4a7c15)
  let c = mix32(a + Math.imul(b, 31))
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4294967296
  }
  for (let warm = 0; warm < 12; warm += 1) next()
  return next
}

/** An integer from low to high, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

/** One of the items, all equally likely; items must not be empty. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new RangeError('pick: expected at least one item, found none')
  return item
}

export type Weighted<T> = { readonly items: readonly T[]; readonly cumulative: readonly number[] }

/** Prepares a table for pickWeighted. */
export function weighted<T>(rows: readonly (readonly [weight: number, item: T])[]): Weighted<T> {
  let sum = 0
  const cumulative = rows.map(([weight]) => (sum += weight))
  return { items: rows.map(([, item]) => item), cumulative }
}

/** One of the items with probability proportional to its weight. */
export function pickWeighted<T>(random: Random, table: Weighted<T>): T {
  const target = random() * (table.cumulative.at(-1) ?? 0)
  const index = table.cumulative.findIndex((bound) => target < bound)
  const item = table.items[index]
  if (item === undefined)
    throw new RangeError('pickWeighted: expected at least one item, found none')
  return item
}

/** A shuffled copy (Fisher-Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const copy = [...items]
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = between(random, 0, last)
    const [a, b] = [copy[last], copy[other]]
    if (a !== undefined && b !== undefined) [copy[last], copy[other]] = [b, a]
  }
  return copy
}
