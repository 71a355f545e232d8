/**
 * The final answer in a response: the last box, else the last sentence that announces it, else the last number.
 * Not here: whether it is right (equivalence.ts).
 */
import { answerOf } from '../../selfplay/prompts/reading.ts'
import { groupAt } from './tokens.ts'

/** What stands between answer tags, else the whole response. */
function answerPart(response: string): string {
  return answerOf(response) ?? response
}

/** The contents of the last \boxed or \fbox; null without a closed one. */
export function lastBoxed(text: string): string | null {
  const starts = [...text.matchAll(/\\f?boxed\s*(?=\{)/g)].toReversed()
  for (const start of starts) {
    const group = groupAt(text, start.index + start[0].length)
    if (group !== null) return group.text.trim()
  }
  return null
}

const ANNOUNCED =
  /(?:final answer|answer)\s*(?:is|:|=)\s*:?\s*(?<answer>[^\n]+?)\s*(?:\.\s*(?:I hope|$|\n)|$)/gim

function lastAnnounced(text: string): string | null {
  const found = [...text.matchAll(ANNOUNCED)].at(-1)?.groups?.['answer']
  return found === undefined
    ? null
    : found
        .replace(/\.$/, '')
        .replace(/^\*+|\*+$/g, '')
        .trim()
}

const NUMBERS = /[-+]?\$?\d[\d,]*(?:\.\d+)?(?:\/\d+)?%?|[-+]?\.\d+/g

function lastNumber(text: string): string | null {
  const found = [...text.matchAll(NUMBERS)].at(-1)?.[0]
  return found === undefined ? null : found.replace(/,$/, '')
}

/** For mathematics: box, announcement, the only line of an answer block, last number; null when nothing is there. */
export function mathAnswer(response: string): string | null {
  const part = answerPart(response)
  const boxed = lastBoxed(part) ?? lastBoxed(response)
  if (boxed !== null) return boxed
  const announced = lastAnnounced(part)
  if (announced !== null && announced !== '') return announced
  const block = part === response ? '' : part.trim()
  if (block !== '' && !block.includes('\n')) return block
  return lastNumber(part)
}

/** For GSM8K: the number behind ####, else as for mathematics. */
export function schoolAnswer(response: string): string | null {
  const marked = [...answerPart(response).matchAll(/####\s*([^\n]+)/g)].at(-1)?.[1]
  if (marked !== undefined) return marked.trim()
  const found = mathAnswer(response)
  if (found === null) return null
  return /\d/.test(found) && !found.includes('\\') ? (lastNumber(found) ?? found) : found
}
