/**
 * What the pool does when zygotes are killed, stopped, cut off or cancelled, and that nothing is left behind.
 */
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import type { LocalSandbox } from '../../electron/sandbox/local.ts'
import { openSandbox } from '../../electron/sandbox/open.ts'
import type { SandboxOptions } from '../../electron/sandbox/open.ts'
import { descendants, textOf } from '../hostile/arena.ts'

const LOOP = 'def f(a):\n    while True: pass\n'
const DOUBLE = 'def f(a):\n    return a * 2\n'
const FAKE = fileURLToPath(new URL('../fakes/zygote', import.meta.url))
const PLAIN = [
  { namespaces: 'none', filter: true, landlock: false, clearEnvironment: true },
] as const

const opened: LocalSandbox[] = []

async function open(options: SandboxOptions = {}): Promise<LocalSandbox> {
  const sandbox = await openSandbox({ workers: 1, ...options })
  opened.push(sandbox)
  return sandbox
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((sandbox) => sandbox.close()))
  expect(descendants()).toEqual([])
})

const double = async (sandbox: LocalSandbox, value: number) =>
  textOf((await sandbox.run({ program: DOUBLE, inputs: [String(value)] })).outcomes[0])

/** Sends a signal to every process of the sandbox: zygotes, their outer processes and running children. */
function signalAll(sandbox: LocalSandbox, signal: NodeJS.Signals): void {
  for (const pid of processes(sandbox)) {
    try {
      process.kill(pid, signal)
    } catch {
      // It went with its parent.
    }
  }
}

/** Zygotes with everything below them. */
const processes = (sandbox: LocalSandbox): number[] =>
  sandbox.stats().pids.flatMap((top) => [top, ...descendants(top)])

/** Resolves when a child of a zygote is running. */
async function untilRunning(sandbox: LocalSandbox, quiet: number): Promise<void> {
  const running = () => expect(processes(sandbox).length).toBeGreaterThan(quiet)
  await vi.waitFor(running, { timeout: 20_000, interval: 5 })
}

test('a run whose zygote is killed is repeated on a fresh one', async () => {
  const sandbox = await open()
  const quiet = processes(sandbox).length
  const running = sandbox.run({ program: LOOP, inputs: ['1'], limits: { wallMs: 800 } })
  await untilRunning(sandbox, quiet)
  signalAll(sandbox, 'SIGKILL')
  expect((await running).outcomes).toEqual([{ status: 'timeout', detail: 'time limit' }])
  expect(sandbox.stats().losses).toBeGreaterThan(0)
  expect(await double(sandbox, 21)).toBe('ok:i2a;')
})

test('a run that loses two zygotes is an infrastructure error, never the program', async () => {
  const sandbox = await open()
  const quiet = processes(sandbox).length
  const running = sandbox.run({ program: LOOP, inputs: ['1', '2'], limits: { wallMs: 60_000 } })
  for (let round = 0; round < 2; round++) {
    await untilRunning(sandbox, quiet)
    const before = sandbox.stats().losses
    signalAll(sandbox, 'SIGKILL')
    await vi.waitFor(() => expect(sandbox.stats().losses).toBeGreaterThan(before), 20_000)
  }
  const { outcomes } = await running
  expect(outcomes.map(({ status }) => status)).toEqual(['infra_error', 'infra_error'])
  expect(await double(sandbox, 4)).toBe('ok:i8;')
})

test('a zygote that is stopped is ended by the watchdog and its run repeated', async () => {
  const sandbox = await open()
  signalAll(sandbox, 'SIGSTOP')
  const { outcomes } = await sandbox.run({
    program: DOUBLE,
    inputs: ['3'],
    limits: { wallMs: 100 },
  })
  expect(outcomes.map(textOf)).toEqual(['ok:i6;'])
})

test('requests written to a zygote that has just died are served by the next one', async () => {
  const sandbox = await open({ plans: PLAIN })
  signalAll(sandbox, 'SIGKILL')
  const replies = await Promise.all([1, 2, 3, 4, 5].map((value) => double(sandbox, value)))
  expect(replies).toEqual(['ok:i2;', 'ok:i4;', 'ok:i6;', 'ok:i8;', 'ok:ia;'])
})

