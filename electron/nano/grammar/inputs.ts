/**
 * Random arguments of the nano language, as Python literal text.
 * Not here: limits on outputs (execute.ts).
 */
import { between, pick } from '../random.ts'
import type { Random } from '../random.ts'
import type { InputType } from './operations.ts'

const LETTERS = Array.from('abcdefgh')
const CAPITALS = Array.from('abcdefghABCDEFGH')
/** Everything else that one may type, so that no character token stays untrained. */
const PRINTABLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter(
  (c) => c !== "'" && c !== '\\',
)

function randomInt(random: Random): number {
  const style = random()
  if (style < 0.55) return between(random, 0, 20)
  if (style < 0.85) return between(random, -9, 20)
  return between(random, 0, 60)
}

function randomList(random: Random): number[] {
  const length = between(random, 1, 6)
  const style = random()
  const element = () => {
    if (style < 0.3) return between(random, 0, 9)
    if (style < 0.5) return between(random, 0, 4)
    if (style < 0.9) return between(random, -9, 20)
    return between(random, -9, 60)
  }
  return Array.from({ length }, element)
}

function alphabetOf(random: Random): readonly string[] {
  const style = random()
  if (style < 0.62) return LETTERS
  if (style < 0.85) return [pick(random, LETTERS), pick(random, LETTERS), pick(random, LETTERS)]
  return style < 0.95 ? CAPITALS : PRINTABLE
}

function randomString(random: Random): string {
  const length = between(random, 1, 7)
  const alphabet = alphabetOf(random)
  return Array.from({ length }, () => pick(random, alphabet)).join('')
}

/** Literal text of one argument. */
export function randomInput(type: InputType, random: Random): string {
  if (type === 'list') return `[${randomList(random).join(', ')}]`
  if (type === 'str') return `'${randomString(random)}'`
  return String(randomInt(random))
}

/** Distinct arguments; fewer than asked for when the type runs dry. */
export function randomInputs(type: InputType, count: number, random: Random): string[] {
  const inputs = new Set<string>()
  for (let tries = 0; inputs.size < count && tries < 4 * count; tries += 1) {
    inputs.add(randomInput(type, random))
  }
  return [...inputs]
}
