/**
 * Which columns a table shows, in which order and how many stay at its side, as texts of the address.
 */

export type ColumnChoice = {
  /** Shown ones in their order. */
  readonly shown: readonly string[]
  /** How many of the first stay in view. */
  readonly pinned: number
}

/** '' is the table's own order with nothing pinned. Unknown names are left out. */
export function columnChoice(
  known: readonly string[],
  usual: readonly string[],
  shown: string,
  pinned: string,
): ColumnChoice {
  const named = [...new Set(shown.split(','))].filter((id) => known.includes(id))
  const kept = named.length === 0 ? usual : named
  const count = /^\d{1,2}$/.test(pinned) ? Number(pinned) : 0
  return { shown: kept, pinned: Math.min(count, kept.length - 1) }
}

/** A column shown at its usual place, or hidden; the last one stays. */
export function toggled(known: readonly string[], shown: readonly string[], id: string): string[] {
  if (shown.includes(id)) return shown.length === 1 ? [...shown] : shown.filter((one) => one !== id)
  const place = known.indexOf(id)
  const next = shown.findIndex((one) => known.indexOf(one) > place)
  return next < 0 ? [...shown, id] : shown.toSpliced(next, 0, id)
}

/** A column one place to the left (-1) or to the right (1). */
export function moved(shown: readonly string[], id: string, by: -1 | 1): string[] {
  const at = shown.indexOf(id)
  const to = at + by
  if (at < 0 || to < 0 || to >= shown.length) return [...shown]
  return shown.toSpliced(at, 1).toSpliced(to, 0, id)
}
