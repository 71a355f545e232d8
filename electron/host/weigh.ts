/**
 * How big a message is, without writing it out: stops as soon as it is too big, too deep or no plain data.
 * Not here: whether it is what was asked for (dispatch.ts).
 */

const MAX_DEPTH = 12
/** What a value costs besides its text. */
const OVERHEAD = 4

/** About its characters as JSON; more than limit when it is over it in any way. */
export function weigh(value: unknown, limit: number): number {
  return add(value, limit, 0, 0)
}

function add(value: unknown, limit: number, depth: number, before: number): number {
  if (depth > MAX_DEPTH || before > limit) return Number.POSITIVE_INFINITY
  if (typeof value === 'string') return before + value.length + OVERHEAD
  if (typeof value !== 'object' || value === null) return before + OVERHEAD
  if (!isPlain(value)) return Number.POSITIVE_INFINITY
  let total = before + OVERHEAD
  for (const [key, inner] of Object.entries(value)) {
    total = add(inner, limit, depth + 1, total + (Array.isArray(value) ? 0 : key.length))
    if (total > limit) return Number.POSITIVE_INFINITY
  }
  return total
}

/** A message of one process is an object of another realm in the next: its prototype's prototype tells. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
