/**
 * Time and counts of a run while it runs: what progress lines and the summary say.
 * Time spent measuring is kept apart from time spent training.
 */
import type { StepNews, TrainSummary } from '../contract/news.ts'
import { type Phase, PHASES, type StepRecord } from '../contract/run.ts'
import type { LoopState } from '../selfplay/state.ts'

type Counts = Pick<
  TrainSummary,
  | 'tasksProposed'
  | 'tasksValid'
  | 'attempts'
  | 'tasksSolved'
  | 'seconds'
  | 'secondsPerStep'
  | 'tokensPerSecond'
  | 'peakMemoryBytes'
  | 'phaseSeconds'
>

export type Tally = {
  /** Planned steps as last told. */
  readonly steps: () => number
  readonly evaluating: <T>(work: () => Promise<T>) => Promise<T>
  readonly step: (record: StepRecord, state: LoopState, steps: number) => StepNews
  /** How many steps fit into so many minutes, from the pace of the first ones. */
  readonly stepsFor: (minutes: number, done: number) => number
  readonly summary: (state: LoopState) => Counts
}

type Sums = { steps: number; taken: number; tokens: number; readonly phases: Record<Phase, number> }

/** peakMemory: bytes. */
export function createTally(
  planned: number,
  peakMemory: () => number,
  clock: () => number = () => performance.now(),
): Tally {
  const started = clock()
  const phases = { propose: 0, validate: 0, solve: 0, verify: 0, update: 0, evaluate: 0 }
  const sums: Sums = { steps: planned, taken: 0, tokens: 0, phases }
  const elapsed = (): number => (clock() - started) / 1000
  return {
    steps: () => sums.steps,
    evaluating: async (work) => {
      const from = clock()
      try {
        return await work()
      } finally {
        phases.evaluate += (clock() - from) / 1000
      }
    },
    step: (record, state, total) => {
      addStep(sums, record, total)
      return stepNews(sums, record, state, elapsed())
    },
    stepsFor: (minutes, done) => {
      // The final measurement takes about as long as the first.
      const left = minutes * 60 - elapsed() - phases.evaluate
      return done + Math.max(1, Math.floor(left / Math.max(1e-9, pace(sums))))
    },
    summary: ({ counters }) => ({
      tasksProposed: counters.proposed,
      tasksValid: counters.valid,
      attempts: counters.attempted,
      tasksSolved: counters.solved,
      seconds: elapsed(),
      secondsPerStep: pace(sums),
      tokensPerSecond: tokenRate(sums),
      peakMemoryBytes: peakMemory(),
      phaseSeconds: { ...phases },
    }),
  }
}

function addStep(sums: Sums, record: StepRecord, total: number): void {
  sums.steps = total
  for (const phase of PHASES) sums.phases[phase] += record.phaseSeconds[phase]
  if (record.step > 0) sums.taken += 1
  sums.tokens += record.metrics['sampled/tokens'] ?? 0
}

function stepNews(
  sums: Sums,
  record: StepRecord,
  { counters }: LoopState,
  seconds: number,
): StepNews {
  return {
    step: record.step,
    steps: sums.steps,
    seconds,
    secondsLeft: pace(sums) * (sums.steps - record.step),
    tasksProposed: counters.proposed,
    tasksValid: counters.valid,
    attempts: counters.attempted,
    tasksSolved: counters.solved,
    tokensPerSecond: tokenRate(sums),
    metrics: record.metrics,
  }
}

/** Seconds of all phases but measuring. */
function training({ phases }: Sums): number {
  return PHASES.reduce((sum, phase) => sum + (phase === 'evaluate' ? 0 : phases[phase]), 0)
}

const pace = (sums: Sums): number => training(sums) / Math.max(1, sums.taken)

const tokenRate = (sums: Sums): number => sums.tokens / Math.max(1e-9, training(sums))