test.for(['truncate', 'garbage', 'huge', 'other', 'unknown', 'silent', 'die'])(
  'a zygote that answers with "%s" is replaced, and the run is an infrastructure error',
  async (what) => {
    const sandbox = await open({ resources: FAKE, plans: PLAIN })
    const limits = { wallMs: 100 }
    const broken = await sandbox.run({ program: what, inputs: ['1'], limits })
    expect(broken.outcomes.map(({ status }) => status)).toEqual(['infra_error'])
    expect(textOf((await sandbox.run({ program: 'fine', inputs: ['1'] })).outcomes[0])).toBe(
      'ok:i1;',
    )
    expect(sandbox.stats().losses).toBe(2)
  },
)

test('a reply that comes byte by byte is one reply, and a second one ends the zygote', async () => {
  const sandbox = await open({ resources: FAKE, plans: PLAIN })
  const slow = await sandbox.run({ program: 'slow', inputs: ['1'] })
  expect(slow.outcomes.map(textOf)).toEqual(['ok:i1;'])
  const twice = await sandbox.run({ program: 'twice', inputs: ['1'] })
  expect(twice.outcomes.map(textOf)).toEqual(['ok:i1;'])
  await vi.waitFor(() => expect(sandbox.stats().losses).toBe(1), 20_000)
})

/** A child of a zygote that is running now, the newest process of all. */
const newest = (sandbox: LocalSandbox): number => Math.max(...processes(sandbox))

test.for<NodeJS.Signals>(['SIGKILL', 'SIGSTOP', 'SIGTERM', 'SIGINT'])(
  'a child that gets %s from outside is not the fault of its program',
  async (signal) => {
    const sandbox = await open()
    const quiet = processes(sandbox).length
    const program =
      'import time\ndef f(a):\n    end = time.monotonic() + 0.3\n    while time.monotonic() < end: pass\n    return a\n'
    const running = sandbox.run({ program, inputs: ['5'], limits: { wallMs: 2_000 } })
    await untilRunning(sandbox, quiet)
    process.kill(newest(sandbox), signal)
    expect((await running).outcomes.map(textOf)).toEqual(['ok:i5;'])
    expect(sandbox.stats().losses).toBe(0)
  },
)

test('whatever process is killed or stopped at whatever moment, every result is right', async () => {
  const sandbox = await open({ workers: 2 })
  const signals = ['SIGKILL', 'SIGKILL', 'SIGSTOP', 'SIGTERM', 'SIGKILL', 'SIGINT'] as const
  const draw = drawer(20_251)
  let done = 0
  const one = async (value: number) => {
    const program = `def f(a):\n    for i in range(${draw(20_000)}): pass\n    return a * 2\n`
    const { outcomes } = await sandbox.run({
      program,
      inputs: [String(value)],
      limits: { wallMs: 400 },
    })
    done += 1
    if (done % 25 === 0) strike(sandbox, draw, signals[(done / 25) % signals.length])
    return outcomes.map(textOf).join()
  }
  const values = Array.from({ length: 240 }, (_, at) => at)
  const results = await Promise.all(values.map(one))
  const wrong = results.filter(
    (text, at) => text !== `ok:i${(at * 2).toString(16)};` && !text.startsWith('infra_error'),
  )
  expect(wrong).toEqual([])
  expect(results.filter((text) => text.startsWith('ok')).length).toBeGreaterThan(220)
  expect(await double(sandbox, 3)).toBe('ok:i6;')
})

/** Numbers below a bound, the same in every run. */
function drawer(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function strike(
  sandbox: LocalSandbox,
  draw: (below: number) => number,
  signal: NodeJS.Signals = 'SIGKILL',
): void {
  const all = processes(sandbox)
  const pid = all[draw(all.length)]
  try {
    if (pid !== undefined) process.kill(pid, signal)
  } catch {
    // It ended by itself.
  }
}

test('cancelling ends what runs and forgets what waits, and nothing else', async () => {
  const sandbox = await open()
  const quiet = processes(sandbox).length
  const stop = new AbortController()
  const request = { program: LOOP, inputs: ['1'], limits: { wallMs: 60_000 } }
  const doomed = Array.from({ length: 40 }, () => sandbox.run(request, stop.signal))
  const other = double(sandbox, 8)
  const ends = Promise.allSettled(doomed)
  await untilRunning(sandbox, quiet)
  stop.abort()
  for (const end of await ends) {
    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } })
  }
  expect(await other).toBe('ok:i10;')
  expect(sandbox.stats()).toMatchObject({ losses: 0, queued: 0 })
  expect(processes(sandbox).length).toBe(quiet)
  await expect(sandbox.run(request, stop.signal)).rejects.toMatchObject({ code: 'cancelled' })
})

