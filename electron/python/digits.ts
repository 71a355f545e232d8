/**
 * Number literals: decimal, 0x, 0o and 0b integers, floats and imaginary numbers, with underscores.
 * Not here: signs and sums (literal.ts).
 * Source: the Python language reference, 2.4.4 to 2.4.7.
 */
import { MAX_DECIMAL_DIGITS } from './repr.ts'
import { refuse, take } from './source.ts'
import type { Source } from './source.ts'
import type { PyNumber } from './value.ts'

const DECIMAL = String.raw`[0-9](?:_?[0-9])*`
const NUMBER = new RegExp(
  [
    '0[xX](?:_?[0-9a-fA-F])+',
    '0[oO](?:_?[0-7])+',
    '0[bB](?:_?[01])+',
    String.raw`(?:${DECIMAL}\.(?:${DECIMAL})?|\.${DECIMAL}|${DECIMAL})(?:[eE][+-]?${DECIMAL})?[jJ]?`,
  ].join('|'),
  'y',
)

export type NumberLiteral = Exclude<PyNumber, { readonly kind: 'bool' }>

/** Undefined when no number starts here. */
export function readNumber(source: Source): NumberLiteral | undefined {
  const text = take(source, NUMBER).replaceAll('_', '').toLowerCase()
  if (text === '') return undefined
  if (/^0[xob]/.test(text)) return { kind: 'int', value: BigInt(text) }
  if (text.endsWith('j')) return { kind: 'complex', re: 0, im: Number(text.slice(0, -1)) }
  if (/[.e]/.test(text)) return { kind: 'float', value: Number(text) }
  if (/^0+[1-9]/.test(text)) refuse('leading zeros in a decimal integer')
  if (text.length > MAX_DECIMAL_DIGITS) refuse(`more than ${MAX_DECIMAL_DIGITS} decimal digits`)
  return { kind: 'int', value: BigInt(text) }
}
