/**
 * Shortcuts as a file: command to keys. What else a file holds is refused as a whole; the host bounds it.
 */
export function keysIn(text: string): Readonly<Record<string, string>> | null {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const entries = Object.entries(value)
  const isKeys = entries.every(([, keys]) => typeof keys === 'string')
  return isKeys ? Object.fromEntries(entries.map(([id, keys]) => [id, String(keys)])) : null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
