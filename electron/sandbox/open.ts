/**
 * Opens the local sandbox: finds Python, takes the best way in that works, proves it by canaries, fills two pools.
 * Not here: the contract (sandbox.ts), queues (pool.ts), what a request means (local.ts).
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { AppError, messageOf } from '../contract/errors.ts'
import { linuxPlans } from './launch.ts'
import type { Launch, Plan } from './launch.ts'
import { layBait, requireLevel, selfTest } from './level.ts'
import type { Bait, SelfTest } from './level.ts'
import { DEFAULT_LIMITS, resolveLimits } from './limits.ts'
import { LocalSandbox } from './local.ts'
import { Pool } from './pool.ts'
import { findPython, onPath, pythonAt } from './python.ts'
import type { Limits } from './sandbox.ts'
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
}

export const RESOURCES = fileURLToPath(new URL('../../resources/python', import.meta.url))
const HASH_SEEDS = [0, 1] as const

/** Throws AppError('sandbox') when there is no usable Python or no zygote can be started. Close it when done. */
export async function openSandbox(options: SandboxOptions = {}): Promise<LocalSandbox> {
  const limits = resolveLimits(DEFAULT_LIMITS, options.limits)
  const workers = options.workers ?? availableParallelism()
  if (!Number.isInteger(workers) || workers < 1) {
    throw new AppError('config', `sandbox workers: expected 1 or more, found ${workers}`)
  }
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
