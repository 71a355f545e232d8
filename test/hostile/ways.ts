/**
 * The ways into the sandbox that this machine offers, for tests: each level on its own.
 */
import { openSandbox } from '../../electron/sandbox/open.ts'
import type { SandboxOptions } from '../../electron/sandbox/open.ts'
import type { Plan } from '../../electron/sandbox/launch.ts'
import type { LocalSandbox } from '../../electron/sandbox/local.ts'

const FULL = { filter: true, landlock: false, clearEnvironment: true } as const

export const WAYS = {
  bubblewrap: { ...FULL, namespaces: 'bubblewrap' },
  own: { ...FULL, namespaces: 'own' },
  landlock: { ...FULL, namespaces: 'none', landlock: true },
  plain: { ...FULL, namespaces: 'none' },
} as const satisfies Record<string, Plan>

export type Way = keyof typeof WAYS

/** A sandbox under exactly this way; null when the machine does not permit it. */
export async function openWay(
  way: Way,
  options: SandboxOptions = {},
): Promise<LocalSandbox | null> {
  return openSandbox({ ...options, plans: [WAYS[way]] }).catch(() => null)
}
