/**
 * Every screen of the workbench with an address and what shows that it is there.
 */
import { journalPath } from '../../electron/host/eval-journal.ts'
import { evaluationId } from '../../electron/host/eval-record.ts'
import { RUNS } from './seed.ts'

export type Place = {
  readonly name: string
  readonly address: string
  /** A text that is on the page once its data is there. */
  readonly ready: string
}

const run = `run=${RUNS.long}`
const TASK = 4
/** Where the long run began, greedily on a public suite. */
const START = evaluationId(
  journalPath('', 'humaneval', { label: `${RUNS.long}@0`, temperature: 0 }),
)

/** Of the long run, with the task and the trace of a step. */
export const placesAt = (step: number): readonly Place[] => [
  { name: 'runs', address: `#/runs?${run}`, ready: 'Progress by phase' },
  { name: 'new-run', address: `#/new?from=${RUNS.short}`, ready: 'Differs from the preset' },
  { name: 'live', address: `#/live?${run}`, ready: 'Solver reward' },
  { name: 'tasks', address: `#/tasks?${run}`, ready: 'rows loaded' },
  {
    name: 'task',
    address: `#/task?${run}&id=${step}%2Finduction%2F${TASK}`,
    ready: 'Inputs and outputs',
  },
  {
    name: 'trace',
    address: `#/trace?${run}&episode=${step}%2Fpropose%2Finduction%2F${TASK}`,
    ready: 'Parts of the reward',
  },
  {
    name: 'compare',
    address: `#/compare?${run}&runs=${RUNS.short}%2C${RUNS.long}`,
    ready: 'Items that flipped',
  },
  { name: 'models', address: `#/models?${run}`, ready: 'Talk to it' },
  { name: 'evaluate', address: `#/evaluate?${run}`, ready: 'not judged' },
  { name: 'answers', address: `#/evaluate?${run}&tab=answers`, ready: 'Verdict' },
  {
    name: 'answer',
    address: `#/trace?${run}&evaluation=${START}&item=HumanEval%2F1&sample=0`,
    ready: 'Read as',
  },
  { name: 'pass-at-k', address: `#/evaluate?${run}&tab=passAtK`, ready: 'pass@k: HumanEval' },
  { name: 'reported', address: `#/evaluate?${run}&tab=reported`, ready: 'AceCoder-RM' },
  { name: 'suites', address: `#/evaluate?${run}&tab=suites`, ready: 'OlympiadBench' },
  { name: 'review', address: `#/review?${run}&source=newest`, ready: 'Your rating' },
  { name: 'review-flags', address: `#/review?${run}&tab=flags`, ready: 'reward hacking' },
  { name: 'logs', address: `#/logs?${run}`, ready: 'Copy all' },
  { name: 'settings', address: `#/settings?${run}`, ready: 'Shortcuts' },
]
