/**
 * What the machine did during a step: memory, processor, disk, and how long programs took in the sandbox. Kept
 * beside the step's metrics and never among them: no seed repeats it.
 * Not here: what a window asks of the machine now (handlers/app.ts).
 */
import { statfsSync } from 'node:fs'
import { availableParallelism, freemem, loadavg } from 'node:os'
import type { RunReply } from '../contract/verdict.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { CardMeter } from './card-meter.ts'

export type MachineMeter = {
  readonly sandbox: Sandbox
  /** Since the last call. */
  readonly take: () => Readonly<Record<string, number>>
}

const MB = 2 ** 20

/**
 * starts: how often the run was taken up again. now: milliseconds that never go back. cards: where the run computes
 * on one.
 */
export function createMachineMeter(
  sandbox: Sandbox,
  place: {
    readonly home: string
    readonly starts: number
    readonly now: () => number
    /** Bytes of this process. */
    readonly memory: () => number
    readonly cards?: CardMeter
  },
): MachineMeter {
  const timed = timedSandbox(sandbox, place.now)
  let cpu = process.cpuUsage()
  let atMs = place.now()
  return {
    sandbox: timed.sandbox,
    take: () => {
      const used = process.cpuUsage(cpu)
      const elapsed = Math.max(1, place.now() - atMs)
      cpu = process.cpuUsage()
      atMs = place.now()
      return {
        memoryMb: place.memory() / MB,
        freeMb: freemem() / MB,
        cpu: (used.user + used.system) / 1_000 / elapsed / availableParallelism(),
        load: loadavg()[0] ?? 0,
        starts: place.starts,
        ...place.cards?.(),
        ...diskFree(place.home),
        ...timed.take(),
      }
    },
  }
}

/** A folder that was taken away while a run writes to it is found out by the writer. */
function diskFree(home: string): Record<string, number> {
  try {
    const { bavail, bsize } = statfsSync(home)
    return { diskFreeMb: (bavail * bsize) / MB }
  } catch {
    return {}
  }
}

function timedSandbox(sandbox: Sandbox, now: () => number) {
  let times: number[] = []
  let waiting = 0
  let most = 0
  const timed = async (work: () => Promise<RunReply>): Promise<RunReply> => {
    const start = now()
    waiting += 1
    most = Math.max(most, waiting)
    try {
      return await work()
    } finally {
      waiting -= 1
      times.push(now() - start)
    }
  }
  const take = () => {
    const sorted = times.toSorted((a, b) => a - b)
    const [queue, count] = [most, sorted.length]
    times = []
    most = waiting
    if (count === 0) return { sandboxCalls: 0 }
    const at = (share: number) => sorted[Math.floor(share * (count - 1))] ?? 0
    return {
      sandboxCalls: count,
      sandboxQueue: queue,
      sandboxP50Ms: at(0.5),
      sandboxP95Ms: at(0.95),
    }
  }
  const own: Sandbox = {
    level: sandbox.level,
    pythonVersion: sandbox.pythonVersion,
    run: (request, signal) => timed(() => sandbox.run(request, signal)),
    runTwice: (request, signal) => timed(() => sandbox.runTwice(request, signal)),
    analyse: (programs, signal) => sandbox.analyse(programs, signal),
    close: () => sandbox.close(),
  }
  return { sandbox: own, take }
}
