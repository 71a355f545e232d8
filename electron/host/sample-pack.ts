/**
 * A finished run as the file that ships with the workbench: every number of every step, and tasks and traces of as
 * many steps as fit. Steps are left out whole, and the file says which: nothing in it is changed or made up.
 * Not here: opening it (sample-run.ts).
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { AppError } from '../contract/errors.ts'
import { TALLY_NAMES } from '../contract/history.ts'
import type { EvalItem, RunRow } from '../contract/history.ts'
import type { ProposalRecord, StepRecord } from '../contract/run.ts'
import { encode } from '../contract/wire.ts'
import { readEvalItems, readEvals } from '../store/evals.ts'
import type { KeptStep } from '../store/restore.ts'
import { readRun, runKey } from '../store/runs.ts'
import { readLastStep, readStepRow } from '../store/steps.ts'
import type { Store } from '../store/store.ts'
import { readTallies } from '../store/tallies.ts'
import { readStepRecord } from './history.ts'
import { NANO_MODEL } from './models.ts'
import { EMBEDDED, SAMPLE_FILE } from './sample-run.ts'
import type { Head } from './sample-run.ts'

export type Packed = {
  readonly file: string
  readonly bytes: number
  /** Tasks and traces of one step in so many, and of the first and the last. */
  readonly every: number
}

/** Into folder, at most so many bytes. */
export function packRun(store: Store, id: string, folder: string, maxBytes: number): Packed {
  const run = readRun(store, id)
  if (run.state !== 'finished') {
    throw new AppError('usage', `run ${id}: expected a finished one, found it ${run.state}`)
  }
  const last = readLastStep(store, runKey(store, id))?.step ?? 0
  const { bytes, every } = packedWithin(maxBytes, last, (every) => linesOf(store, run, last, every))
  mkdirSync(folder, { recursive: true })
  const file = join(folder, SAMPLE_FILE)
  writeFileSync(file, bytes)
  return { file, bytes: bytes.length, every }
}

function packedWithin(
  maxBytes: number,
  last: number,
  linesOfEvery: (every: number) => string[],
  every = 1,
): { readonly bytes: Uint8Array; readonly every: number } {
  const bytes = gzipSync(linesOfEvery(every).join('\n'), { level: 9 })
  if (bytes.length <= maxBytes) return { bytes, every }
  if (every > last) {
    throw new AppError('usage', `expected room for ${bytes.length} bytes, found ${maxBytes}`)
  }
  return packedWithin(maxBytes, last, linesOfEvery, sparser(every, bytes.length / maxBytes))
}

/** Never too sparse: what is there of every step only adds to what has to go. */
const sparser = (every: number, tooLarge: number): number =>
  Math.max(every + 1, Math.floor(every * tooLarge))

function linesOf(store: Store, run: RunRow, last: number, every: number): string[] {
  const isWhole = (step: number): boolean => step % every === 0 || step === last
  const steps = Array.from({ length: last + 1 }, (_, step) => step)
  const wanted = new Set(
    steps.filter(isWhole).flatMap((step) => namedIn(readStepRecord(store, run.id, step))),
  )
  return [
    encode(headOf(store, run, every)),
    ...steps.flatMap((step) => {
      const kept = keptStep(store, run.id, step, isWhole(step) ? null : wanted)
      return kept === null ? [] : [encode(kept)]
    }),
  ]
}

function headOf(store: Store, run: RunRow, every: number): Head {
  const key = runKey(store, run.id)
  const evals = readEvals(store, key)
  const places = new Map(evals.map((one) => [`${one.step}/${one.suite}/${one.temperature}`, one]))
  // The tokens of so many answers would take the room of whole steps.
  const items = [...places.values()].flatMap((place): EvalItem[] =>
    readEvalItems(store, key, place).map((item) => ({ ...item, tokens: null, logprobs: null })),
  )
  const { proposed: _, valid: _valid, tokens: _tokens, seconds: _seconds, ...own } = run
  const path = run.model.path === NANO_MODEL ? EMBEDDED : lastPart(run.model.path)
  const note =
    every === 1
      ? 'A finished run that ships with Kelvin, whole but for its checkpoints and the tokens of its evaluations.'
      : `A finished run that ships with Kelvin: all of its curves and scores, and the tasks and traces of one step in ${every}; no checkpoints and no tokens of evaluations.`
  return { run: { ...own, model: { ...run.model, path } }, evals, items, note }
}

/** Paths of this machine are nobody's business; another checkout's embedded model is the embedded one too. */
function lastPart(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? EMBEDDED
}

/** Tasks that a step's episodes work on or were shown. */
function namedIn(record: StepRecord | null): string[] {
  return (record?.episodes ?? []).flatMap(({ task, references }) => [
    ...(task === null ? [] : [task]),
    ...references,
  ])
}

/** wanted: of a step that is left out, the tasks that other steps name; null: everything. */
function keptStep(
  store: Store,
  id: string,
  step: number,
  wanted: ReadonlySet<string> | null,
): KeptStep | null {
  const run = runKey(store, id)
  const whole = readStepRecord(store, id, step)
  const found = readStepRow(store, run, step)
  if (whole === null || found === undefined) return null
  const { metrics: _, phaseSeconds: _phases, warnings: _warnings, ...row } = found
  const tallies = TALLY_NAMES.flatMap((name) => readTallies(store, run, name, step - 1, step))
  if (wanted === null) return { record: whole, row, tallies }
  const proposals = whole.proposals.flatMap((proposal): ProposalRecord[] =>
    wanted.has(proposal.task?.id ?? '') ? [{ ...proposal, episode: null }] : [],
  )
  return { record: { ...whole, proposals, episodes: [] }, row, tallies }
}
