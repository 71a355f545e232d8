/**
 * Python's repr of a value: what people, prompts and programs read. Always a literal that literal.ts takes.
 * Two deviations: sets come in the order held, and an int longer than CPython prints comes in hex.
 * Source: CPython 3.11 (unicode_repr, bytes_repr, collections).
 */
import { pointsOfStr } from './characters.ts'
import { floatText, shortFloatText } from './float.ts'
import { byKind } from './value.ts'
import type { PyEntry, PyValue, Rows } from './value.ts'

/** sys.int_info.default_max_str_digits: CPython neither reads nor prints more decimal digits. */
export const MAX_DECIMAL_DIGITS = 4300

export function reprOf(value: PyValue): string {
  return byKind(ROWS, value)
}

/** The values as an argument list: the text between the parentheses of f(...). */
export function argumentsText(values: readonly PyValue[]): string {
  return values.map(reprOf).join(', ')
}

const ROWS: Rows<string> = {
  none: () => 'None',
  bool: ({ value }) => (value ? 'True' : 'False'),
  int: ({ value }) => intRepr(value),
  float: ({ value }) => floatText(value),
  complex: ({ re, im }) => complexRepr(re, im),
  str: (value) => quote(pointsOfStr(value), isPrintable),
  bytes: ({ bytes }) => `b${quote(bytes, () => false)}`,
  list: ({ items }) => `[${argumentsText(items)}]`,
  tuple: ({ items }) => `(${argumentsText(items)}${items.length === 1 ? ',' : ''})`,
  deque: ({ items }) => `deque([${argumentsText(items)}])`,
  set: ({ items }) => (items.length === 0 ? 'set()' : `{${argumentsText(items)}}`),
  frozenset: ({ items }) =>
    items.length === 0 ? 'frozenset()' : `frozenset({${argumentsText(items)}})`,
  dict: ({ entries }) => dictRepr(entries),
  defaultdict: ({ factory, entries }) => `defaultdict(${factory}, ${dictRepr(entries)})`,
  Counter: ({ entries }) =>
    entries.length === 0 ? 'Counter()' : `Counter(${dictRepr(mostCommon(entries))})`,
  OrderedDict: ({ entries }) =>
    entries.length === 0 ? 'OrderedDict()' : `OrderedDict(${pairsRepr(entries)})`,
}

const dictRepr = (entries: readonly PyEntry[]): string =>
  `{${entries.map(([key, value]) => `${reprOf(key)}: ${reprOf(value)}`).join(', ')}}`

const pairsRepr = (entries: readonly PyEntry[]): string =>
  `[${entries.map(([key, value]) => `(${reprOf(key)}, ${reprOf(value)})`).join(', ')}]`

/** Larger counts first, as Counter prints; as they are when a count is not an integer. */
function mostCommon(entries: readonly PyEntry[]): readonly PyEntry[] {
  const counted: { readonly count: bigint; readonly entry: PyEntry }[] = []
  for (const entry of entries) {
    const count = entry[1]
    if (count.kind !== 'int' && count.kind !== 'bool') return entries
    counted.push({ count: BigInt(count.value), entry })
  }
  return counted
    .sort((a, b) => (a.count === b.count ? 0 : a.count > b.count ? -1 : 1))
    .map(({ entry }) => entry)
}

/** 10**4300 has this many hex digits. */
const MOST_HEX_DIGITS = 3572

function intRepr(value: bigint): string {
  const sign = value < 0n ? '-' : ''
  const hex = value.toString(16).slice(sign.length)
  const decimal = hex.length > MOST_HEX_DIGITS ? '' : value.toString().slice(sign.length)
  return decimal === '' || decimal.length > MAX_DECIMAL_DIGITS ? `${sign}0x${hex}` : sign + decimal
}

function complexRepr(re: number, im: number): string {
  const imaginary = `${shortFloatText(im)}j`
  if (Object.is(re, 0)) return imaginary
  return `(${shortFloatText(re)}${imaginary.startsWith('-') ? '' : '+'}${imaginary})`
}

const SINGLE = 0x27
const DOUBLE = 0x22

/** Single quotes, unless the text holds such and no double ones. */
function quote(
  points: Uint8Array | readonly number[],
  printable: (point: number) => boolean,
): string {
  const mark = points.includes(SINGLE) && !points.includes(DOUBLE) ? '"' : "'"
  let text = mark
  for (const point of points) text += escape(point, mark, printable)
  return text + mark
}

const NAMED: Readonly<Record<number, string>> = {
  0x09: String.raw`\t`,
  0x0a: String.raw`\n`,
  0x0d: String.raw`\r`,
  0x5c: '\\\\',
}

function escape(point: number, mark: string, printable: (point: number) => boolean): string {
  const named = NAMED[point]
  if (named !== undefined) return named
  const character = String.fromCodePoint(point)
  if (character === mark) return `\\${mark}`
  if (point >= 0x20 && point < 0x7f) return character
  if (point >= 0x80 && printable(point)) return character
  const hex = point.toString(16)
  if (point < 0x100) return `\\x${hex.padStart(2, '0')}`
  return point < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** str.isprintable, by the Unicode tables of this runtime; newer or older than Python's for new characters. */
const isPrintable = (point: number): boolean => !/[\p{C}\p{Z}]/u.test(String.fromCodePoint(point))
