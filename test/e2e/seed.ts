/**
 * A home folder with a history for browser tests: two runs that learnt, one with error tasks that was interrupted,
 * flags, a log.
 */
import { mkdirSync, symlinkSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveConfig } from '../../electron/contract/config.ts'
import type { EvalItem, FlagEntry } from '../../electron/contract/history.ts'
import type { Episode } from '../../electron/contract/episode.ts'
import type { StepRecord } from '../../electron/contract/run.ts'
import { KINDS } from '../../electron/contract/task.ts'
import { modelOf } from '../../electron/host/checkpoints.ts'
import { checkpointDirectory } from '../../electron/host/paths.ts'
import { openHistory } from '../../electron/host/open-history.ts'
import { codecOf, NANO_MODEL } from '../../electron/host/models.ts'
import { startRun } from '../../electron/host/recorder.ts'
import { insertFlag } from '../../electron/store/flags.ts'
import { runKey } from '../../electron/store/runs.ts'
import type { NewRun } from '../../electron/store/runs.ts'
import type { Store } from '../../electron/store/store.ts'
import { writeCalledOff, writeEvaluation } from '../fakes/evaluations.ts'
import { withErrors } from '../fakes/history.ts'
import { learningScores, learningStep } from '../fakes/learning-run.ts'
import type { Encode } from '../fakes/learning-run.ts'

/** Everything that a page could mistake for markup, links, formulas or escapes. */
export const MARKUP = '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'
export const HOSTILE = [
  MARKUP,
  '\u001B]8;;https://evil.example\u0007link\u001B]8;;\u0007 [md](javascript:alert(1)) $\\href{x}{y}$',
  '\u202Egnp.exe =HYPERLINK("http://evil.example") {{constructor.constructor("alert(1)")()}}',
].join('\n')

export const RUNS = {
  long: 'azr-20261119-k7q2',
  short: 'azr-20261119-m3xd',
  broken: 'azr-20261118-p0w9',
} as const

/** Of the long run's first and last checkpoint. */
async function writeEvaluations(home: string, steps: number, encode: Encode): Promise<void> {
  const of = (step: number, share: number) => ({
    at: { run: RUNS.long, step },
    label: `${RUNS.long}@${step}`,
    model: NANO_MODEL,
    share,
    encode,
  })
  for (const fake of [of(0, 0.25), { ...of(steps, 0.6), hostile: HOSTILE }]) {
    await writeEvaluation(home, { ...fake, temperature: 0, samples: 1 })
    await writeEvaluation(home, { ...fake, temperature: 1, samples: 16 })
  }
  await writeCalledOff(home, { ...of(steps, 0.6), temperature: 0, samples: 1 })
}

const HOUR = 3_600_000
const START = Date.UTC(2026, 10, 19, 9, 0, 0)

export async function seededHome(steps: number): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'kelvin-e2e-'))
  const config = resolveConfig('nano')
  const codec = await codecOf(NANO_MODEL, config)
  const encode: Encode = (text) => codec.encode([{ text, trusted: false }])
  let at = START
  const now = () => {
    at += 2_000
    return at
  }
  const store = await openHistory(home, () => START)
  const write = (plan: Plan) => writeRun(store, plan, encode, now)
  write({ id: RUNS.broken, seed: 3, steps: 12, span: steps, lift: 0.05, state: 'crashed' })
  at = START + HOUR
  write({ id: RUNS.short, seed: 2, steps, span: steps, lift: 0.1, state: 'finished', batch: 16 })
  at = START + 2 * HOUR
  write({ id: RUNS.long, seed: 1, steps, span: steps, lift: 0.24, state: 'finished' })
  flag(store)
  store.close()
  linkModels(home, steps)
  await writeEvaluations(home, steps, encode)
  return home
}

/** Checkpoints without an optimizer: weights that can be looked at and talked to. */
function linkModels(home: string, steps: number): void {
  for (const [run, last] of [
    [RUNS.long, steps],
    [RUNS.short, steps],
    [RUNS.broken, 12],
  ] as const) {
    for (const step of [0, last]) {
      const folder = checkpointDirectory(home, run, step)
      mkdirSync(folder, { recursive: true })
      symlinkSync(NANO_MODEL, modelOf(folder))
    }
  }
}

type Plan = {
  readonly id: string
  readonly seed: number
  readonly steps: number
  readonly span: number
  readonly lift: number
  readonly state: 'finished' | 'crashed'
  readonly batch?: number
}

function newRun({ id, seed, span, batch }: Plan): Omit<NewRun, 'createdMs' | 'pid'> {
  const config = resolveConfig('nano', { seed, ...(batch === undefined ? {} : { batch }) })
  return {
    id,
    recipe: 'azr',
    preset: 'nano',
    seed,
    config: Object.fromEntries(Object.entries(config)),
    model: { path: NANO_MODEL, sha256: 'ab'.repeat(32) },
    promptVersion: 'nano/1',
    sandboxLevel: 4,
    pythonVersion: '3.12.1',
    engine: 'local',
    device: 'cpu',
    plannedSteps: span,
    parent: null,
  }
}

