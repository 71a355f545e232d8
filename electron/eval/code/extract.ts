/**
 * The program in a response: the last fenced block that defines what is asked for, else the last one, else the text.
 * Not here: whether it is right (replay.ts, differential.ts, stdin.ts).
 */
import { answerOf, fencesOf } from '../../selfplay/prompts/reading.ts'

const PYTHON = new Set(['python', 'py', ''])

/** entry: the function that must be there; null for whole programs. */
export function programIn(response: string, entry: string | null): string | null {
  const part = answerOf(response) ?? response
  const blocks = fencesOf(part).filter(({ tag, text }) => PYTHON.has(tag) && text !== '')
  const fitting = entry === null ? blocks : blocks.filter(({ text }) => defines(text, entry))
  const block = fitting.at(-1) ?? blocks.at(-1)
  if (block !== undefined) return block.text
  return part.trim() === '' ? null : part
}

export function defines(program: string, name: string): boolean {
  return new RegExp(`^(?:async\\s+)?(?:def|class)\\s+${name}\\b|^${name}\\s*=`, 'm').test(program)
}

/**
 * The whole program of a completion: a model that went on from the prompt gives a body, one that answered gives
 * the function. The prompt goes before both, for its imports and helpers; the later definition counts.
 */
export function completed(prompt: string, response: string, entry: string): string {
  const program = programIn(response, entry) ?? ''
  return defines(program, entry) ? `${prompt}    pass\n\n${program}` : `${prompt}${program}`
}

/** Cuts a continuation where one of the texts begins. */
export function cutAt(text: string, ends: readonly string[]): string {
  const places = ends.map((end) => text.indexOf(end)).filter((place) => place >= 0)
  return places.length === 0 ? text : text.slice(0, Math.min(...places))
}
