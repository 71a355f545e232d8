/**
 * The sandbox of a hidden page in real Chromium with its own sandbox on: the contract and the hostile corpus of every
 * engine, what takes the level away, and what a browser that goes leaves behind.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../electron/sandbox/limits.ts'
import type { LocalSandbox } from '../../electron/sandbox/local.ts'
import { openSandbox, RESOURCES } from '../../electron/sandbox/open.ts'
import { openBrowserPage } from '../../electron/sandbox/pyodide/browser.ts'
import type { BrowserOptions } from '../../electron/sandbox/pyodide/browser.ts'
import { findBrowsers } from '../../electron/sandbox/pyodide/find-browser.ts'
import type { PageLine } from '../../electron/sandbox/pyodide/line.ts'
import { openPageSandbox } from '../../electron/sandbox/pyodide/open.ts'
import { Page } from '../../electron/sandbox/pyodide/page.ts'
import { layLure, levelOf, testPage } from '../../electron/sandbox/pyodide/self-test.ts'
import { ordinaryProgram } from '../../electron/sandbox/workload.ts'
import type { Attack } from '../hostile/corpus.ts'
import { descendants, fight, openArena, textOf } from '../hostile/arena.ts'
import { testContract } from '../integration/sandbox-contract.ts'
import { PAGE_CORPUS } from './pyodide-corpus.ts'

const [CHROMIUM] = await findBrowsers()
const SHORT_MS = 60
/** A busy machine is slow, not wrong. */
const LONG = { timeout: 300_000 }
const mayHang = ({ accepted }: Attack) => accepted.some((one) => one.startsWith('timeout'))
const RESOURCE_FOLDER = new URL('..', `file://${RESOURCES}/`).pathname

const open = (more: Partial<BrowserOptions> = {}): Promise<PageLine> =>
  openBrowserPage({ program: CHROMIUM ?? '', resources: RESOURCE_FOLDER, ...more })

