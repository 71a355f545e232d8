/**
 * Which Node can run Kelvin. Imports nothing, so that it can be asked before a native module is loaded.
 */

/** The first that runs TypeScript as it is, without a flag. better-sqlite3 ends Node 20 with a segmentation fault. */
export const OLDEST_NODE = [22, 18] as const

/** A sentence; null when this Node serves. */
export function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return null
  return `Kelvin needs Node ${oldestMajor}.${oldestMinor} or later, found ${version}`
}
