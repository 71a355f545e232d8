/**
 * Opens the local sandbox: finds Python, takes the best way in that works, proves it by canaries, fills two pools.
 * Where that gives no isolation, or there is no Python, a hidden page of a browser does it (pyodide/).
 * Not here: the contract (sandbox.ts), queues (pool.ts), what a request means (local.ts).
 */
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError, messageOf } from '../contract/errors.ts'
import { linuxPlans } from './launch.ts'
import type { Launch, Plan } from './launch.ts'
import { layBait, requireLevel, selfTest } from './level.ts'
import type { Bait, SelfTest } from './level.ts'
import { DEFAULT_LIMITS, resolveLimits } from './limits.ts'
import { LocalSandbox } from './local.ts'
import { Pool } from './pool.ts'
import { pageSource } from './pyodide/find-page.ts'
import type { PageSource } from './pyodide/line.ts'
import { openPageSandbox } from './pyodide/open.ts'
import { findPython, onPath, pythonAt } from './python.ts'
import type { Limits, SandboxEngine } from './sandbox.ts'
import type { Server } from './server.ts'
import { readyOf, startZygote } from './zygote.ts'
import type { Ready } from './zygote.ts'

export type SandboxOptions = {
  /** Children at a time; default: the cores that this process may use. */
  readonly workers?: number
  /** Path of a python3; default: the first on PATH that serves. */
  readonly python?: string
  readonly limits?: Partial<Limits>
  /** The folder of zygote.py, when it is not beside the sources. */
  readonly resources?: string
  /** Ways to start a zygote, best first. Fewer layers give a lower level, because the self-test sees it. */
  readonly plans?: readonly Plan[]
  /** Default: processes where they are isolated, else a page. */
  readonly engine?: SandboxEngine
  /** Where a hidden page comes from; default: the desktop app, else an installed browser. */
  readonly pages?: PageSource
}

export const RESOURCES = fileURLToPath(new URL('../../resources/python', import.meta.url))
const HASH_SEEDS = [0, 1] as const

/** Throws AppError('sandbox') when neither a Python nor a browser serves, saying what to install. Close it when done. */
export async function openSandbox(options: SandboxOptions = {}): Promise<LocalSandbox> {
  const { engine, plans, python } = options
  workersOf(options)
  if (engine === 'page') return openPage(options)
  if (engine === 'processes' || plans !== undefined || python !== undefined) {
    return openProcesses(options)
  }
  return betterOf(await tried(openProcesses(options)), () => tried(openPage(options)))
}

/** What opened, or the sentence that says why it did not. */
const tried = (opening: Promise<LocalSandbox>): Promise<LocalSandbox | string> =>
  opening.catch((cause: unknown) => messageOf(cause))

/** Processes are faster, so a page is only tried where they are not isolated. */
async function betterOf(
  first: LocalSandbox | string,
  second: () => Promise<LocalSandbox | string>,
): Promise<LocalSandbox> {
  if (typeof first !== 'string' && first.level > 0) return first
  const other = await second()
  if (typeof other === 'string') {
    if (typeof first !== 'string') return first
    throw new AppError('sandbox', `${first}; ${other}`)
  }
  if (typeof first === 'string') return other
  const [better, worse] = other.level > first.level ? [other, first] : [first, other]
  await worse.close()
  return better
}

async function openPage(options: SandboxOptions): Promise<LocalSandbox> {
  return openPageSandbox({
    source: options.pages ?? pageSource(dirname(options.resources ?? RESOURCES)),
    workers: workersOf(options),
    limits: resolveLimits(DEFAULT_LIMITS, options.limits),
  })
}

function workersOf({ workers = availableParallelism() }: SandboxOptions): number {
  if (Number.isInteger(workers) && workers >= 1) return workers
  throw new AppError('config', `sandbox workers: expected 1 or more, found ${workers}`)
}

