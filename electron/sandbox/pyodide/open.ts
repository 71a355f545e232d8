/**
 * Opens the sandbox of a hidden page: starts a page, proves it by canaries, fills two pools with its workers.
 * Not here: where pages come from (find-page.ts), what a request means (local.ts), when this is used (sandbox/open.ts).
 */
import type { SelfTest, SelfTestRow } from '../level.ts'
import { requireLevel } from '../level.ts'
import { LocalSandbox } from '../local.ts'
import { Pool } from '../pool.ts'
import type { Limits } from '../sandbox.ts'
import type { PageSource } from './line.ts'
import { Page } from './page.ts'
import { layLure, levelOf, testPage, testSlot } from './self-test.ts'
import type { SlotTest } from './self-test.ts'
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
  const count = workers + Math.ceil(workers / 2)
  const seeds = Array.from({ length: count }, (_, at) => (at < workers ? 0 : 1))
  const opened = await pages.current()
  const [outside, ...started] = await Promise.all([
    opened.outside,
    ...seeds.map((hashSeed) => startOne(opened, hashSeed, stripped)),
  ])
  // The weakest counts: the level that is shown holds for every worker.
  const weakest = started.find(({ test }) => test.rows.some(({ pass }) => !pass)) ?? started[0]
  const promised = levelOf([...(weakest?.test.rows ?? []), ...outside])
  const pool = (hashSeed: number) =>
    new Pool(
      started.filter((_, at) => seeds[at] === hashSeed).map(({ slot }) => slot),
      () => replace(pages, hashSeed, stripped, promised),
    )
  return new LocalSandbox({
    level: promised.level,
    selfTest: promised.rows,
    pythonVersion: weakest?.test.python ?? '',
    modules: weakest?.test.modules ?? [],
    limits,
    workers,
    pools: [pool(0), pool(1)],
    release: () => pages.close(),
  })
}

async function startOne({ page }: Opened, hashSeed: number, stripped: boolean): Promise<Started> {
  const slot = page.startSlot(hashSeed, stripped)
  const lure = await layLure()
  return { slot, test: await testSlot(slot, lure).finally(() => lure.close()) }
}

/** Only when a page or its worker was lost; the page itself replaces workers that are spent. */
async function replace(
  pages: Pages,
  hashSeed: number,
  stripped: boolean,
  promised: SelfTest,
): Promise<Slot> {
  const opened = await pages.current()
  const { slot, test } = await startOne(opened, hashSeed, stripped)
  try {
    requireLevel(levelOf([...test.rows, ...(await opened.outside)]), promised.level)
  } catch (cause) {
    slot.kill()
    throw cause
  }
  return slot
}

/** A page with what its policies and its browser were seen to do, once for all its workers. */
type Opened = { readonly page: Page; readonly outside: Promise<readonly SelfTestRow[]> }

/** One page at a time: the one that lives, or the next. */
class Pages {
  readonly #source: PageSource
  #opening: Promise<Opened> | null = null
  #closed = false

  constructor(source: PageSource) {
    this.#source = source
  }

  /** Callers queue up: two that miss the same page open one. */
  current(): Promise<Opened> {
    const previous = this.#opening
    this.#opening = this.#next(previous)
    return this.#opening
  }

  async #next(previous: Promise<Opened> | null): Promise<Opened> {
    const opened = await previous?.catch(() => null)
    if (opened?.page.alive === true) return opened
    const page = new Page(await this.#source())
    if (this.#closed) await page.close()
    const outside = testOnce(page)
    // Whoever started a worker looks at it; a page that has gone by then is noticed by the worker too.
    outside.catch(() => undefined)
    return { page, outside }
  }

  async close(): Promise<void> {
    this.#closed = true
    const opened = await this.#opening?.catch(() => null)
    await opened?.page.close()
  }
}

async function testOnce(page: Page): Promise<readonly SelfTestRow[]> {
  const lure = await layLure()
  return testPage(page, lure).finally(() => lure.close())
}
