/**
 * Seeded mutations of Python functions and of literals: programs that look right and are wrong.
 * Half change an operator, a constant or a condition in the text, half what the function returns. Some of the first
 * kind do the same as before (an equivalent mutant), and no grader can tell them apart.
 */
import { below } from '../../electron/selfplay/random.ts'
import type { Random } from '../../electron/selfplay/random.ts'

const OPERATORS: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/ == /g, ' != '],
  [/ != /g, ' == '],
  [/ <= /g, ' > '],
  [/ >= /g, ' < '],
  [/ < /g, ' >= '],
  [/ > /g, ' <= '],
  [/ \+ /g, ' - '],
  [/ - /g, ' + '],
  [/ \* /g, ' + '],
  [/ \/\/ /g, ' * '],
  [/ % /g, ' // '],
  [/ and /g, ' or '],
  [/ or /g, ' and '],
  [/ not in /g, ' in '],
  [/ \+= /g, ' -= '],
  [/\bTrue\b/g, 'False'],
  [/\bFalse\b/g, 'True'],
  [/\bmax\(/g, 'min('],
  [/\bmin\(/g, 'max('],
  [/\bsorted\(/g, 'list('],
  [/\breturn (?=\S)/g, 'return not '],
  [/\bif (?=[^\n]*:)/g, 'if not '],
]

/** How the value of a whole function is changed. */
const RETURNS: readonly string[] = [
  'None',
  '[value]',
  '(value, value)',
  'str(value) + "x"',
  'not value',
  'value + 1 if isinstance(value, (int, float)) else None',
  'value[1:] if isinstance(value, (list, str, tuple)) and len(value) else None',
  'value[:-1] if isinstance(value, (list, str, tuple)) and len(value) else None',
  'list(value) + [0] if isinstance(value, (list, tuple, set)) else "0"',
  '-value if isinstance(value, (int, float)) and value else 7',
]

/** entry: the function under test. */
export function mutated(program: string, entry: string, random: Random): string {
  return random() < 0.5 ? inText(program, entry, random) : inReturn(program, entry, random)
}

function inText(program: string, entry: string, random: Random): string {
  const start = program.lastIndexOf(`def ${entry}`)
  const body = program.indexOf('\n', start)
  const places = OPERATORS.flatMap(([pattern, text]) =>
    [...program.matchAll(pattern)]
      .filter(({ index }) => index > body && !isQuoted(program, index))
      .map(({ index, 0: found }) => ({ index, found, text })),
  )
  const place = places[below(Math.max(1, places.length), random)]
  if (start < 0 || place === undefined) return inReturn(program, entry, random)
  const { index, found, text } = place
  return program.slice(0, index) + text + program.slice(index + found.length)
}

/** Inside a docstring or a comment nothing would change. */
function isQuoted(program: string, index: number): boolean {
  const before = program.slice(0, index)
  const line = before.slice(before.lastIndexOf('\n') + 1)
  const quotes = before.split(/"""|'''/).length
  return quotes % 2 === 0 || line.includes('#') || /^[^'"]*(['"])(?:(?!\1).)*$/.test(line)
}

function inReturn(program: string, entry: string, random: Random): string {
  const change = RETURNS[below(RETURNS.length, random)] ?? 'None'
  return `${program}

_original = ${entry}

def ${entry}(*arguments):
    value = _original(*arguments)
    return ${change}
`
}
