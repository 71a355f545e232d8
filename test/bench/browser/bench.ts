/**
 * How fast the page is in a real browser under the policy of production: a chart of a million points, a trace of
 * 300,000 tokens, and filters over a million made-up tasks. By hand: `node test/bench/browser/bench.ts [ROWS] [NAMES]`, with
 * names of chart, trace, tasks, desk (the next trace of a review by keys), first (a first run as it comes, to its first curve); a million rows take a few minutes and a few GB of disk to make.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { createSessions } from '../../../electron/host/sessions.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import { openHistory } from '../../../electron/host/open-history.ts'
import { startWebServer } from '../../../electron/host/web-server.ts'
import { fakeRun, fakeStep } from '../../fakes/history.ts'
import { REVIEWED, reviewedHome, timeNext } from '../../e2e/reviewed.ts'
import type { Waited } from '../../e2e/reviewed.ts'
import { RUNS, seededHome } from '../../e2e/seed.ts'
import { ensurePage, openBrowser, openPage, serveHome, visit } from '../../e2e/workbench.ts'

type Figure = { readonly name: string; readonly value: number; readonly unit: string }

const [rows = '1000000', names = 'chart,trace,desk,tasks,first'] = argv.slice(2)
const wanted = new Set(names.split(','))
const CHART_PAGE = fileURLToPath(new URL('./chart-page', import.meta.url))

/** The best of some rounds: the machine may have more to do. */
const ROUNDS = 3
/** Traces that are rated one after another. */
const RATED = 60
/** Tasks of a made-up step. */
const PER_STEP = 250

if (wanted.size > 1 || !wanted.has('chart')) await ensurePage()
if (wanted.has('chart')) tell(await chartBench())
if (wanted.has('first')) tell(await firstRunBench())
if (wanted.has('trace')) tell(await traceBench())
if (wanted.has('desk')) tell(await deskBench())
if (wanted.has('tasks')) tell(await tasksBench(Number(rows)))

/** A browser of its own each, opened once its data is there: one that waits for minutes may be gone. */
async function inBrowser(body: (browser: Browser) => Promise<Figure[]>): Promise<Figure[]> {
  const browser = await openBrowser()
  try {
    return await body(browser)
  } finally {
    await browser.close()
  }
}

function tell(figures: readonly Figure[]): void {
  for (const figure of figures) stdout.write(`${JSON.stringify(figure)}\n`)
}

async function chartBench(): Promise<Figure[]> {
  const root = await mkdtemp(join(tmpdir(), 'kelvin-chart-'))
  await build({
    root: CHART_PAGE,
    base: './',
    logLevel: 'error',
    build: { outDir: root, emptyOutDir: true, target: 'chrome150', assetsInlineLimit: 0 },
  })
  const server = await startWebServer({
    root,
    host: '127.0.0.1',
    port: 0,
    names: [],
    sessions: createSessions(),
    connect: () => ({ receive: () => false, close: () => undefined }),
  })
  try {
    return await inBrowser(async (shown) => {
      const { page, troubles } = await openPage(shown, server.url)
      await page.waitForFunction(() => Reflect.get(window, 'bench') !== undefined)
      const figures = [...(await framesOf(page, 'pan')), ...(await framesOf(page, 'zoom'))]
      await page.context().close()
      if (troubles.length > 0) throw new Error(troubles.join('\n'))
      return figures
    })
  } finally {
    await server.close()
    await rm(root, { recursive: true, force: true })
  }
}

async function framesOf(page: Page, name: 'pan' | 'zoom'): Promise<Figure[]> {
  const rounds: { work: number[]; whole: number[] }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push(
      await page.evaluate(async (what) => {
        const bench: unknown = Reflect.get(window, 'bench')
        const run: unknown = Reflect.get(Object(bench), what)
        if (typeof run !== 'function') throw new TypeError(`no ${what}`)
        return await (run() as Promise<{ work: number[]; whole: number[] }>)
      }, name),
    )
  }
  const least = (pick: (round: { work: number[]; whole: number[] }) => number): number =>
    Math.min(...rounds.map(pick))
  const chart = `browser/chart of 1M points, ${name}`
  return [
    { name: `${chart}, work p50`, value: least(({ work }) => quantile(work, 0.5)), unit: 'ms' },
    { name: `${chart}, work p95`, value: least(({ work }) => quantile(work, 0.95)), unit: 'ms' },
    { name: `${chart}, frame p50`, value: least(({ whole }) => quantile(whole, 0.5)), unit: 'ms' },
    { name: `${chart}, frame p95`, value: least(({ whole }) => quantile(whole, 0.95)), unit: 'ms' },
  ]
}

