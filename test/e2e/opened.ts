/**
 * A browser with one page of what a test file serves; both are gone after its tests.
 */
import { afterAll, beforeAll } from 'vitest'
import type { Browser } from 'playwright-core'
import { openBrowser, openPage } from './workbench.ts'
import type { Served, Watched } from './workbench.ts'

export type Opened<Serving extends Served> = Watched & { readonly served: Serving }

/** ready hears of both before the first test. */
export function openWorkbench<Serving extends Served>(
  serve: () => Promise<Serving>,
  ready: (opened: Opened<Serving>) => void,
): void {
  let browser: Browser | undefined
  let served: Serving | undefined
  beforeAll(async () => {
    browser = await openBrowser()
    served = await serve()
    ready({ ...(await openPage(browser, served.url)), served })
  })
  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })
}