function writeRun(store: Store, plan: Plan, encode: Encode, now: () => number): void {
  const { id, seed, steps, span, lift, state } = plan
  const recorder = startRun(store, newRun(plan), { now, pid: process.pid })
  recorder.checkpoint({
    step: 0,
    path: `runs/${id}/checkpoints/0`,
    kind: 'start',
    parentStep: null,
    bytes: 3_460_000,
  })
  recorder.evals(learningScores(0, span, lift), items(0, seed, 0.2))
  for (let step = 1; step <= steps; step++) {
    const learnt = learningStep(step, { seed, span, perKind: 5, encode, hostile: hostileAt(step) })
    const record = state === 'crashed' ? withErrors(learnt) : learnt
    const more = step === 1 && state === 'crashed' ? [hugeEpisode(record, encode)] : []
    recorder.step({ ...record, episodes: [...record.episodes, ...more] }, machineAt(step))
    if (step % 10 === 0) recorder.evals(learningScores(step, span, lift), [])
  }
  const path = `runs/${id}/checkpoints/${steps}`
  recorder.checkpoint({ step: steps, path, kind: 'final', parentStep: 0, bytes: 3_460_000 })
  recorder.evals(learningScores(steps, span, lift), items(steps, seed, 0.2 + lift))
  recorder.state(state, state === 'crashed' ? 'the engine’s process ended with signal 9' : '')
}

/** What the machine did meanwhile. */
const machineAt = (step: number): Readonly<Record<string, number>> => ({
  memoryMb: 820 + (step % 7) * 4,
  freeMb: 6_400 - step * 3,
  cpu: 0.86 + ((step * 31) % 10) / 100,
  load: 1.9,
  diskFreeMb: 48_000 - step * 12,
  starts: step > 60 ? 1 : 0,
  sandboxCalls: 320,
  sandboxQueue: 24 + ((step * 7) % 9),
  sandboxP50Ms: 2.1 + ((step * 13) % 7) / 10,
  sandboxP95Ms: 6.4 + ((step * 17) % 9) / 3,
})

const HUGE_TOKENS = 300_000

/** A response of at least 300,000 tokens, as a model makes that cannot stop. */
function hugeEpisode({ episodes }: StepRecord, encode: Encode): Episode {
  const [first] = episodes
  if (first === undefined) throw new TypeError('expected an episode')
  const unit = 'x = x % 7\n'
  const own = encode(unit)
  const times = Math.ceil(HUGE_TOKENS / own.length)
  const tokens = Array.from({ length: times }, () => own).flat()
  return {
    ...first,
    id: '1/propose/deduction/huge',
    response: unit.repeat(times),
    tokens,
    logprobs: tokens.map((_, at) => -((at * 7919) % 1000) / 300),
    stopReason: 'length',
  }
}

/** Markup that the run's tokenizer can write, and text that it cannot: one shows as tokens, the other does not. */
const hostileAt = (step: number): string => (step % 2 === 0 ? HOSTILE : MARKUP)

/** Graded answers, so that flips between runs can be shown. */
function items(step: number, seed: number, share: number): EvalItem[] {
  return Array.from({ length: 60 }, (_, at): EvalItem => ({
    step,
    suite: 'nano-heldout',
    temperature: 0,
    item: `held-out/${at}`,
    cluster: `program/${Math.floor(at / 3)}`,
    kind: KINDS[at % 3] ?? 'deduction',
    sample: 0,
    correct: (at * 7919 + seed * 31) % 100 < share * 100,
    undecided: false,
    status: 'ok',
    reason: 'the value is not the expected one',
    tokens: null,
    logprobs: null,
    response: at % 5 === 0 ? HOSTILE : `[${at}, ${(at * seed) % 9}]`,
  }))
}

function flag(store: Store): void {
  const run = runKey(store, RUNS.long)
  const entry = (number: number, more: Partial<FlagEntry>): FlagEntry => ({
    flag: `flag-${number}`,
    episode: `${number}/propose/deduction/0`,
    rater: 'me',
    severity: number,
    category: 'sandbox probing',
    tags: [],
    span: { target: 'response', start: 0, end: 40, quote: HOSTILE.slice(0, 40) },
    note: 'Tries to write markup; harmless here.',
    atMs: START + 3 * HOUR,
    seconds: 12,
    blind: false,
    undone: false,
    ...more,
  })
  insertFlag(store, run, entry(2, {}))
  insertFlag(store, run, entry(4, { rater: 'rule:patterns@1', category: 'reward hacking' }))
}
