/**
 * Graded answers to scores with intervals, and the paired difference of two models on the same items.
 * Not here: the statistics themselves (intervals.ts, paired.ts).
 */
import type { Score, ScoreDifference, SuiteScore } from '../contract/news.ts'
import type { EvalItem } from '../contract/history.ts'
import type { EvalRecord, EvalTold } from '../contract/run.ts'
import { type Kind, KINDS } from '../contract/task.ts'
import { type Estimate, proportion } from './intervals.ts'
import { pairedDifference, type PairedItem } from './paired.ts'

/** One graded answer. kind null: the suite knows no kinds. */
export type Scored = {
  readonly item: { readonly id: string; readonly cluster: string; readonly kind: Kind | null }
  readonly sample: number
  readonly correct: boolean
  readonly undecided: boolean
}

/** One item's share of right answers; items without a decided answer are left out. */
type ItemShare = {
  readonly id: string
  readonly kind: Kind | null
  readonly cluster: string
  readonly value: number
}

export function itemShares(answers: readonly Scored[]): ItemShare[] {
  const decided = answers.filter(({ undecided }) => !undecided)
  return [...Map.groupBy(decided, ({ item }) => item.id).values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const { id, kind, cluster } = first.item
    const value = own.filter(({ correct }) => correct).length / own.length
    return [{ id, kind, cluster, value }]
  })
}

/** Mean over kinds of the mean over items; Wilson-type intervals that know of clusters. */
export function suiteScore(answers: readonly Scored[]): SuiteScore {
  const shares = itemShares(answers)
  const kinds = KINDS.flatMap((kind) => {
    const own = shares.filter((share) => share.kind === kind)
    return own.length === 0 ? [] : [[kind, own] as const]
  })
  const groups = [...Map.groupBy(shares, ({ kind }) => kind).values()]
  return {
    ...scoreOf(shares.length, proportion(groups)),
    kinds: Object.fromEntries(
      kinds.map(([kind, own]) => [kind, scoreOf(own.length, proportion([own]))]),
    ),
    undecided: answers.filter(({ undecided }) => undecided).length,
  }
}

function scoreOf(n: number, estimate: Estimate): Score {
  if (!estimate.ok) return { n, passAt1: 0, low: 0, high: 1 }
  return { n, passAt1: estimate.mean, low: estimate.low, high: estimate.high }
}

/** One item that both answered. */
export type Pair = PairedItem & { readonly kind: Kind | null }

export function pairsOf(before: readonly Scored[], after: readonly Scored[]): Pair[] {
  const old = new Map(itemShares(before).map((share) => [share.id, share]))
  return itemShares(after).flatMap(({ id, kind, cluster, value }) => {
    const was = old.get(id)
    return was === undefined ? [] : [{ kind, cluster, before: was.value, after: value }]
  })
}

/** after minus before over the items that both have, per kind and as their mean; paired, clustered by program. */
export function suiteDifference(
  before: readonly Scored[],
  after: readonly Scored[],
): {
  readonly mean: ScoreDifference
  readonly kinds: Readonly<Partial<Record<Kind, ScoreDifference>>>
} {
  const pairs = pairsOf(before, after)
  const kinds = KINDS.map((kind) => [kind, pairs.filter((pair) => pair.kind === kind)] as const)
  const present = kinds.filter(([, own]) => own.length > 0)
  return {
    mean: differenceOf([...Map.groupBy(pairs, ({ kind }) => kind).values()]),
    kinds: Object.fromEntries(present.map(([kind, own]) => [kind, differenceOf([own])])),
  }
}

function differenceOf(kinds: readonly (readonly PairedItem[])[]): ScoreDifference {
  const found = pairedDifference(kinds)
  if (!found.ok) return null
  const { mean, low, high, p } = found
  return { mean, low, high, p }
}

/** Rows for the history. */
export function evalRecords(
  step: number,
  suite: string,
  temperature: number,
  score: SuiteScore,
  told: EvalTold,
): EvalRecord[] {
  const record = (kind: Kind | 'mean', { n, passAt1, low, high }: Score): EvalRecord => ({
    step,
    suite,
    temperature,
    kind,
    n,
    score: passAt1,
    low,
    high,
    told,
  })
  const kinds = KINDS.flatMap((kind) => {
    const own = score.kinds[kind]
    return own === undefined ? [] : [record(kind, own)]
  })
  return [record('mean', score), ...kinds]
}

export function evalItems(
  step: number,
  suite: string,
  temperature: number,
  answers: readonly (Scored &
    Pick<EvalItem, 'status' | 'reason' | 'response' | 'tokens' | 'logprobs'>)[],
): EvalItem[] {
  return answers.map(({ item, sample, ...answer }) => ({
    step,
    suite,
    temperature,
    item: item.id,
    cluster: item.cluster,
    kind: item.kind,
    sample,
    correct: answer.correct,
    undecided: answer.undecided,
    status: answer.status,
    reason: answer.reason,
    response: answer.response,
    tokens: answer.tokens,
    logprobs: answer.logprobs,
  }))
}
