/**
 * Randomness by key: the n-th draw of a key depends on nothing else, so neither scheduling, batch-mates nor a
 * resume can change it, and there is no generator state to save.
 * Not here: the draws of sampled tokens, which the engine makes from a request's seed.
 */

/** Uniform in [0, 1). */
export type Random = () => number

type Key = string | number

/** The stream of draws of a key, from its beginning. */
export function randomOf(...key: readonly Key[]): Random {
  const [a, b] = hash(key)
  let counter = 0
  return () => {
    counter += 1
    const high = mix(a ^ mix(Math.imul(counter, 0x9e3779b1))) >>> 5
    const low = mix(b ^ mix(Math.imul(counter, 0x85ebca6b))) >>> 6
    return (high * 2 ** 26 + low) / 2 ** 53
  }
}

/** A seed for the engine, from 0 to 2^31 - 1. */
export function seedOf(...key: readonly Key[]): number {
  return hash(key)[0] >>> 1
}

/** Sixteen hexadecimal digits that stand for a text. */
export function digest(text: string): string {
  return hash([text])
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('')
}

/** A whole number from 0 to limit - 1. */
export function below(limit: number, random: Random): number {
  return Math.floor(random() * limit)
}

/** A shuffled copy. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return drawn(items, items.length, random)
}

/** At most count of the items, uniform and without replacement, in the order drawn; cost grows with count only. */
export function drawn<T>(items: readonly T[], count: number, random: Random): T[] {
  const moved = new Map<number, number>()
  const take = Math.min(count, items.length)
  return Array.from({ length: take }, (_, at) => at).flatMap((at) => {
    const from = at + below(items.length - at, random)
    const picked = moved.get(from) ?? from
    moved.set(from, moved.get(at) ?? at)
    return items.slice(picked, picked + 1)
  })
}

export type Weighted<T> = { readonly item: T; readonly weight: number }

/** count of the items without replacement, the heavier the sooner (Efraimidis and Spirakis 2006). */
export function drawnByWeight<T>(
  items: readonly Weighted<T>[],
  count: number,
  random: Random,
): T[] {
  return items
    .map(({ item, weight }, at) => ({ item, at, rank: Math.log(1 - random()) / weight }))
    .sort((x, y) => y.rank - x.rank || x.at - y.at)
    .slice(0, count)
    .map(({ item }) => item)
}

// MurmurHash3's finaliser: every bit of the input reaches every bit of the output.
function mix(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Two 32-bit words; parts are told apart by their lengths. */
function hash(key: readonly Key[]): [number, number] {
  let a = 0x811c9dc5
  let b = 0x41c6ce57
  for (const part of key) {
    const text = `${typeof part === 'number' ? 'n' : 's'}${String(part).length}:${part}`
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      a = Math.imul(a ^ code, 0x01000193)
      b = Math.imul(b ^ code, 0x5bd1e995) + (b >>> 15)
    }
  }
  return [mix(a ^ (b >>> 16)), mix(b ^ Math.imul(a, 0x9e3779b1))]
}
