/**
 * Reading what a model wrote between think and answer tags: fences first, then the looser ways.
 * Only the response is read, never the prompt; every text is hostile and every pattern runs in linear time.
 * Not here: whether a program or value is any good (azr/). Source: azr.md 3.3, 12 (D14, D18, D22).
 */
import type { Kind } from '../../contract/task.ts'
import type { Answer, Parsed, Proposal, ProposeOptions } from './prompts.ts'

export type Fence = { readonly tag: string; readonly text: string }

const TAGS = new Set(['python', 'py', 'input', 'output', 'message', ''])
const CODE_TAGS = new Set(['python', 'py', ''])

/** Between the last opening answer tag and the next closing one; null without both. */
export function answerOf(text: string): string | null {
  const start = [...text.matchAll(/<answer>/gi)].at(-1)
  if (start === undefined) return null
  const rest = text.slice(start.index + start[0].length)
  const end = rest.search(/<\/answer>/i)
  return end < 0 ? null : rest.slice(0, end).trim()
}

/** A think block, then an answer block, from the start of the text; what follows does not matter. */
export function hasThinkAndAnswer(text: string): boolean {
  const thought = /^\s*<think>[^]*?<\/think>\s*(?=<answer>)/i.exec(text)
  return thought !== null && /^<answer>[^]*?<\/answer>/i.test(text.slice(thought[0].length))
}

/** Fenced blocks in order; a word that is no known tag belongs to the text. The last may be unclosed. */
export function fencesOf(text: string): Fence[] {
  const pieces = text.split('```')
  return pieces
    .filter((_, at) => at % 2 === 1)
    .map((piece) => {
      const word = (/^[a-z]*/i.exec(piece)?.[0] ?? '').toLowerCase()
      const ends = piece.length === word.length || /\s/.test(piece[word.length] ?? '')
      const tag = ends && TAGS.has(word) ? word : ''
      return { tag, text: unwrapped(piece.slice(tag.length)) }
    })
}

// Leading blank lines and trailing blanks go, indentation of the first line stays.
function unwrapped(text: string): string {
  return text.replace(/^(?:[ \t]*\r?\n)+/, '').trimEnd()
}

export function readProposal(
  kind: Kind,
  text: string,
  formatOk: boolean,
  options: ProposeOptions,
): Parsed<Proposal> {
  const answer = answerOf(text)
  if (answer === null) return { ok: false, why: 'no answer block' }
  const fences = fencesOf(answer)
  if (kind === 'induction') return readInputs(answer, fences, formatOk, options)
  const program = fences.find(({ tag }) => CODE_TAGS.has(tag))?.text
  if (program === undefined) return { ok: false, why: 'no program fence' }
  if (!/^def\b/m.test(program)) return { ok: false, why: 'the program defines no function' }
  const input = fences.find(({ tag }) => tag === 'input')?.text ?? commentOf('input', answer, 0)
  if (input === undefined) return { ok: false, why: 'no input fence' }
  return { ok: true, value: { program, inputs: [input.trim()], message: '' }, formatOk }
}

function readInputs(
  answer: string,
  fences: readonly Fence[],
  formatOk: boolean,
  { inputs: wanted, references }: ProposeOptions,
): Parsed<Proposal> {
  const inputs = fences.flatMap(({ tag, text }) => (tag === 'input' ? [text.trim()] : []))
  if (inputs.length < wanted) {
    return { ok: false, why: `${inputs.length} input fences of ${wanted}` }
  }
  const message =
    fences.find(({ tag }) => tag === 'message')?.text ??
    tagged('message', answer) ??
    commentOf('message', answer, 0)
  if (message === undefined || message.trim() === '') return { ok: false, why: 'no message' }
  const program = references[0]?.program ?? ''
  const value = { program, inputs: inputs.slice(-wanted), message: message.trim() }
  return { ok: true, value, formatOk }
}

export function readAnswer(kind: Kind, text: string, formatOk: boolean): Parsed<Answer> {
  const answer = answerOf(text)
  if (answer === null) return { ok: false, why: 'no answer block' }
  const fences = fencesOf(answer)
  if (kind === 'induction') {
    const program = fences.findLast(({ tag }) => CODE_TAGS.has(tag))?.text
    if (program === undefined) return { ok: false, why: 'no program fence' }
    return { ok: true, value: { text: program }, formatOk }
  }
  const field = kind === 'deduction' ? 'output' : 'input'
  const found =
    fences.findLast(({ tag }) => tag === field)?.text ??
    LOOSER.map((way) => way(field, answer)).find((value) => value !== undefined) ??
    answer
  return { ok: true, value: { text: found.trim() }, formatOk }
}

type Field = 'input' | 'output' | 'message'
type Way = (field: Field, answer: string) => string | undefined

/** After the fence: comment, call, tag, sentence. The last match of a way wins. */
const LOOSER: readonly Way[] = [
  (field, answer) => commentOf(field, answer, -1),
  callOf,
  (field, answer) => lastOf(new RegExp(`<${field}>([^<]*)</${field}>`, 'gi'), answer),
  (field, answer) => lastOf(new RegExp(`\\bthe ${field} is:? ([^\\n]*)`, 'gi'), answer, /\.$/),
]

function commentOf(field: Field, answer: string, which: 0 | -1): string | undefined {
  const matches = [...answer.matchAll(new RegExp(`^[ \\t]*# ?${field}:([^\\n]*)`, 'gim'))]
  return matches.at(which)?.[1]?.trim()
}

/** What stands in the parentheses of the last line that calls the field like a function. */
function callOf(field: Field, answer: string): string | undefined {
  const calls = answer.split('\n').flatMap((line) => {
    const open = new RegExp(`\\b${field}\\(`, 'i').exec(line)
    const start = open === null ? Infinity : open.index + open[0].length
    const end = line.lastIndexOf(')')
    return end < start ? [] : [line.slice(start, end).trim()]
  })
  return calls.at(-1)
}

/** Text of the first element of that name. */
function tagged(field: Field, answer: string): string | undefined {
  const open = new RegExp(`<${field}>`, 'i').exec(answer)
  if (open === null) return undefined
  const rest = answer.slice(open.index + open[0].length)
  const end = rest.search(new RegExp(`</${field}>`, 'i'))
  return end < 0 ? undefined : rest.slice(0, end)
}

function lastOf(pattern: RegExp, answer: string, trailing?: RegExp): string | undefined {
  const found = [...answer.matchAll(pattern)].at(-1)?.[1]?.trim()
  return trailing === undefined ? found : found?.replace(trailing, '')
}
