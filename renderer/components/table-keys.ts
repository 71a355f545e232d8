/**
 * Where a key moves the active row of a table. Pure; the table itself is table.tsx.
 */

/** The row to make active, or null where the key is none of the table's. j and k as in editors. */
export function moveActive(
  key: string,
  active: number,
  count: number,
  page: number,
): number | null {
  if (count === 0) return null
  const clamp = (row: number) => Math.max(0, Math.min(count - 1, row))
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return clamp(active + 1)
    case 'ArrowUp':
    case 'k':
      return clamp(active - 1)
    case 'PageDown':
      return clamp(active + page)
    case 'PageUp':
      return clamp(active - page)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
