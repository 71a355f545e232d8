/**
 * What proposed programs may import and name. A policy that keeps tasks deterministic and the flags quiet;
 * not a protection: that is the sandbox.
 * Source: azr.md sections 2 (importPolicy) and 4; sandbox.md section 9.
 */

/** Top-level modules of the standard library that neither look at the world nor at chance. */
export const ALLOWED_IMPORTS: readonly string[] = [
  'bisect',
  'cmath',
  'collections',
  'copy',
  'dataclasses',
  'decimal',
  'enum',
  'fractions',
  'functools',
  'heapq',
  'itertools',
  'math',
  'numbers',
  'operator',
  're',
  'statistics',
  'string',
  'textwrap',
  'typing',
]

const ALLOWED = new Set(ALLOWED_IMPORTS)

// What classes of one's own need; everything else of the form __x__ reaches into the interpreter.
const ALLOWED_NAMES = new Set(['__init__', '__name__', '__len__', '__eq__', '__str__', '__repr__'])

/** The first module that is not allowed, or null. */
export function forbiddenImport(imports: readonly string[]): string | null {
  return imports.find((name) => !ALLOWED.has(name.split('.')[0] ?? '')) ?? null
}

/** The first name of the form __x__ that is not allowed, or null. */
export function forbiddenName(dunders: readonly string[]): string | null {
  return dunders.find((name) => !ALLOWED_NAMES.has(name)) ?? null
}
