/**
 * What proposed programs may import and name. A policy that keeps tasks deterministic and the flags quiet;
 * not a protection: that is the sandbox.
 * Source: azr.md sections 2 (importPolicy) and 4; sandbox.md section 9.
 */

/** Top-level modules that neither look at the world nor at chance; the sandbox has them all loaded. */
export const ALLOWED_IMPORTS: readonly string[] = (
  'abc array base64 binascii bisect cmath collections contextlib copy dataclasses decimal enum fractions functools ' +
  'heapq itertools json math numbers operator re statistics string struct textwrap types typing unicodedata zlib'
).split(' ')

const ALLOWED = new Set([...ALLOWED_IMPORTS, '__future__'])

// What classes of one's own need; everything else of the form __x__ reaches into the interpreter.
const ALLOWED_NAMES = new Set(
  (
    '__init__ __name__ __len__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __str__ __repr__ __iter__ ' +
    '__next__ __contains__ __getitem__ __setitem__ __add__ __sub__ __mul__ __call__ __bool__ __doc__'
  ).split(' '),
)

/** The first module that is not allowed, or null. */
export function forbiddenImport(imports: readonly string[]): string | null {
  return imports.find((name) => !ALLOWED.has(name.split('.')[0] ?? '')) ?? null
}

/** The first name of the form __x__ that is not allowed, or null. */
export function forbiddenName(dunders: readonly string[]): string | null {
  return dunders.find((name) => !ALLOWED_NAMES.has(name)) ?? null
}
