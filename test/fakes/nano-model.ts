/**
 * What a small model would write for prompts of the nano set: proposals from the fake sandbox's table, some of
 * them bad, and answers that are right about half the time.
 */
import { parseCanonical } from '../../electron/python/canonical.ts'
import { reprOf } from '../../electron/python/repr.ts'
import { below } from '../../electron/selfplay/random.ts'
import type { Random } from '../../electron/selfplay/random.ts'
import type { Script } from './engine.ts'
import { outcomeOf, programOf } from './sandbox-fake.ts'

const GOOD = ['x + 1', 'x * 2', 'x - 3', 'x * x', 'x % 7', 'x % 2 == 0', '[x, x]', 'str(x)']
const BAD = ['chance(x)', 'spin(x)', '1 / 0', 'nan', 'x +']

/** inputs: how many an induction proposal has. */
export function nanoModel(inputs: number, extra: readonly string[] = []): Script {
  return (prompt, random) => {
    if (/^<P[DA]>/.test(prompt)) return proposal(random, extra)
    if (prompt.startsWith('<PI>')) {
      return Array.from({ length: inputs }, () => String(below(20, random))).join('<in>')
    }
    return answer(prompt, random)
  }
}

function proposal(random: Random, extra: readonly string[]): string {
  if (random() < 0.05) return 'I would rather not.'
  const pool = random() < 0.8 ? [...GOOD, ...extra] : BAD
  return `${programOf(pool[below(pool.length, random)] ?? 'x')}<in>${below(100, random)}`
}

function answer(prompt: string, random: Random): string {
  const guess = String(below(10, random))
  const right = random() < 0.5
  if (prompt.startsWith('<SD>')) {
    const [program = '', input = ''] = prompt.slice(4, -5).split('<in>')
    return right ? shown(program, input) : guess
  }
  if (prompt.startsWith('<SA>')) {
    const [program = '', output = ''] = prompt.slice(4, -5).split('<out>')
    const found = Array.from({ length: 100 }, (_, x) => String(x)).find(
      (x) => shown(program, x) === output,
    )
    return right ? (found ?? guess) : guess
  }
  return programOf(right ? (GOOD.find((one) => explains(one, prompt)) ?? 'x') : 'x')
}

function explains(expression: string, prompt: string): boolean {
  const pairs = prompt.slice(4, -5).split('<in>').slice(1)
  return pairs.every((pair) => {
    const [input = '', output = ''] = pair.split('<out>')
    return shown(programOf(expression), input) === output
  })
}

function shown(program: string, input: string): string {
  const outcome = outcomeOf(program, input)
  if (outcome.status !== 'ok') return '?'
  const value = parseCanonical(outcome.canonical)
  return value.ok ? reprOf(value.value) : '?'
}
