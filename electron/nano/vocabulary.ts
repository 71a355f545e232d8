/**
 * The tokens of the nano language: specials, characters, whole numbers 0..99 and fragments of Python.
 * An id is a place in TOKENS. Not here: splitting text (codec.ts) and the Hugging Face file (tokenizer.ts).
 */

/** pad, end, unknown character; then the openings of the six sequence types and the marks inside them. */
export const SPECIALS = [
  '<pad>',
  '<eos>',
  '<unk>',
  '<PD>',
  '<PA>',
  '<PI>',
  '<SD>',
  '<SA>',
  '<SI>',
  '<ref>',
  '<in>',
  '<out>',
  '<ans>',
] as const

/** The line end and printable ASCII; digits are among the numbers. */
const CHARACTERS = [
  '\n',
  ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
    (character) => !/[0-9]/.test(character),
  ),
]

const NUMBERS = Array.from({ length: 100 }, (_, i) => String(i))

/**
 * Chosen by backward elimination on 4,000 grammar programs, then by hand: whole operations rather than
 * chance neighbours such as `[i`, so that a token means one thing. None begins with a digit.
 */
export const FRAGMENTS = [
  'def f(x):\n    ',
  '\n    ',
  '\n        ',
  '\n            ',
  ':\n        ',
  ':\n            ',
  '\n    return ',
  'return ',
  'for i in ',
  'for c in ',
  'else',
  '[i for i in ',
  ' for i in ',
  ' for c in ',
  'if ',
  ' if ',
  ' else ',
  ' in ',
  ' not in ',
  'abs(',
  'all(',
  'any(',
  'bin(',
  'chr(',
  'int(',
  'len(',
  'list(',
  'max(',
  'min(',
  'ord(',
  'range(',
  'set(',
  'sorted(',
  'str(',
  'sum(',
  'int(c)',
  'str(abs(',
  'ord(c) - 97',
  ', reverse=True)',
  "''.join(",
  "'-'.join(",
  "'abcdefgh'",
  "''",
  '[]',
  '[::-1]',
  '[::2]',
  '[1::2]',
  '[-1]',
  '[0]',
  '[:',
  '.append(',
  '.count(',
  '.endswith(',
  '.find(',
  '.ljust(',
  '.lower()',
  '.lstrip(',
  '.replace(',
  '.rfind(',
  '.rjust(',
  '.rstrip(',
  '.split(',
  '.startswith(',
  '.strip(',
  '.swapcase()',
  '.title()',
  '.upper()',
  ' + ',
  ' - ',
  ' * ',
  ' // ',
  ' % ',
  ' ** ',
  ' >> ',
  ' ^ ',
  ' & ',
  ' | ',
  ' < ',
  ' > ',
  ' == ',
  ' != ',
  ' % 2 == 0',
  ' = ',
  ' += ',
  ' -= ',
  ', ',
  '))',
  'True',
  'False',
] as const

export const TOKENS: readonly string[] = [...SPECIALS, ...CHARACTERS, ...NUMBERS, ...FRAGMENTS]

const IDS: ReadonlyMap<string, number> = new Map(TOKENS.map((token, id) => [token, id]))

/** The id of a token that is known to exist. */
export function idOf(token: string): number {
  const id = IDS.get(token)
  if (id === undefined) throw new RangeError(`vocabulary: ${JSON.stringify(token)} is no token`)
  return id
}

export const PAD = idOf('<pad>')
export const EOS = idOf('<eos>')
export const UNK = idOf('<unk>')
