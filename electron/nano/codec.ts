/**
 * The nano tokenizer as the loop and the stream use it: a trie walked over the text. Same tokens as
 * resources/models/nano/tokenizer.json (a test compares them), many times faster.
 */
import type { PromptPart, TextCodec } from '../model/chat.ts'
import { EOS, FRAGMENTS, SPECIALS, TOKENS, UNK, idOf } from './vocabulary.ts'

const ASCII = 128
const ZERO = 48
const NINE = 57

/** children[node * 128 + code] is the next node, 0 for none; ids[node] is the token that ends there, or -1. */
type Trie = { readonly children: Int32Array; readonly ids: Int32Array }

function buildTrie(tokens: readonly string[]): Trie {
  const nodes = 1 + tokens.reduce((sum, token) => sum + token.length, 0)
  const children = new Int32Array(nodes * ASCII)
  const ids = new Int32Array(nodes).fill(-1)
  let used = 1
  for (const token of tokens) {
    let node = 0
    for (let i = 0; i < token.length; i += 1) {
      const at = node * ASCII + token.charCodeAt(i)
      if (children[at] === 0) children[at] = used++
      node = children[at] ?? 0
    }
    ids[node] = idOf(token)
  }
  return { children, ids }
}

const NOT_NUMBERS = TOKENS.slice(SPECIALS.length).filter((token) => !/^[0-9]+$/.test(token))
const TRIE = buildTrie(NOT_NUMBERS)
const FIRST_NUMBER = idOf('0')
const SPECIAL_PATTERN = new RegExp(`(${SPECIALS.join('|')})`)

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE

/** Appends the token of the digits at index and returns the index after it. */
function pushNumber(text: string, index: number, ids: number[]): number {
  const first = text.charCodeAt(index) - ZERO
  const second = text.charCodeAt(index + 1)
  const joined =
    first > 0 &&
    isDigit(second) &&
    !isDigit(text.charCodeAt(index - 1)) &&
    !isDigit(text.charCodeAt(index + 2))
  ids.push(FIRST_NUMBER + (joined ? first * 10 + second - ZERO : first))
  return index + (joined ? 2 : 1)
}

/** Appends the longest token at index, or one unknown for one character, and returns the index after it. */
function pushLongest(text: string, index: number, ids: number[]): number {
  let node = 0
  let id = -1
  let end = index
  for (let i = index; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    node = code < ASCII ? (TRIE.children[node * ASCII + code] ?? 0) : 0
    if (node === 0) break
    const found = TRIE.ids[node] ?? -1
    if (found >= 0) [id, end] = [found, i + 1]
  }
  if (id < 0) {
    ids.push(UNK)
    return index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1)
  }
  ids.push(id)
  return end
}

function pushText(text: string, ids: number[]): void {
  let index = 0
  while (index < text.length) {
    index = isDigit(text.charCodeAt(index))
      ? pushNumber(text, index, ids)
      : pushLongest(text, index, ids)
  }
}

function pushTrusted(text: string, ids: number[]): void {
  for (const [place, piece] of text.split(SPECIAL_PATTERN).entries()) {
    if (place % 2 === 1) ids.push(idOf(piece))
    else pushText(piece, ids)
  }
}

function encode(parts: readonly PromptPart[]): number[] {
  const ids: number[] = []
  for (const { text, trusted } of parts) {
    if (trusted) pushTrusted(text, ids)
    else pushText(text, ids)
  }
  return ids
}

function decode(tokens: ArrayLike<number>): string {
  const length = tokens[tokens.length - 1] === EOS ? tokens.length - 1 : tokens.length
  let text = ''
  for (let i = 0; i < length; i += 1) text += TOKENS[tokens[i] ?? UNK] ?? '<unk>'
  return text
}

export const NANO_CODEC: TextCodec = {
  vocabSize: TOKENS.length,
  stopIds: [EOS],
  encode,
  decode,
}

/** The fragments by how often they occur in the texts; for choosing them. */
export function fragmentUse(texts: readonly string[]): Map<string, number> {
  const use = new Map<string, number>(FRAGMENTS.map((fragment) => [fragment, 0]))
  for (const text of texts) {
    for (const id of encode([{ text, trusted: false }])) {
      const token = TOKENS[id] ?? ''
      const count = use.get(token)
      if (count !== undefined) use.set(token, count + 1)
    }
  }
  return use
}
