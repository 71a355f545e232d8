/**
 * The workbench in real Chromium: the host and its page on a loopback port, under the headers of production.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { openHost } from '../../electron/host/host.ts'
import type { Host } from '../../electron/host/host.ts'
import { createSessions } from '../../electron/host/sessions.ts'
import { startWebServer } from '../../electron/host/web-server.ts'
import type { Supervise } from '../../electron/host/live-runs.ts'
import { serve } from '../../electron/serve.ts'

const CHROMIUM = process.env['KELVIN_CHROMIUM'] ?? '/usr/bin/chromium'
const RENDERER = fileURLToPath(new URL('../../renderer', import.meta.url))
const CONTRACT = fileURLToPath(new URL('../../electron/contract', import.meta.url))
export const PAGE = fileURLToPath(new URL('../../out/renderer', import.meta.url))

/** Why browser tests cannot run here; '' when they can. */
export const noBrowser = existsSync(CHROMIUM) ? '' : `${CHROMIUM} is not there`

/** Builds the page where a source is newer than what was built. */
export async function ensurePage(): Promise<void> {
  const index = join(PAGE, 'index.html')
  const built = existsSync(index) ? statSync(index).mtimeMs : 0
  if (built > Math.max(newest(RENDERER), newest(CONTRACT))) return
  // Moved there when it is whole: others may be reading the one of before.
  const outDir = `${PAGE}-${process.pid}`
  await build({
    configFile: join(RENDERER, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir },
  })
  await rm(PAGE, { recursive: true, force: true })
  await rename(outDir, PAGE)
}

function newest(folder: string): number {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) =>
    entry.isFile() ? statSync(join(entry.parentPath, entry.name)).mtimeMs : 0,
  )
  return Math.max(...times)
}

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

export type Served = { readonly url: string; readonly close: () => Promise<void> }
export type HostServed = Served & { readonly host: Host }

/** What `kelvin serve` starts. The home is removed at the end. */
export async function serveHome(home: string): Promise<Served> {
  const { url, close } = await serve({
    home,
    host: '127.0.0.1',
    port: 0,
    beyondLoopback: false,
    acceptNoIsolation: true,
    version: '0.1.0',
    reason: '',
    root: PAGE,
  })
  return { url, close: () => closeAndRemove(close, home) }
}

/** The same with trainings that the test steps by hand, and with the host itself to speak through. */
export async function serveWith(home: string, supervise: Supervise): Promise<HostServed> {
  const info = { version: '0.1.0', mode: 'browser', reason: '' } as const
  const host = await openHost({
    home,
    info,
    supervise,
    acceptNoIsolation: true,
    // Nothing happens by itself that a test is about to ask for.
    restartMs: 600_000,
  })
  const sessions = createSessions()
  const { connect } = host
  const place = { root: PAGE, host: '127.0.0.1', port: 0, names: [] }
  const server = await startWebServer({ ...place, sessions, connect })
  const close = async () => {
    await server.close()
    await host.close()
  }
  const url = `${server.url}#token=${sessions.token}`
  return { url, host, close: () => closeAndRemove(close, home) }
}

async function closeAndRemove(close: () => Promise<void>, home: string): Promise<void> {
  await close()
  await rm(home, { recursive: true, force: true })
}

export type Watched = { readonly page: Page; readonly troubles: readonly string[] }

/** A page whose policy violations, errors and failed requests are collected. */
export async function openPage(browser: Browser, url: string, dark = false): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  })
  // A busy machine is slow, not wrong.
  context.setDefaultTimeout(100_000)
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`console: ${message.text()}`)
  })
  page.on('requestfailed', (request) => troubles.push(`request: ${request.url()}`))
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.exposeFunction('reportViolation', (text: string) => troubles.push(`policy: ${text}`))
  await page.addInitScript(watchPolicy)
  await page.goto(url)
  return { page, troubles }
}

/** Runs in the page. */
function watchPolicy(): void {
  document.addEventListener('securitypolicyviolation', (event) => {
    const report: unknown = Reflect.get(window, 'reportViolation')
    const text = `${event.violatedDirective} ${event.blockedURI} ${event.sample}`
    if (typeof report === 'function') report(text)
  })
}

/** Goes to a screen by its address, as a copied link does, and waits until the page has gone there. */
export async function visit(page: Page, address: string): Promise<void> {
  await page.evaluate(async (hash) => {
    const { location } = window
    if (new URL(hash, location.href).href === location.href) return
    const gone = new Promise((resolve) => {
      window.addEventListener('hashchange', resolve, { once: true })
    })
    location.hash = hash
    await gone
  }, address)
}
