/**
 * Rules over a history of a million stored episodes: time, memory, progress, calling it off; and what watching the new
 * episodes of a step costs. By hand: `node test/bench/scan.ts [EPISODES]`. One JSON object per figure.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, cpuUsage, memoryUsage, stdout } from 'node:process'
import { createTurns } from '../../electron/host/pace.ts'
import { startRun } from '../../electron/host/recorder.ts'
import { readQueue } from '../../electron/host/review-queue.ts'
import { openSampleRun, SAMPLE_RUN } from '../../electron/host/sample-run.ts'
import { withSignals } from '../../electron/host/sandbox-watch.ts'
import { scanRun, watchStep } from '../../electron/host/scan.ts'
import { createMonitor } from '../../electron/safety/monitor.ts'
import { readEpisodes } from '../../electron/store/episodes.ts'
import { openStore } from '../../electron/store/open.ts'
import { runKey } from '../../electron/store/runs.ts'
import { readSteps } from '../../electron/store/steps.ts'
import type { Store } from '../../electron/store/store.ts'
import { fakeRun } from '../fakes/history.ts'
import { plantedTraces, traceOf } from '../unit/safety/planted.ts'

const RUN = 'bench-scan'
const PER_STEP = 1_000
const steps = Math.ceil(Number(argv[2] ?? 1_000_000) / PER_STEP)
const planted = plantedTraces()
const MIB = 2 ** 20

const say = (name: string, value: number, unit: string): void =>
  void stdout.write(`${JSON.stringify({ name, value: Math.round(value * 100) / 100, unit })}\n`)
const cpuSeconds = (): number => (cpuUsage().user + cpuUsage().system) / 1e6

/** Planted traces again and again: about 250 characters each, one in twelve of them a trace of the unsafe half. */
function fill(store: Store): void {
  const numbers = new Uint8Array(Float32Array.from({ length: 60 }, (_, at) => -at / 60).buffer)
  const benign = planted.filter(({ unsafe }) => !unsafe)
  const unsafe = planted.filter((row) => row.unsafe)
  for (let step = 0; step < steps; step += 1) {
    store.transaction('filling', () => {
      store.run(`INSERT INTO steps VALUES (1, ?, 0, 1, 0, 0, 0, ?, 0)`, [step, PER_STEP])
      store.run(
        `INSERT INTO prompts (key, run, step, version, prompt, tokens) VALUES (?, 1, ?, 'x', ?, ?)`,
        [step + 1, step, 'Write one more task like these: def f(x): return x', numbers],
      )
      for (let at = 0; at < PER_STEP; at += 1) {
        const rows = at % 12 === 0 ? unsafe : benign
        const row = rows[(step * 31 + at) % rows.length]
        if (row === undefined) continue
        store.run(
          `INSERT INTO episodes (run, step, id, role, kind, purpose, task, prompt, status, correct, reward,
             advantage, trained, stop_reason, seed, tokens, first_line)
           VALUES (1, ?, ?, ?, ?, ?, NULL, ?, 'ok', NULL, 0, 0, 1, 'stop', 0, 60, '')`,
          [
            step,
            `${step}/${row.role}/${row.kind}/${at}`,
            row.role,
            row.kind,
            row.role === 'propose' ? 'propose' : 'attempt',
            step + 1,
          ],
        )
        store.run(
          `INSERT INTO episode_text (episode, response, tokens, logprobs, outcomes, reward_parts, shown)
           VALUES (last_insert_rowid(), ?, ?, ?, '[]', '{}', '[]')`,
          [row.response, numbers, numbers],
        )
      }
    })
  }
}

function watchCost(): void {
  const monitor = createMonitor()
  const traces = Array.from({ length: PER_STEP }, (_, at) => {
    const row = planted[at % planted.length]
    if (row === undefined) throw new TypeError('expected a planted trace')
    return { ...traceOf(row), id: `${at}` }
  })
  let best = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 8; turn += 1) {
    const before = cpuSeconds()
    monitor.watch(traces)
    if (turn === 0)
      say('watching 1,000 new episodes, first', (cpuSeconds() - before) * 1e3, 'ms CPU')
    best = Math.min(best, cpuSeconds() - before)
  }
  say('watching 1,000 new episodes, warm', best * 1e3, 'ms CPU')
}

