/**
 * Held-out scores of the model that trains, and the change against its start on the same items.
 * Not here: grading (eval/reasoning.ts), statistics (eval/).
 */
import type { EvalItem } from '../contract/history.ts'
import type { SuiteScore, SuiteScores } from '../contract/news.ts'
import type { EvalRecord, EvalTold } from '../contract/run.ts'
import { KINDS } from '../contract/task.ts'
import {
  type GradedAnswer,
  gradeReasoning,
  type ReasoningDeps,
  type ReasoningItem,
  type ReasoningSettings,
} from '../eval/reasoning.ts'
import { evalItems, evalRecords, suiteDifference, suiteScore } from '../eval/scores.ts'

/** One way to measure: a suite at a temperature. */
export type Measure = {
  readonly suite: string
  readonly temperature: number
  readonly items: readonly ReasoningItem[]
}

export type Measured = Measure & { readonly answers: readonly GradedAnswer[] }

export const measureName = ({
  suite,
  temperature,
}: Pick<Measure, 'suite' | 'temperature'>): string =>
  temperature === 0 ? suite : `${suite}@T=${temperature}`

/** Answers of one model to every measure, one after another. */
export async function measureAll(
  measures: readonly Measure[],
  deps: ReasoningDeps,
  settings: Omit<ReasoningSettings, 'temperature'>,
): Promise<Measured[]> {
  const results: Measured[] = []
  const total = measures.reduce((sum, { items }) => sum + items.length, 0)
  let before = 0
  for (const measure of measures) {
    const base = before
    const onProgress = (done: number, rows: number): void =>
      deps.onProgress?.(base + Math.round((done / rows) * measure.items.length), total)
    const { temperature } = measure
    const answers = await gradeReasoning(
      measure.items,
      { ...deps, onProgress },
      { ...settings, temperature },
    )
    results.push({ ...measure, answers })
    before += measure.items.length
  }
  return results
}

/** Scores by name; where the same measure was taken before, with the paired difference to it. */
export function scoresOf(
  after: readonly Measured[],
  before: readonly Measured[] = [],
): SuiteScores {
  return Object.fromEntries(
    after.map((measured): [string, SuiteScore] => {
      const name = measureName(measured)
      const score = suiteScore(measured.answers)
      const old = before.find((other) => measureName(other) === name)
      if (old === undefined) return [name, score]
      const { mean, kinds } = suiteDifference(old.answers, measured.answers)
      return [name, { ...score, difference: mean, kindDifferences: kinds }]
    }),
  )
}

/** settings: those of measureAll, for what stands beside each score. */
export function historyOf(
  step: number,
  measured: readonly Measured[],
  settings: Omit<ReasoningSettings, 'temperature'>,
): { readonly records: EvalRecord[]; readonly items: EvalItem[] } {
  return {
    records: measured.flatMap(({ suite, temperature, answers }) =>
      evalRecords(
        step,
        suite,
        temperature,
        suiteScore(answers),
        toldOf(temperature, answers, settings),
      ),
    ),
    items: measured.flatMap(({ suite, temperature, answers }) =>
      evalItems(step, suite, temperature, answers),
    ),
  }
}

function toldOf(
  temperature: number,
  answers: readonly GradedAnswer[],
  { config, samples, seed }: Omit<ReasoningSettings, 'temperature'>,
): EvalTold {
  return {
    template: config.promptSet,
    topP: 1,
    maxTokens: config.maxResponse,
    samples: temperature === 0 ? 1 : samples,
    seed,
    undecided: answers.filter(({ undecided }) => undecided).length,
  }
}

/** The first `perKind` items of each kind. */
export function firstItems<Item extends ReasoningItem>(
  items: readonly Item[],
  perKind: number,
): Item[] {
  return KINDS.flatMap((kind) => items.filter((item) => item.kind === kind).slice(0, perKind))
}