test('closing refuses what runs and waits, and leaves no process', async () => {
  const sandbox = await open({ workers: 2 })
  const request = { program: LOOP, inputs: ['1'], limits: { wallMs: 60_000 } }
  const quiet = processes(sandbox).length
  const doomed = Array.from({ length: 10 }, () => sandbox.run(request))
  const ends = Promise.allSettled(doomed)
  await untilRunning(sandbox, quiet)
  await sandbox.close()
  expect(descendants()).toEqual([])
  for (const end of await ends) {
    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'sandbox' } })
  }
  await expect(sandbox.run(request)).rejects.toMatchObject({ code: 'sandbox' })
})

test('no process outlives an app that is killed', async () => {
  const script = `
    import { openSandbox } from ${JSON.stringify(new URL('../../electron/sandbox/open.ts', import.meta.url).href)}
    const sandbox = await openSandbox({ workers: 2 })
    const request = { program: ${JSON.stringify(LOOP)}, inputs: ['1'], limits: { wallMs: 600000 } }
    for (let at = 0; at < 4; at++) void sandbox.run(request)
    console.log('running')
  `
  const app = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => app.stdout.once('data', resolve))
  const pid = app.pid ?? 0
  // Three zygotes and two children, at least.
  await vi.waitFor(() => expect(descendants(pid).length).toBeGreaterThanOrEqual(5), 20_000)
  const tree = descendants(pid)
  app.kill('SIGKILL')
  await vi.waitFor(() => expect(tree.filter(isAlive)).toEqual([]), 20_000)
})

test('an interrupt from the terminal reaches the app alone', async () => {
  const script = `
    import { openSandbox } from ${JSON.stringify(new URL('../../electron/sandbox/open.ts', import.meta.url).href)}
    const sandbox = await openSandbox({ workers: 1 })
    process.once('SIGINT', async () => {
      const { outcomes } = await sandbox.run({ program: ${JSON.stringify(DOUBLE)}, inputs: ['4'] })
      console.log(outcomes[0].canonical, sandbox.stats().losses)
      await sandbox.close()
      clearInterval(alive)
    })
    const alive = setInterval(() => {}, 1000)
    console.log('open')
  `
  const app = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let told = ''
  app.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text
    if (text.startsWith('open') && app.pid !== undefined) process.kill(-app.pid, 'SIGINT')
  })
  const code = await new Promise((resolve) => app.once('close', resolve))
  expect([code, told]).toEqual([0, 'open\ni8; 0\n'])
})

function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3))
  } catch {
    return false
  }
}

test('many runs leave no descriptor, no process and no memory behind', async () => {
  const sandbox = await open({ workers: 2 })
  const batch = async (from: number, size: number) => {
    const values = Array.from({ length: size }, (_, at) => from + at)
    const replies = await Promise.all(values.map((value) => double(sandbox, value)))
    const wrong = replies.filter((reply, at) => reply !== `ok:i${((from + at) * 2).toString(16)};`)
    expect(wrong).toEqual([])
  }
  await batch(1, 300)
  const before = footprint(sandbox)
  for (let done = 0; done < 1_500; done += 500) await batch(done + 1, 500)
  const after = footprint(sandbox)
  expect(after.descriptors).toBe(before.descriptors)
  expect(after.processes).toBe(before.processes)
  // A few pages may be touched late; a leak of one kilobyte per run would show a hundred times over.
  expect(after.zygoteKb - before.zygoteKb).toBeLessThan(2_000)
  expect(sandbox.stats().losses).toBe(0)
})

/** Files this process holds, processes below it, and what the zygotes hold in memory. */
function footprint(sandbox: LocalSandbox) {
  const pids = processes(sandbox)
  const zygoteKb = pids.map((pid) => rssKb(pid)).reduce((sum, kb) => sum + kb, 0)
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    processes: pids.length,
    zygoteKb,
  }
}

function rssKb(pid: number): number {
  const [, kb = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kb)
}