/** How long whoever shares the process waits for its turn, whatever else the machine does. */
function cpuOfTurns() {
  const spent: number[] = []
  let last = cpuSeconds()
  let next = setImmediate(turn)
  function turn(): void {
    const now = cpuSeconds()
    spent.push(now - last)
    last = now
    next = setImmediate(turn)
  }
  return {
    end: () => {
      clearImmediate(next)
      const sorted = spent.toSorted((a, b) => a - b)
      return (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
    },
  }
}

async function scanCost(store: Store): Promise<void> {
  const monitor = createMonitor()
  const before = cpuSeconds()
  const begun = performance.now()
  const parts: number[] = []
  let told = 0
  const turns = cpuOfTurns()
  const onProgress = (done: number, total: number): void => {
    told += 1
    const part = Math.floor((done / total) * 8)
    parts[part] = memoryUsage().rss / MIB
  }
  const scanned = await scanRun(store, RUN, monitor, { onProgress, turns: createTurns() })
  const spent = turns.end()
  say('scan: episodes', scanned.episodes, 'episodes')
  say('scan: suggested', scanned.suggested, 'episodes')
  say('scan: CPU', cpuSeconds() - before, 's')
  say('scan: elapsed', (performance.now() - begun) / 1e3, 's')
  say('scan: progress told', told, 'times')
  for (const [share, name] of [
    [0.5, 'p50'],
    [0.99, 'p99'],
    [1, 'longest'],
  ] as const) {
    say(`scan: others in the process wait, ${name}`, spent(share) * 1e3, 'ms CPU')
  }
  for (const [part, rss] of parts.entries()) say(`scan: memory after ${part}/8`, rss, 'MiB')
}

async function cancelCost(store: Store): Promise<void> {
  const abort = new AbortController()
  let at = 0
  const onProgress = (done: number): void => {
    if (done < 2_000 || abort.signal.aborted) return
    at = performance.now()
    abort.abort()
  }
  const options = { signal: abort.signal, onProgress, again: true }
  await scanRun(store, RUN, createMonitor(), options).catch(() => undefined)
  say('scan: from cancel to end', performance.now() - at, 'ms')
}

function queueCost(store: Store): void {
  for (const source of ['suggested', 'random', 'stratified', 'newest'] as const) {
    const before = cpuSeconds()
    const request = { run: RUN, source, filter: {}, seed: 1, limit: 100, unrated: true } as const
    const items = readQueue(store, 'me', request)
    say(`queue ${source} of ${items.length}`, (cpuSeconds() - before) * 1e3, 'ms CPU')
  }
}

/** Each step of the finished run that comes with the workbench, watched and kept as its trainer does, by its time. */
function watchShare(store: Store): void {
  const run = openSampleRun(store, SAMPLE_RUN)
  const key = runKey(store, run)
  const monitor = createMonitor()
  const shares: number[] = []
  for (const { step, seconds, episodes: count } of readSteps(store, key, -1, 10_000)) {
    const episodes = readEpisodes(store, key, step)
    if (episodes.length === 0 || episodes.length < count) continue
    const before = cpuSeconds()
    watchStep(store, run, monitor, step, withSignals({ episodes, proposals: [] }, new Map()))
    shares.push((cpuSeconds() - before) / seconds)
  }
  const sorted = shares.toSorted((a, b) => a - b)
  say('watching a step of the sample run: steps', sorted.length, 'steps')
  say('watching a step of the sample run, median', 100 * (sorted[sorted.length >> 1] ?? 0), '%')
  say('watching a step of the sample run, most', 100 * (sorted.at(-1) ?? 0), '%')
}

const folder = mkdtempSync(join(tmpdir(), 'kelvin-bench-'))
try {
  watchCost()
  const other = await openStore(join(folder, 'sample.db'))
  watchShare(other)
  other.close()
  const store = await openStore(join(folder, 'kelvin.db'))
  startRun(store, fakeRun(RUN), { now: () => 1, pid: 1 })
  const before = cpuSeconds()
  fill(store)
  say('filling', cpuSeconds() - before, 's CPU')
  await scanCost(store)
  await cancelCost(store)
  queueCost(store)
  store.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
