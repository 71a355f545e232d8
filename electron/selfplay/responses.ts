/**
 * Numbers of a step about responses as such, by role and kind: how long, how many were cut off, how many missed the
 * asked format. Named `${role}/${kind}/${measure}`. Not here: what recipes measure (azr/measure.ts).
 */
import type { Item } from './update.ts'

export function responseMetrics(items: readonly Item[]): Record<string, number> {
  const groups = Map.groupBy(items, ({ episode }) => `${episode.role}/${episode.kind}`)
  const entries = [...groups].flatMap(([name, members]) =>
    Object.entries(measuresOf(members)).map(([measure, value]) => [`${name}/${measure}`, value]),
  )
  return { ...Object.fromEntries(entries), ...sampledTokens(items) }
}

function measuresOf(items: readonly Item[]): Record<string, number> {
  const { length } = items
  const lengths = (correct: boolean) =>
    items.flatMap(({ episode }) => (episode.correct === correct ? [episode.tokens.length] : []))
  const [right, wrong] = [lengths(true), lengths(false)]
  return {
    truncated: items.filter(({ episode }) => episode.stopReason === 'length').length / length,
    formatFailed: items.filter(({ scored }) => !scored.formatOk).length / length,
    ...(right.length === 0 ? {} : { lengthRight: sum(right) / right.length }),
    ...(wrong.length === 0 ? {} : { lengthWrong: sum(wrong) / wrong.length }),
  }
}

/** By role, for the throughput of its phase. */
function sampledTokens(items: readonly Item[]): Record<string, number> {
  const of = (role: string) =>
    sum(items.flatMap(({ episode }) => (episode.role === role ? [episode.tokens.length] : [])))
  const [propose, solve] = [of('propose'), of('solve')]
  return { 'sampled/propose': propose, 'sampled/solve': solve, 'sampled/tokens': propose + solve }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
