/**
 * Memory of this process. Sessions map a model's files once each, and the kernel's figures of resident memory count a
 * page of a file as often as it is mapped: on Linux such pages are counted in proportion, which is once. Elsewhere
 * resident memory is what is told.
 * Not here: what is free (host/memory-check.ts), what a plan will take (estimate.ts).
 */
import { readFileSync } from 'node:fs'

export type MemoryWatch = {
  /** Bytes now. */
  readonly now: () => number
  /** The most so far: since the process began, or at looks since the watch began where files are mapped often. */
  readonly peak: () => number
  readonly stop: () => void
}

/** Between two looks, unless more are wanted. */
const LOOK_MS = 250
/** Looks between two of the costly kind: the kernel walks all pages for it. */
const SELDOM = 40
const KIB = 1024
/** Code of the runtime and of libraries that other processes have too. */
const FEW = 2 ** 28

export function watchMemory(everyMs = LOOK_MS): MemoryWatch {
  let [own, files, twice, looks] = [0, 0, 0, 0]
  const seldom = (): number => {
    const { own: now, filesOnce, resident } = proportions()
    own = Math.max(own, now)
    files = Math.max(files, filesOnce)
    twice = Math.max(twice, resident - now - filesOnce)
    return now + filesOnce
  }
  const look = (): void => {
    looks += 1
    if (looks % SELDOM === 0) seldom()
    else own = Math.max(own, ownBytes())
  }
  const timer = setInterval(look, everyMs).unref()
  return {
    now: seldom,
    peak: () => {
      seldom()
      // The kernel's own peak misses no moment, but counts a mapped model once for each session.
      const kernel = process.resourceUsage().maxRSS * KIB - twice
      return twice > FEW ? own + files : Math.max(own + files, kernel)
    },
    stop: () => clearInterval(timer),
  }
}

/** own: what is no file's. filesOnce: pages of files, each counted once. resident: as the kernel counts. */
type Proportions = { readonly own: number; readonly filesOnce: number; readonly resident: number }

function proportions(): Proportions {
  const resident = process.memoryUsage.rss()
  const rollup = told('/proc/self/smaps_rollup')
  const all = bytesOf(rollup, 'Pss')
  const own = ownBytes()
  if (all === null) return { own, filesOnce: resident - own, resident }
  return { own, filesOnce: Math.max(0, all - own), resident }
}

/** Cheap to ask; all of resident memory where the system does not part it. */
function ownBytes(): number {
  const status = told('/proc/self/status')
  const [anonymous, shared] = [bytesOf(status, 'RssAnon'), bytesOf(status, 'RssShmem')]
  return anonymous === null ? process.memoryUsage.rss() : anonymous + (shared ?? 0)
}

function told(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** A line like `Pss:  1234 kB`. */
export function bytesOf(text: string, name: string): number | null {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
  return found === undefined ? null : Number(found) * KIB
}
