/**
 * Opens the sandbox of a hidden page: starts a page, proves it by canaries, fills two pools with its workers.
 * Not here: where pages come from (find-page.ts), what a request means (local.ts), when this is used (sandbox/open.ts).
 */
import type { SelfTest } from '../level.ts'
import { requireLevel } from '../level.ts'
import { LocalSandbox } from '../local.ts'
import { Pool } from '../pool.ts'
import type { Limits } from '../sandbox.ts'
import type { PageSource } from './line.ts'
import { Page } from './page.ts'
import { layLure, levelOf, testPage, testSlot } from './self-test.ts'
import type { Lure, SlotTest } from './self-test.ts'
import type { Slot } from './slot.ts'

export type PageSandboxOptions = {
  readonly source: PageSource
  readonly workers: number
  readonly limits: Limits
  /** False takes a layer away, for tests: the level then falls. */
  readonly stripped?: boolean
}

type Started = { readonly slot: Slot; readonly test: SlotTest }

/** Throws AppError('sandbox') when there is no page, or no interpreter in it. Close it when done. */
export async function openPageSandbox(options: PageSandboxOptions): Promise<LocalSandbox> {
  const pages = new Pages(options.source)
  try {
    return await openIn(pages, options)
  } catch (cause) {
    await pages.close()
    throw cause
  }
}

/** The second seed only serves repeats, which are fewer than runs: half the workers are enough for it. */
async function openIn(pages: Pages, options: PageSandboxOptions): Promise<LocalSandbox> {
  const { workers, limits, stripped = true } = options
  const seeds = Array.from({ length: workers + Math.ceil(workers / 2) }, (_, at) =>
    at < workers ? 0 : 1,
  )
  const lure = await layLure()
  const { started, promised } = await startAll(pages, seeds, stripped, lure).finally(() =>
    lure.close(),
  )
  const [first] = started
  const pool = (hashSeed: number) =>
    new Pool(
      started.filter((_, at) => seeds[at] === hashSeed).map(({ slot }) => slot),
      () => replace(pages, hashSeed, stripped, promised),
    )
  return new LocalSandbox({
    level: promised.level,
    selfTest: promised.rows,
    pythonVersion: first?.test.python ?? '',
    modules: first?.test.modules ?? [],
    limits,
    workers,
    pools: [pool(0), pool(1)],
    release: () => pages.close(),
  })
}

async function startAll(pages: Pages, seeds: readonly number[], stripped: boolean, lure: Lure) {
  const page = await pages.current()
  const [outside, ...started] = await Promise.all([
    testPage(page, lure),
    ...seeds.map((hashSeed) => startOne(page, hashSeed, stripped, lure)),
  ])
  // The weakest counts: the level that is shown holds for every worker.
  const weakest = started.find(({ test }) => test.rows.some(({ pass }) => !pass)) ?? started[0]
  return { started, promised: levelOf([...(weakest?.test.rows ?? []), ...outside]) }
}

async function startOne(
  page: Page,
  hashSeed: number,
  stripped: boolean,
  lure: Lure,
): Promise<Started> {
  const slot = page.startSlot(hashSeed, stripped)
  return { slot, test: await testSlot(slot, lure) }
}

/** Only when a page or its worker was lost; the page itself replaces workers that are spent. */
async function replace(
  pages: Pages,
  hashSeed: number,
  stripped: boolean,
  promised: SelfTest,
): Promise<Slot> {
  const lure = await layLure()
  try {
    const page = await pages.current()
    const outside = await testPage(page, lure)
    const { slot, test } = await startOne(page, hashSeed, stripped, lure)
    try {
      requireLevel(levelOf([...test.rows, ...outside]), promised.level)
    } catch (cause) {
      slot.kill()
      throw cause
    }
    return slot
  } finally {
    await lure.close()
  }
}

/** One page at a time: the one that lives, or the next. */
class Pages {
  readonly #source: PageSource
  #opening: Promise<Page> | null = null
  #closed = false

  constructor(source: PageSource) {
    this.#source = source
  }

  /** Callers queue up: two that miss the same page open one. */
  current(): Promise<Page> {
    const previous = this.#opening
    this.#opening = this.#next(previous)
    return this.#opening
  }

  async #next(previous: Promise<Page> | null): Promise<Page> {
    const opened = await previous?.catch(() => null)
    if (opened?.alive === true) return opened
    const page = new Page(await this.#source())
    if (this.#closed) await page.close()
    return page
  }

  async close(): Promise<void> {
    this.#closed = true
    const page = await this.#opening?.catch(() => null)
    await page?.close()
  }
}