async function openProcesses(options: SandboxOptions): Promise<LocalSandbox> {
  const limits = resolveLimits(DEFAULT_LIMITS, options.limits)
  const workers = workersOf(options)
  const crew = await startCrew(await wayIn(options), workers)
  return new LocalSandbox({
    level: crew.test.level,
    selfTest: crew.test.rows,
    pythonVersion: crew.ready.python,
    modules: crew.ready.modules,
    limits,
    workers,
    pools: crew.pools,
  })
}

/** How zygotes are started, apart from the hash seed and the plan. */
type Way = Omit<Launch, 'plan' | 'hashSeed'> & { readonly plans: readonly Plan[] }

async function wayIn(options: SandboxOptions): Promise<Way> {
  if (process.platform !== 'linux') {
    throw new AppError('sandbox', `sandbox: expected Linux, found ${process.platform}`)
  }
  const [python, [bubblewrap]] = await Promise.all([
    options.python === undefined ? findPython() : pythonAt(options.python),
    onPath(['bwrap']),
  ])
  const plans = options.plans ?? linuxPlans(process.getuid?.() === 0)
  return {
    python,
    resources: options.resources ?? RESOURCES,
    bubblewrap: bubblewrap ?? '',
    plans: plans.filter((plan) => plan.namespaces !== 'bubblewrap' || bubblewrap !== undefined),
  }
}

type Started = { readonly zygote: Server; readonly ready: Ready; readonly test: SelfTest }
type Crew = Omit<Started, 'zygote'> & { readonly pools: readonly [Pool, Pool] }

/** The first plan under which every zygote starts; the weakest self-test is the one that counts. */
async function startCrew(way: Way, workers: number): Promise<Crew> {
  const refused: string[] = []
  for (const plan of way.plans) {
    try {
      return await startUnder({ ...way, plan }, workers)
    } catch (cause) {
      refused.push(`${plan.namespaces}: ${messageOf(cause)}`)
    }
  }
  throw new AppError('sandbox', `sandbox: expected a process to start, found ${refused.join('; ')}`)
}

/** The second seed only serves repeats, which are fewer than runs: half the zygotes are enough for it. */
async function startUnder(how: Omit<Launch, 'hashSeed'>, workers: number): Promise<Crew> {
  const repeaters = Math.ceil(workers / 2)
  const [runSeed, repeatSeed] = HASH_SEEDS
  const seeds = Array.from({ length: workers + repeaters }, (_, at) =>
    at < workers ? runSeed : repeatSeed,
  )
  const bait = await layBait()
  const started = await allOrNone(
    seeds.map((hashSeed) => startOne({ ...how, hashSeed }, bait)),
  ).finally(() => bait.close())
  const weakest = started.reduce((low, one) => (one.test.level < low.test.level ? one : low))
  const pool = (hashSeed: number, members: readonly Started[]) =>
    new Pool(
      members.map(({ zygote }) => zygote),
      () => replace({ ...how, hashSeed }, weakest.test),
    )
  return {
    ready: weakest.ready,
    test: weakest.test,
    pools: [pool(runSeed, started.slice(0, workers)), pool(repeatSeed, started.slice(workers))],
  }
}

async function allOrNone(starting: readonly Promise<Started>[]): Promise<Started[]> {
  const ends = await Promise.allSettled(starting)
  const started = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed === undefined) return started
  await Promise.all(started.map(({ zygote }) => (zygote.kill(), zygote.ended())))
  throw failed.reason
}

/** A later zygote must be as shut in as the first ones: the level that is shown holds for every worker. */
async function replace(how: Launch, promised: SelfTest): Promise<Server> {
  const bait = await layBait()
  const { zygote, test } = await startOne(how, bait).finally(() => bait.close())
  try {
    requireLevel(test, promised.level)
    return zygote
  } catch (cause) {
    zygote.kill()
    throw cause
  }
}

async function startOne(how: Launch, bait: Bait): Promise<Started> {
  const zygote = startZygote(how)
  try {
    const ready = await readyOf(zygote)
    return { zygote, ready, test: await selfTest(zygote, ready, bait) }
  } catch (cause) {
    zygote.kill()
    await zygote.ended()
    throw cause
  }
}
