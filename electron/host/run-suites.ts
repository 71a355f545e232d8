/**
 * Suites that a run measures of itself every so many steps besides the two that ship: public ones, first items only.
 * Not here: the probe of nano models (run-measure.ts), evaluations on request (evaluate.ts).
 */
import { join } from 'node:path'
import type { RunConfig } from '../contract/config.ts'
import type { SuiteScores } from '../contract/news.ts'
import { type NotedItem, runSuite, type SuiteAnswer } from '../eval/runner.ts'
import { evalItems, evalRecords, suiteScore } from '../eval/scores.ts'
import { readModelConfig } from '../model/adapter-folder.ts'
import { type Chosen, scoreOf, TEMPLATE_OF } from './evaluate-suite.ts'
import { limited, suiteOf } from './evaluate-suites.ts'
import type { Tally } from './run-tally.ts'
import { chosenFolder } from './suites-folder.ts'
import type { Run } from './training-run.ts'

const SEED = 1

/** What there is to measure, and what the weights that the run began with answered. */
export type Schedule = {
  readonly suites: readonly Chosen[]
  readonly before: Map<string, readonly SuiteAnswer[]>
}

/** Read once, before the first step: a missing or wrong file is told at once. */
export async function openSchedule(
  home: string,
  { evalSuites, evalItems: items }: RunConfig,
): Promise<Schedule> {
  const folder = chosenFolder(home, Date.now) ?? join(home, 'benchmarks')
  const suites: Chosen[] = []
  for (const name of evalSuites) {
    const benchmark = suiteOf(name, null)
    const { questions, files } = await benchmark.load(folder)
    suites.push({ benchmark, files, questions: limited(questions, items) })
  }
  return { suites, before: new Map() }
}

/** Greedy answers of the weights as they are, recorded and told with their change since the first time. */
export async function measureSchedule(
  run: Run,
  { suites, before }: Schedule,
  step: number,
  tally: Tally,
): Promise<SuiteScores | null> {
  if (suites.length === 0) return null
  const scores: [string, SuiteScores[string]][] = []
  for (const chosen of suites) {
    const answers = await tally.evaluating(() => measureOne(run, chosen, step))
    const { id } = chosen.benchmark
    const known = before.get(id)
    if (known === undefined) before.set(id, answers)
    scores.push([id, scoreOf({ answers }, known === undefined ? undefined : { answers: known })])
  }
  const found = Object.fromEntries(scores)
  run.options.onNews({ type: 'eval', step, suites: found })
  return found
}

async function measureOne(
  run: Run,
  { benchmark, questions }: Chosen,
  step: number,
): Promise<SuiteAnswer[]> {
  const { plan, client, codec, sandbox, options, place } = run
  const { config } = plan
  const noted: NotedItem[] = []
  const template = TEMPLATE_OF[config.promptSet]
  const maxTokens = benchmark.sampling.maxTokens ?? config.maxResponse
  const settings = { temperature: 0, topP: 1, maxTokens, samples: 1, seed: SEED }
  const { maxPositions: context } = await readModelConfig(plan.model)
  const answers = await runSuite(
    questions,
    { ...settings, suite: benchmark.id, context },
    {
      sampler: await client.saveWeightsForSampler(),
      codec,
      sandbox,
      config,
      template,
      signal: options.signal,
      journal: kept(noted),
      now: () => performance.now(),
      onProgress: ({ done, total }) =>
        options.onNews({ type: 'phase', step, phase: 'evaluate', done, total }),
    },
  )
  const score = suiteScore(answers)
  const told = { ...settings, template, undecided: score.undecided }
  const byId = new Map(questions.map((question) => [question.id, question]))
  const items = noted.flatMap(({ item: id, answers: own }) => {
    const item = byId.get(id)
    return item === undefined ? [] : own.map((answer, sample) => ({ ...answer, item, sample }))
  })
  place.recorder.evals(
    evalRecords(step, benchmark.id, 0, score, told),
    evalItems(step, benchmark.id, 0, items),
  )
  return answers
}

/** Between two steps there is nothing to go on with: a measurement that was cut short is taken again. */
const kept = (noted: NotedItem[]) => ({
  // oxlint-disable-next-line typescript/require-await -- an array as an async source
  async *read() {
    yield* noted
  },
  append: (items: readonly NotedItem[]) => Promise.resolve(void noted.push(...items)),
})
