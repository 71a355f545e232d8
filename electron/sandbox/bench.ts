/**
 * Measures the sandbox on ordinary programs: throughput, latency, processor time, start and memory.
 * Not here: the programs (workload.ts), showing or judging the figures.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { AppError } from '../contract/errors.ts'
import type { LocalSandbox } from './local.ts'
import { openSandbox } from './open.ts'
import type { SandboxOptions } from './open.ts'
import { ordinaryProgram } from './workload.ts'

export type SandboxFigures = {
  /** Fresh programs with one input each, and always one waiting for a worker that becomes free. */
  readonly programsPerSecond: number
  /** Calls per second with ten inputs in each child. */
  readonly evaluationsPerSecond: number
  /** Round trip of one program, with as many in flight as there are workers. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Processor time of child, zygote and app for one program; null where the system does not tell. */
  readonly cpuMsPerProgram: number | null
  readonly startMs: number
  /** Resident memory of a zygote; null where the system does not tell. */
  readonly rssPerWorkerMb: number | null
  readonly workers: number
  readonly level: number
}

export type BenchOptions = SandboxOptions & {
  /** Fresh programs; a fifth as many children run the batched evaluations. */
  readonly programs?: number
}

/** Throws AppError('sandbox') when a program of the workload does not run: figures of failures mean nothing. */
export async function sandboxBench(options: BenchOptions = {}): Promise<SandboxFigures> {
  const programs = options.programs ?? 2_000
  const started = performance.now()
  const sandbox = await openSandbox(options)
  const startMs = performance.now() - started
  try {
    const { workers } = sandbox.stats()
    const busy = workers * 3
    await inFlight(busy, 64, (at) => runOne(sandbox, -1 - at, 1))
    const fresh = await timed(sandbox, busy, programs, 1)
    const batched = await timed(sandbox, busy, Math.ceil(programs / 5), 10)
    const single = await timed(sandbox, workers, Math.ceil(programs / 2), 1)
    return {
      programsPerSecond: fresh.perSecond,
      evaluationsPerSecond: batched.perSecond * 10,
      p50Ms: quantile(single.latencies, 0.5),
      p99Ms: quantile(single.latencies, 0.99),
      cpuMsPerProgram: fresh.cpuMs === null ? null : fresh.cpuMs / programs,
      startMs,
      rssPerWorkerMb: rssMb(sandbox.stats().pids),
      workers,
      level: sandbox.level,
    }
  } finally {
    await sandbox.close()
  }
}

type Timed = {
  readonly perSecond: number
  readonly latencies: readonly number[]
  readonly cpuMs: number | null
}

async function timed(
  sandbox: LocalSandbox,
  clients: number,
  programs: number,
  inputs: number,
): Promise<Timed> {
  const { pids } = sandbox.stats()
  const cpuBefore = cpuMs(pids)
  const latencies: number[] = []
  const started = performance.now()
  await inFlight(clients, programs, async (at) => {
    const sent = performance.now()
    await runOne(sandbox, at, inputs)
    latencies.push(performance.now() - sent)
  })
  const seconds = (performance.now() - started) / 1_000
  const cpuAfter = cpuMs(pids)
  return {
    perSecond: programs / seconds,
    latencies: latencies.toSorted((a, b) => a - b),
    cpuMs: cpuAfter === null || cpuBefore === null ? null : cpuAfter - cpuBefore,
  }
}

/** Runs tasks 0 to count - 1, as many at a time as there are clients. */
async function inFlight(
  clients: number,
  count: number,
  task: (at: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const client = async () => {
    while (next < count) await task(next++)
  }
  await Promise.all(Array.from({ length: clients }, client))
}

async function runOne(sandbox: LocalSandbox, number: number, inputs: number): Promise<void> {
  const { program, inputs: all } = ordinaryProgram(number)
  const { outcomes } = await sandbox.run({ program, inputs: all.slice(0, inputs) })
  const bad = outcomes.find(({ status }) => status !== 'ok')
  if (bad === undefined) return
  throw new AppError('sandbox', `bench program ${number}: expected ok, found ${bad.status}`)
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** Processor time so far of this process, the zygotes and the children that they have reaped. */
function cpuMs(pids: readonly number[]): number | null {
  const { user, system } = process.cpuUsage()
  const zygotes = trees(pids).flatMap((tree) => tree.map(({ ticks }) => ticks))
  if (zygotes.length === 0) return null
  return (user + system) / 1_000 + zygotes.reduce((sum, ticks) => sum + ticks, 0) * MS_PER_TICK
}

/** The largest process of each tree is the zygote that serves; the others only wait. */
function rssMb(pids: readonly number[]): number | null {
  const sizes = trees(pids).map((tree) => Math.max(...tree.map(({ pages }) => pages)))
  if (sizes.length === 0) return null
  return (sizes.reduce((sum, pages) => sum + pages, 0) / sizes.length) * MB_PER_PAGE
}

/** USER_HZ is 100 and a page is 4 KB wherever the filter's tables apply, but for kernels of 16 and 64 KB pages. */
const MS_PER_TICK = 10
const MB_PER_PAGE = 4_096 / 2 ** 20

type ProcessLine = {
  readonly pid: number
  readonly parent: number
  readonly ticks: number
  readonly pages: number
}

/** Each process with everything below it; empty where there is no /proc. */
function trees(pids: readonly number[]): ProcessLine[][] {
  const all = everyProcess()
  const below = (pid: number): ProcessLine[] =>
    all.filter(({ parent }) => parent === pid).flatMap((one) => [one, ...below(one.pid)])
  return pids.flatMap((top) => {
    const line = all.find(({ pid }) => pid === top)
    return line === undefined ? [] : [[line, ...below(top)]]
  })
}

function everyProcess(): ProcessLine[] {
  try {
    return readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? lineOf(entry) : []))
  } catch {
    return []
  }
}

/** Fields 14 to 17 of proc_pid_stat(5) are its own and its reaped children's ticks, 24 the resident pages. */
function lineOf(pid: string): ProcessLine[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const field = (number: number) => Number(fields[number - 3])
    const ticks = field(14) + field(15) + field(16) + field(17)
    return [{ pid: Number(pid), parent: field(4), ticks, pages: field(24) }]
  } catch {
    return []
  }
}