async function traceBench(): Promise<Figure[]> {
  const served = await serveHome(await seededHome(12))
  try {
    return await inBrowser(async (shown) => {
      const { page } = await openPage(shown, served.url)
      const id = encodeURIComponent('1/propose/deduction/huge')
      const trace = `#/trace?run=${RUNS.broken}&episode=${id}`
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        await visit(page, `#/runs?run=${RUNS.broken}`)
        await page.getByText('Progress by phase').waitFor()
        await page.reload()
        await page.getByText('Progress by phase').waitFor()
        times.push(await timed(page, trace, '[data-token]'))
      }
      const strip = page.getByRole('group', { name: /30\d,\d{3} tokens/ })
      await strip.focus()
      const end = performance.now()
      await page.keyboard.press('End')
      await page.getByText(/^(30\d|299),\d{3} \/ 30\d,\d{3}$/).waitFor()
      const toEnd = performance.now() - end
      await page.context().close()
      const name = 'browser/trace of 300k tokens'
      return [
        { name: `${name}, opened`, value: Math.min(...times), unit: 'ms' },
        { name: `${name}, to its end`, value: toEnd, unit: 'ms' },
      ]
    })
  } finally {
    await served.close()
  }
}

/** From the change of the address until an element is drawn, by the page's own clock. */
async function timed(page: Page, address: string, selector: string): Promise<number> {
  return await page.evaluate(
    async ([hash = '', css = '']) => {
      const start = performance.now()
      window.location.hash = hash
      for (;;) {
        await new Promise((resolve) => requestAnimationFrame(resolve))
        if (document.querySelector(css) !== null) return performance.now() - start
      }
    },
    [address, selector],
  )
}

/** A rater who is faster than any: two keys as soon as a trace is there, written meanwhile. */
async function deskBench(): Promise<Figure[]> {
  const served = await serveHome(await reviewedHome())
  try {
    return await inBrowser(async (shown) => {
      const { page } = await openPage(shown, served.url)
      await page.addInitScript(timeNext)
      await page.reload()
      await visit(page, `#/review?run=${REVIEWED}&source=stratified`)
      await page.locator('h2.mono').waitFor()
      for (let at = 0; at < RATED; at += 1) {
        await page.keyboard.press('3')
        await page.keyboard.press('Enter')
        await page.waitForFunction(
          (count) => Reflect.get(window, 'waited').length === count,
          at + 1,
        )
      }
      const waited = await page.evaluate((): Waited[] => Reflect.get(window, 'waited'))
      await page.context().close()
      const ms = waited.map((one) => one.ms)
      const name = 'browser/review, next trace'
      return [
        { name: `${name}, p50`, value: quantile(ms, 0.5), unit: 'ms' },
        { name: `${name}, p95`, value: quantile(ms, 0.95), unit: 'ms' },
        { name: `${name}, longest`, value: Math.max(...ms), unit: 'ms' },
      ]
    })
  } finally {
    await served.close()
  }
}

/** The first page's button as it is, to the first point of a curve. */
async function firstRunBench(): Promise<Figure[]> {
  const served = await serveHome(await mkdtemp(join(tmpdir(), 'kelvin-e2e-')))
  try {
    return await inBrowser(async (shown) => {
      const { page } = await openPage(shown, served.url)
      await page.getByRole('button', { name: 'Train the embedded model' }).click()
      const start = performance.now()
      const curve = page.getByRole('group', { name: /^Solver reward/ })
      await curve.waitFor({ timeout: 900_000 })
      const seconds = (performance.now() - start) / 1_000
      await page.context().close()
      return [{ name: 'browser/first run, first curve', value: seconds, unit: 's' }]
    })
  } finally {
    await served.close()
  }
}

async function tasksBench(count: number): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'kelvin-e2e-'))
  const store = await openHistory(home)
  const recorder = startRun(store, fakeRun('many'), { now: Date.now, pid: process.pid })
  const steps = Math.max(1, Math.ceil(count / PER_STEP))
  for (let step = 0; step < steps; step++) {
    recorder.step(fakeStep(step, { proposals: PER_STEP, attempts: 0 }))
  }
  recorder.state('finished', '')
  store.close()
  const served = await serveHome(home)
  try {
    return await inBrowser(async (shown) => {
      const { page } = await openPage(shown, served.url)
      const figures: Figure[] = []
      await visit(page, '#/runs?run=many')
      await page.getByText('Progress by phase').waitFor()
      // Each shows other kinds than the one before, so that rows of the last view count for nothing.
      const views = [
        ['first page', '#/tasks?run=many', ''],
        ['sorted by solve rate', '#/tasks?run=many&sort=solveRate', 'Induction'],
        ['of one kind', '#/tasks?run=many&q=kind%3Aabduction', 'Abduction'],
        ['sorted by nodes', '#/tasks?run=many&q=kind%3Adeduction&sort=nodes', 'Deduction'],
      ] as const
      for (const [name, address, shownKind] of views) {
        const start = performance.now()
        await visit(page, address)
        await page.waitForFunction(showsOnly, shownKind)
        figures.push({
          name: `browser/${count} tasks, ${name}`,
          value: performance.now() - start,
          unit: 'ms',
        })
      }
      await page.context().close()
      return figures
    })
  } finally {
    await served.close()
  }
}

/** In the page: whether there are rows, and none of another kind. */
function showsOnly(kind: string): boolean {
  const kinds = Array.from(document.querySelectorAll('[role="gridcell"]'))
    .map((cell) => cell.textContent)
    .filter((text) => /^(?:De|Ab|In)duction$/.test(text))
  return kinds.length > 0 && kinds.every((text) => text.endsWith(kind))
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0
}
