/**
 * Composite tasks: proposals that must build on earlier programs, which stand before them as g_0, g_1, and so on.
 * Off by default: the paper saw no gain. Renaming is by text, so only programs where that is exact are taken.
 * Source: azr.md 11.2; a task that only passes on what an earlier program gives is refused by running it.
 */
import type { RunConfig } from '../../contract/config.ts'
import type { Kind, Task } from '../../contract/task.ts'
import { below, drawn } from '../random.ts'
import type { StepContext } from '../recipe.ts'
import { isOf } from './error.ts'
import { codeOnly } from './strip.ts'

/** The share grows no further than this by itself. */
const HIGHEST_SHARE = 0.8
const SHARE_STEP = 0.01

type Fields = 'compositeShare' | 'compositeMax' | 'compositeStart' | 'compositeGrowth'

/** How likely a proposal is composite at a step, and from how many programs at most. */
export function compositePlan(
  step: number,
  config: Pick<RunConfig, Fields>,
): { readonly share: number; readonly most: number } {
  const { compositeShare, compositeMax, compositeStart, compositeGrowth } = config
  if (step < Math.max(1, compositeStart)) return { share: 0, most: 0 }
  if (compositeGrowth === 0) return { share: compositeShare, most: compositeMax }
  const grown = Math.floor((step - Math.max(1, compositeStart)) / compositeGrowth)
  const highest = Math.max(compositeShare, HIGHEST_SHARE)
  const share = compositeShare === 0 ? 0 : compositeShare + SHARE_STEP * grown
  return { share: Math.min(highest, share), most: Math.min(compositeMax, 1 + grown) }
}

/** The renamed programs that a proposal has to call; none for most. */
export function givenPrograms(context: StepContext, kind: Kind, index: number): readonly string[] {
  const { share, most } = compositePlan(context.step, context.config)
  if (kind === 'induction' || share === 0) return []
  const random = context.random('composite', kind, index)
  if (random() >= share) return []
  const count = 1 + below(most, random)
  const pool: readonly Task[] = context.state.stores[kind] ?? []
  const programs = pool
    .filter(isOf(undefined))
    .map(({ program }) => program)
    .filter((text) => renamed(text, 0) !== null)
  return drawn([...new Set(programs)], count, random).flatMap((text, at) => renamed(text, at) ?? [])
}

/**
 * The program with its entry called g_N; null where that would take more than the one word, or where something
 * else than the function stands at the top.
 */
export function renamed(program: string, at: number): string | null {
  const tops = program.split('\n').filter((line) => /^[^\s#]/.test(line))
  const alone = tops.every((line) => /^(?:import |from |def f\()/.test(line))
  const once = (program.match(/\bf\b/g) ?? []).length === 1 && /^def f\(/m.test(program)
  const free = !/\bg_\d/.test(program)
  return alone && once && free ? program.replace(/^def f\(/m, `def ${nameOf(at)}(`) : null
}

const nameOf = (at: number): string => `g_${at}`

/** The whole program of a composite proposal. */
export function composed(given: readonly string[], own: string): string {
  return [...given, own].join('\n\n')
}

/** What is wrong with the proposer's own part, or null. */
export function compositeProblem(given: readonly string[], program: string): string | null {
  if (given.length === 0) return null
  const own = codeOnly(program.slice(composed(given, '').length))
  if (!/^def f\(/m.test(own)) return 'no function f of its own'
  for (const name of given.map((_, at) => nameOf(at))) {
    const again = new RegExp(`\\b(?:def|class|as|for)\\s+${name}\\b|\\b${name}\\s*(?::?=)(?!=)`)
    if (again.test(own)) return `${name} is defined again`
    if (!new RegExp(`\\b${name}\\s*\\(`).test(own)) return `${name} is never called`
  }
  return null
}

/** Programs that do nothing but what one of the given ones does. */
export function echoes(given: readonly string[]): string[] {
  return given.map(
    (program, at) => `${program}\n\ndef f(*values):\n    return ${nameOf(at)}(*values)`,
  )
}
