/**
 * What proposed programs may import and name. A policy that keeps tasks deterministic and the flags quiet;
 * not a protection: that is the sandbox. Not here: the lists (contract/policy.ts).
 * Source: azr.md sections 2 (importPolicy) and 4; sandbox.md section 9.
 */
import { ALLOWED_MODULES, ALLOWED_NAMES } from '../contract/policy.ts'

const ALLOWED = new Set([...ALLOWED_MODULES, '__future__'])

/** The first module that is not allowed, or null. */
export function forbiddenImport(imports: readonly string[]): string | null {
  return imports.find((name) => !ALLOWED.has(name.split('.')[0] ?? '')) ?? null
}

/** The first name of the form __x__ that is not allowed, or null. */
export function forbiddenName(dunders: readonly string[]): string | null {
  return dunders.find((name) => !ALLOWED_NAMES.has(name)) ?? null
}