describe.skipIf(CHROMIUM === undefined)('the sandbox of a hidden page', LONG, () => {
  let sandbox: LocalSandbox
  /** What the page said of workers that the pools know nothing of. */
  const strays: unknown[] = []
  let line: PageLine
  const before = profiles()

  beforeAll(async () => {
    const own = await open()
    line = {
      ...own,
      listen: (heard) =>
        own.listen((message) => {
          if (JSON.stringify(message).includes('"slot":99')) strays.push(message)
          else heard(message)
        }),
    }
    const source = async () => line
    sandbox = await openPageSandbox({ source, workers: 2, limits: DEFAULT_LIMITS })
  }, LONG.timeout)

  afterAll(async () => {
    await sandbox.close()
    expect(descendants()).toEqual([])
    expect(profiles().filter((name) => !before.includes(name))).toEqual([])
  })

  test('is level 2, because every canary says so', () => {
    expect(sandbox.selfTest.filter(({ pass }) => !pass)).toEqual([])
    expect(sandbox.selfTest.length).toBeGreaterThanOrEqual(26)
    expect(sandbox.level).toBe(2)
    expect(sandbox.pythonVersion).toMatch(/^3\.\d+\.\d+$/)
  })

  testContract(() => sandbox, 40)

  test('gives what processes give, program by program and under both hash seeds', async () => {
    const processes = await openSandbox({ workers: 1, engine: 'processes' }).catch(() => null)
    if (processes === null) return
    const differ: string[] = []
    for (let at = 0; at < 40; at++) {
      const program = ordinaryProgram(1_000 + at)
      const [here, there] = await Promise.all([sandbox.run(program), processes.run(program)])
      if (here.outcomes.map(textOf).join() !== there.outcomes.map(textOf).join()) {
        differ.push(program.program)
      }
    }
    const texts = Array.from({ length: 20 }, (_, at) => ordinaryProgram(at).program)
    const all = [...texts, 'def g(x):\n    return f"{x!r:>{9}}" if x else g(x - 1)\n', 'x =']
    const facts = await processes.analyse(all)
    await processes.close()
    expect(differ).toEqual([])
    expect(await sandbox.analyse(all)).toEqual(facts)
  })

  test('the same program gives the same value in every worker and after every other', async () => {
    const program = "def f(a):\n    return hash('a'), list({'x', 'y', 'z', 'w'}), id(a)\n"
    const request = { program, inputs: ["'q'"] }
    const replies = await Promise.all(Array.from({ length: 8 }, () => sandbox.run(request)))
    expect(new Set(replies.map(({ outcomes }) => textOf(outcomes[0]))).size).toBe(1)
  })

  test('nothing of one program is left for the next', async () => {
    const keep = 'import builtins, math\nbuiltins.kept = math.kept = 1\ndef f(a):\n    return 1\n'
    const look =
      "import builtins, math\ndef f(a):\n    return hasattr(builtins, 'kept'), hasattr(math, 'kept')\n"
    for (let round = 0; round < 3; round++) {
      await Promise.all([1, 2].map(() => sandbox.run({ program: keep, inputs: ['1'] })))
      const { outcomes } = await sandbox.run({ program: look, inputs: ['1'] })
      expect(outcomes.map(textOf)).toEqual(['ok:(FF)'])
    }
  })

  test('cancelling ends what runs and forgets what waits, and nothing else', async () => {
    const stop = new AbortController()
    const loop = { program: 'def f(a):\n    while True: pass\n', inputs: ['1'] }
    const doomed = Array.from({ length: 8 }, () => sandbox.run(loop, stop.signal))
    const ends = Promise.allSettled(doomed)
    const other = sandbox.run({ program: 'def f(a): return a * 2\n', inputs: ['4'] })
    stop.abort()
    for (const end of await ends) {
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } })
    }
    expect((await other).outcomes.map(textOf)).toEqual(['ok:i8;'])
    expect(sandbox.stats()).toMatchObject({ losses: 0, queued: 0 })
  })

  test('no program of the corpus gets out', async () => {
    const arena = await openArena()
    // What may end by its time limit gets little of it; the others end by themselves, however busy the machine is.
    const wallMsOf = (one: Attack) => (mayHang(one) ? SHORT_MS : DEFAULT_LIMITS.wallMs)
    const bouts = await fight(sandbox, arena, PAGE_CORPUS, wallMsOf)
    arena.close()
    expect(bouts.length).toBe(PAGE_CORPUS.length)
    const harm = bouts.map(({ faults, ...bout }) => ({ ...bout, faults: faults.filter(isHarm) }))
    expect(harm.filter(({ faults }) => faults.length > 0)).toEqual([])
  })

  test('a worker that keeps its powers is seen', async () => {
    line.post({ type: 'start', slot: 99, hashSeed: 0, stripped: false })
    await expect.poll(() => strays.length, { timeout: 30_000 }).toBe(1)
    line.post({ type: 'stop', slot: 99 })
    const [ready] = strays
    expect(JSON.stringify(ready)).toContain('fetch')
  })
})

/** Empty profiles of browsers that run, here or in another test. */
function profiles(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('kelvin-browser-'))
}

/** The browser starts and ends helpers as it likes; they are no work of a program. */
function isHarm(fault: string): boolean {
  const [, pids] = /^processes left: ([\d,]+)$/.exec(fault) ?? []
  if (pids === undefined) return true
  return pids.split(',').some((pid) => !/^$|--type=/.test(nameOf(Number(pid))))
}

/** Its command line. */
function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

test.skipIf(CHROMIUM === undefined)('without its layers a page is no sandbox', LONG, async () => {
  const line = await open({ policies: false, moreArguments: ['--no-sandbox'] })
  const lure = await layLure()
  const rows = await testPage(new Page(line), lure)
  const renderers = descendants().filter((pid) => nameOf(pid).includes('--type=renderer'))
  // Killed from outside, the page is gone without anybody having asked for it.
  for (const pid of renderers) process.kill(pid, 'SIGKILL')
  await line.gone
  await Promise.all([line.close(), lure.close()])
  expect(renderers.length).toBeGreaterThan(0)
  expect(descendants()).toEqual([])
  expect(levelOf(rows).level).toBe(0)
  const failed = rows.filter(({ pass }) => !pass).map(({ name }) => name)
  // Without policies, then without the browser's own sandbox.
  expect(failed).toEqual(
    expect.arrayContaining([
      'load own script',
      'run text as a script',
      'start a worker from text',
      'page process is sandboxed',
    ]),
  )
})
