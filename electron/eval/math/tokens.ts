/**
 * The text of an answer, LaTeX or plain, as tokens. Spacing, sizes and delimiters of mathematics go here.
 * Not here: what tokens mean together (latex.ts).
 */
import { unitOf } from './units.ts'

export type Token =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'letter'; readonly text: string }
  /** A LaTeX command or a plain name of a function or constant, without backslash. */
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'unit'; readonly text: string }
  /** What stood inside \text{...}. */
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'mark'; readonly text: string }

export const MAX_ANSWER_CHARACTERS = 4_000

const UNICODE: Readonly<Record<string, string>> = {
  '−': '-',
  '–': '-',
  '×': '\\times ',
  '·': '\\cdot ',
  '⋅': '\\cdot ',
  '÷': '/',
  π: '\\pi ',
  θ: '\\theta ',
  '√': '\\sqrt ',
  '∞': '\\infty ',
  '°': '^\\circ ',
  '≤': '\\le ',
  '≥': '\\ge ',
  '≠': '\\ne ',
  '∪': '\\cup ',
  '∈': '\\in ',
  '±': '\\pm ',
  '²': '^2',
  '³': '^3',
  '½': '\\frac{1}{2}',
  '¼': '\\frac{1}{4}',
  '¾': '\\frac{3}{4}',
  '⌊': '\\lfloor ',
  '⌋': '\\rfloor ',
  '⌈': '\\lceil ',
  '⌉': '\\rceil ',
}

const SAME: Readonly<Record<string, string>> = {
  dfrac: 'frac',
  tfrac: 'frac',
  cfrac: 'frac',
  dbinom: 'binom',
  tbinom: 'binom',
  times: '*',
  cdot: '*',
  ast: '*',
  div: '/',
  leq: 'le',
  leqslant: 'le',
  geq: 'ge',
  geqslant: 'ge',
  lt: '<',
  gt: '>',
  neq: 'ne',
  lvert: '|',
  rvert: '|',
  vert: '|',
  lbrack: '[',
  rbrack: ']',
  lbrace: '\\{',
  rbrace: '\\}',
  asin: 'arcsin',
  acos: 'arccos',
  atan: 'arctan',
  lg: 'log',
  infinity: 'infty',
  oo: 'infty',
  inf: 'infty',
  degree: 'circ',
  varnothing: 'emptyset',
  ldots: 'dots',
  cdots: 'dots',
  lnot: 'neg',
}

/** Plain names that are read like commands. */
const NAMES = new Set(
  `sin cos tan cot sec csc arcsin arccos arctan asin acos atan sinh cosh tanh ln log lg exp sqrt abs floor ceil pi
   infinity oo inf theta alpha beta gamma lambda omega phi min max gcd lcm`.split(/\s+/),
)

const IGNORED = new Set(
  `left right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle textstyle limits quad qquad thinspace enspace
   hspace , ; : ! > space cr nolimits`.split(/\s+/),
)

const TEXTS = new Set(['text', 'mbox', 'textbf', 'textit', 'textrm', 'textnormal', 'hbox'])

/** Commands around mathematics that change only its looks. */
const FONTS = new Set([
  'mathrm',
  'mathbf',
  'mathit',
  'boldsymbol',
  'operatorname',
  'mathcal',
  'mathbb',
  'bm',
  'rm',
  'bf',
])

/** Without what changes only its looks; the first step of reading and of comparing as text. */
export function cleaned(text: string): string {
  const short = text.slice(0, MAX_ANSWER_CHARACTERS)
  // Models double backslashes; only in a matrix do two backslashes mean something.
  const single = short.includes('\\begin') ? short : short.replace(/\\\\(?=[a-zA-Z])/g, '\\')
  return Array.from(single, (character) => UNICODE[character] ?? character)
    .join('')
    .replace(/\\\$/g, ' \\dollar ')
    .replace(/\$|\\\(|\\\)|\\\[(?!\d)|(?<!\d)\\\]/g, ' ')
    .replace(/(?:,\s*\\!|\{,\})\s*(?=\d{3})/g, '')
    .replace(/\bnp\.(?=[a-z])/g, '')
    .replace(/~/g, ' ')
    .trim()
    .replace(/[.。]$/, '')
    .trim()
}

const PIECE =
  /\s+|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|\\(?<command>[a-zA-Z]+|.)|(?<plain>[a-zA-Z]+)|(?<mark>\*\*|<=|>=|!=|[^])/gy

/** Tokens of a text that cleaned() made. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  PIECE.lastIndex = 0
  for (let found = PIECE.exec(text); found !== null; found = PIECE.exec(text)) {
    const { number, command, plain, mark } = found.groups ?? {}
    if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (plain !== undefined) tokens.push(...plainTokens(plain, tokens.at(-1)))
    else if (mark === '%') tokens.push({ kind: 'unit', text: '%' })
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: MARKS[mark] ?? mark })
    else if (command !== undefined) {
      const words = TEXTS.has(command) ? groupAt(text, PIECE.lastIndex) : null
      if (words !== null) {
        tokens.push(...wordTokens(words.text))
        PIECE.lastIndex = words.end
      } else tokens.push(...commandTokens(command))
    }
  }
  return tokens
}

const MARKS: Readonly<Record<string, string>> = { '**': '^', '<=': 'le', '>=': 'ge', '!=': 'ne' }

function commandTokens(command: string): Token[] {
  if (IGNORED.has(command) || FONTS.has(command) || command.trim() === '') return []
  if (command === '{' || command === '}') return [{ kind: 'mark', text: `\\${command}` }]
  if (command === '%') return [{ kind: 'unit', text: '%' }]
  if (command === '\\') return [{ kind: 'mark', text: '\\\\' }]
  if (command === '|') return [{ kind: 'mark', text: '|' }]
  const same = SAME[command] ?? command
  return [{ kind: /^[a-z]/i.test(same) ? 'command' : 'mark', text: same }]
}

/** A run of letters: a known name, a unit behind a number, or a product of letters. */
function plainTokens(run: string, before: Token | undefined): Token[] {
  if (run.length === 1) return [{ kind: 'letter', text: run }]
  if (NAMES.has(run)) return commandTokens(run)
  if (run === 'and' || run === 'or') return [{ kind: 'mark', text: ',' }]
  const unit = unitOf(run)
  const behind = before?.kind === 'number' || before?.kind === 'unit' || before?.text === '}'
  if (unit !== undefined && behind) return [{ kind: 'unit', text: unit }]
  return Array.from(run, (text) => ({ kind: 'letter', text }))
}

function wordTokens(words: string): Token[] {
  const text = words.trim()
  if (text === '') return []
  if (/^(?:and|or)$/.test(text)) return [{ kind: 'mark', text: ',' }]
  return [{ kind: 'words', text }]
}

/** The text of the braces that open at or after a place, without blanks before them. */
export function groupAt(text: string, from: number): { text: string; end: number } | null {
  let start = from
  while (/\s/.test(text.charAt(start))) start += 1
  if (text.charAt(start) !== '{') return null
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1
    else if (text.charAt(at) === '{') depth += 1
    else if (text.charAt(at) === '}') {
      depth -= 1
      if (depth === 0) return { text: text.slice(start + 1, at), end: at + 1 }
    }
  }
  return null
}
