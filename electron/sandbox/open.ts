/**
 * Opens the local sandbox: finds Python, takes the best way in that works, proves it by canaries, fills two pools.
 * Not here: the contract (sandbox.ts), queues (pool.ts), what a request means (local.ts).
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { AppError, messageOf } from '../contract/errors.ts'
import { LINUX_PLANS } from './launch.ts'
import type { Launch, Plan } from './launch.ts'
import { layBait, requireLevel, selfTest } from './level.ts'
import type { Bait, SelfTest } from './level.ts'
import { DEFAULT_LIMITS, resolveLimits } from './limits.ts'
import { LocalSandbox } from './local.ts'
import { Pool } from './pool.ts'
import { findPython, onPath, pythonAt } from './python.ts'
import type { Limits } from './sandbox.ts'
import { Zygote } from './zygote.ts'
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
  const way = await wayIn(options)
  const bait = await layBait()
  try {
    return await openPools(way, bait, workers, limits)
  } finally {
    await bait.close()
  }
}

/** How zygotes are started, apart from the hash seed and the plan. */
type Way = Omit<Launch, 'plan' | 'hashSeed'> & { readonly plans: readonly Plan[] }

async function wayIn(options: SandboxOptions): Promise<Way> {
  if (process.platform === 'win32') {
    throw new AppError('sandbox', 'sandbox: expected Linux or macOS, found Windows')
  }
  const [python, [bubblewrap]] = await Promise.all([
    options.python === undefined ? findPython() : pythonAt(options.python),
    onPath(['bwrap']),
  ])
  const plans = options.plans ?? LINUX_PLANS
  return {
    python,
    resources: options.resources ?? RESOURCES,
    bubblewrap: bubblewrap ?? '',
    plans: plans.filter((plan) => plan.namespaces !== 'bubblewrap' || bubblewrap !== undefined),
  }
}

type Started = {
  readonly zygote: Zygote
  readonly ready: Ready
  readonly test: SelfTest
  readonly plan: Plan
}

async function openPools(
  way: Way,
  bait: Bait,
  workers: number,
  limits: Limits,
): Promise<LocalSandbox> {
  const first = await startFirst(way, bait)
  const pools = makePools(way, first, workers)
  try {
    await Promise.all([pools[0].start([first.zygote]), pools[1].start([])])
  } catch (cause) {
    await Promise.all(pools.map((pool) => pool.close()))
    throw cause
  }
  return new LocalSandbox({
    level: first.test.level,
    selfTest: first.test.rows,
    pythonVersion: first.ready.python,
    modules: first.ready.modules,
    limits,
    workers,
    pools,
  })
}

/** The second seed only serves repeats, which are fewer than runs: half the zygotes are enough for it. */
function makePools(way: Way, first: Started, workers: number): [Pool, Pool] {
  const starter = (hashSeed: number) => async () => {
    const started = await startTested({ ...way, plan: first.plan, hashSeed })
    return started.zygote
  }
  const startTested = async (how: Launch) => {
    const bait = await layBait()
    try {
      const started = await start(how, bait)
      return await held(started, first.test)
    } finally {
      await bait.close()
    }
  }
  return [
    new Pool(workers, starter(HASH_SEEDS[0])),
    new Pool(Math.ceil(workers / 2), starter(HASH_SEEDS[1])),
  ]
}

/** A later zygote must be as shut in as the first: the level that is shown holds for every worker. */
async function held(started: Started, promised: SelfTest): Promise<Started> {
  try {
    requireLevel(started.test, promised.level)
    return started
  } catch (cause) {
    started.zygote.kill()
    throw cause
  }
}

async function startFirst(way: Way, bait: Bait): Promise<Started> {
  const refused: string[] = []
  for (const plan of way.plans) {
    try {
      return await start({ ...way, plan, hashSeed: HASH_SEEDS[0] }, bait)
    } catch (cause) {
      refused.push(`${plan.namespaces}: ${messageOf(cause)}`)
    }
  }
  throw new AppError('sandbox', `sandbox: expected a process to start, found ${refused.join('; ')}`)
}

async function start(how: Launch, bait: Bait): Promise<Started> {
  const zygote = new Zygote(how)
  try {
    const ready = await zygote.ready()
    const test = await selfTest(zygote, ready, bait)
    return { zygote, ready, test, plan: how.plan }
  } catch (cause) {
    zygote.kill()
    await zygote.ended()
    throw cause
  }
}
