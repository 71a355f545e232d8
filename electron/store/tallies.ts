/**
 * Counts per (step, role, kind): heat maps and funnels read these and never the rows behind them.
 * Not here: means (the groups of steps.ts).
 */
import * as v from 'valibot'
import { TALLY_NAMES } from '../contract/history.ts'
import type { Tally } from '../contract/history.ts'
import type { StepRecord } from '../contract/run.ts'
import { count, kind, role, text } from './columns.ts'
import { rejectedBy } from './tasks.ts'
import type { Store } from './store.ts'

export function insertTallies(store: Store, run: number, record: StepRecord): void {
  for (const tally of tallyStep(record)) {
    store.run(
      `INSERT INTO tallies (run, name, step, role, kind, bin, count)
       VALUES (@run, @name, @step, @role, @kind, @bin, @count)`,
      { run, ...tally },
    )
  }
}

type Seen = Omit<Tally, 'step' | 'count'>

export function tallyStep(record: StepRecord): Tally[] {
  const counts = new Map<string, { seen: Seen; count: number }>()
  for (const seen of [...seenInProposals(record), ...seenInEpisodes(record)]) {
    const name = JSON.stringify([seen.name, seen.role, seen.kind, seen.bin])
    const entry = counts.get(name) ?? { seen, count: 0 }
    entry.count += 1
    counts.set(name, entry)
  }
  return [...counts.values()].map((entry) => ({
    step: record.step,
    ...entry.seen,
    count: entry.count,
  }))
}

function* seenInProposals(record: StepRecord): Generator<Seen> {
  for (const proposal of record.proposals) {
    const of = { role: 'propose', kind: proposal.kind } as const
    if (proposal.solveRate !== null) {
      yield { ...of, name: 'solveRate', bin: proposal.solveRate.toFixed(3) }
    }
    const refusal = rejectedBy(proposal)
    if (refusal !== null) yield { ...of, name: 'rejectedBy', bin: refusal }
  }
}

function* seenInEpisodes(record: StepRecord): Generator<Seen> {
  const rates = new Map(record.proposals.map(({ task, solveRate }) => [task?.id, solveRate]))
  for (const episode of record.episodes) {
    const of = { role: episode.role, kind: episode.kind }
    const rate = episode.purpose === 'attempt' ? (rates.get(episode.task ?? '') ?? null) : null
    if (rate !== null && episode.correct !== null) {
      yield { ...of, name: 'attempts', bin: `${rate.toFixed(1)}/${episode.correct ? 1 : 0}` }
    }
    if (episode.trained) yield { ...of, name: 'advantage', bin: halves(episode.advantage) }
    if (episode.status !== null) yield { ...of, name: 'status', bin: episode.status }
    yield { ...of, name: 'reward', bin: episode.reward.toFixed(2) }
  }
}

/** Within -3 and 3. */
function halves(value: number): string {
  return (Math.round(Math.max(-3, Math.min(3, value)) * 2) / 2 + 0).toFixed(1)
}

const Row = v.object({
  step: count,
  role,
  kind,
  name: v.picklist(TALLY_NAMES),
  bin: text,
  count,
})

/** Of one name, in order of steps, after a step up to another. */
export function readTallies(
  store: Store,
  run: number,
  name: Tally['name'],
  afterStep: number,
  lastStep: number = Number.MAX_SAFE_INTEGER,
): Tally[] {
  return store.all(
    `SELECT step, role, kind, name, bin, count FROM tallies
     WHERE run = ? AND name = ? AND step > ? AND step <= ? ORDER BY step, role, kind, bin`,
    Row,
    [run, name, afterStep, lastStep],
  )
}
