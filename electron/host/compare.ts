/**
 * Runs and checkpoints beside each other: which suites all were measured on, and the answers to the same items.
 * Not here: pairs of single evaluations with every statistic (evaluation-views.ts), curves.
 */
import type {
  AnswerFilter,
  CompareItems,
  ComparedItems,
  ComparedRow,
  ComparedScores,
  ComparedSuite,
  ComparePlace,
} from '../contract/compare.ts'
import type { EvalItem } from '../contract/history.ts'
import type { EvalRecord } from '../contract/run.ts'
import { suiteDifference } from '../eval/scores.ts'
import type { Scored } from '../eval/scores.ts'
import { readEvalItems, readEvals } from '../store/evals.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'

export type Wanted = { readonly run: string; readonly step: number | null }

export function comparedScores(store: Store, places: readonly Wanted[]): ComparedScores {
  const known = places.map(({ run, step }) => {
    const means = readEvals(store, runKey(store, run)).filter(({ kind }) => kind === 'mean')
    return { means, step }
  })
  const [first, ...others] = known.map(({ means, step }) => lastOf(means, step))
  const suites = [...(first ?? [])].flatMap(([id, record]): ComparedSuite[] => {
    const found = [record, ...others.map((bySuite) => bySuite.get(id))]
    const scores = found.flatMap((one) => (one === undefined ? [] : [scoreOf(one)]))
    const { suite, temperature } = record
    return scores.length === places.length ? [{ suite, temperature, scores }] : []
  })
  const measured = known.map(({ means }) => [...new Set(means.map(({ step }) => step))])
  return { suites, measured }
}

/** By suite and temperature, of a step or of the last one; rows come in order of steps. */
function lastOf(
  means: readonly EvalRecord[],
  step: number | null,
): ReadonlyMap<string, EvalRecord> {
  const own = means.filter((record) => step === null || record.step === step)
  return new Map(own.map((record) => [`${record.suite} ${record.temperature}`, record]))
}

const scoreOf = ({ step, n, score, low, high }: EvalRecord) => ({ step, n, score, low, high })

export function comparedItems(
  store: Store,
  { places, suite, temperature, filter, kind, skip, limit }: CompareItems,
): ComparedItems {
  const all = places.map((place) => itemsAt(store, place, { suite, temperature }))
  const kept = all.map((items) => items.filter((item) => kind === null || item.kind === kind))
  const rows = rowsOf(kept)
  const fitting = rows.filter((row) => fits(row, filter))
  const [first = []] = kept
  return {
    counts: countsOf(rows),
    rows: fitting.slice(skip, skip + limit),
    more: fitting.length > skip + limit,
    differences: kept.map((items, at) =>
      at === 0 ? null : suiteDifference(first.map(scoredOf), items.map(scoredOf)).mean,
    ),
  }
}

type Measure = { readonly suite: string; readonly temperature: number }

export function itemsAt(
  store: Store,
  { run, step }: ComparePlace,
  { suite, temperature }: Measure,
): EvalItem[] {
  return readEvalItems(store, runKey(store, run), { step, suite, temperature })
}

const nameOf = ({ item, sample }: EvalItem): string => `${sample}:${item}`

/** Answers to the items and samples that every place has. */
function rowsOf(places: readonly (readonly EvalItem[])[]): ComparedRow[] {
  const [first = [], ...others] = places
  const known = others.map((items) => new Map(items.map((item) => [nameOf(item), item])))
  return first.flatMap((item): ComparedRow[] => {
    const found = known.flatMap((byName) => byName.get(nameOf(item)) ?? [])
    if (found.length < known.length) return []
    const { item: id, kind, sample } = item
    return [{ item: id, kind, sample, correct: [item, ...found].map(judged) }]
  })
}

export const judged = ({ correct, undecided }: EvalItem): boolean | null =>
  undecided ? null : correct

const FITS: Readonly<Record<AnswerFilter, (row: ComparedRow) => boolean>> = {
  all: () => true,
  flipped: ({ correct }) => new Set(correct.filter((one) => one !== null)).size > 1,
  right: ({ correct }) => correct.every((one) => one === true),
  wrong: ({ correct }) => correct.every((one) => one === false),
}

const fits = (row: ComparedRow, filter: AnswerFilter): boolean => FITS[filter](row)

function countsOf(rows: readonly ComparedRow[]): ComparedItems['counts'] {
  const count = (filter: AnswerFilter): number => rows.filter((row) => fits(row, filter)).length
  return {
    all: rows.length,
    flipped: count('flipped'),
    right: count('right'),
    wrong: count('wrong'),
  }
}

function scoredOf({ item: id, cluster, kind, sample, correct, undecided }: EvalItem): Scored {
  return { item: { id, cluster, kind }, sample, correct, undecided }
}
