/**
 * Pictures of every screen, light and dark, for docs/screens. By hand: `node test/e2e/shoot.ts [FOLDER] [NAME...]`.
 */
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, stdout } from 'node:process'
import type { Browser } from 'playwright-core'
import { placesAt } from './places.ts'
import type { Place } from './places.ts'
import type { Host } from '../../electron/host/host.ts'
import { fakeSupervise } from '../fakes/supervise.ts'
import { RUNS, seededHome } from './seed.ts'
import { ensurePage, openBrowser, openPage, serveHome, serveWith, visit } from './workbench.ts'

const [folder = 'docs/screens', ...names] = argv.slice(2)

await mkdir(folder, { recursive: true })
await ensurePage()
const browser = await openBrowser()
const { supervise } = fakeSupervise()
const served = await serveWith(await seededHome(90), supervise)
speak(served.host)
const empty = await serveHome(await mkdtemp(join(tmpdir(), 'kelvin-e2e-')))
try {
  // The logs come first: a look at devices, as a new run takes one, adds what this machine's drivers say.
  const places = placesAt(80).filter(({ name }) => wanted(name))
  for (const logs of [true, false]) {
    for (const dark of [false, true]) {
      const some = places.filter(({ name }) => (name === 'logs') === logs)
      if (some.length > 0) await shootAll(browser, served.url, dark, some)
    }
  }
  if (wanted('first-run')) {
    const first = [{ name: 'first-run', address: '', ready: 'graphics' }]
    for (const dark of [false, true]) await shootAll(browser, empty.url, dark, first)
  }
} finally {
  await browser.close()
  await served.close()
  await empty.close()
}

/** What a run says at its start, a hostile program's output among it. */
function speak({ log }: Host): void {
  log.add('app', 'info', `run ${RUNS.long} starts: recipe azr, preset nano, seed 1`, RUNS.long)
  log.add('engine', 'info', 'onnxruntime 1.30.0, provider cpu, 2 threads', RUNS.long)
  log.add('engine', 'debug', 'train graph: 412 nodes, built in 38 ms', RUNS.long)
  log.add('sandbox', 'info', 'level 4, kernel-isolated; 17 of 17 checks hold', RUNS.long)
  log.add('sandbox', 'warn', 'a program took 2,000 ms and was stopped', RUNS.long)
  log.add('sandbox', 'warn', '\u001B]8;;https://evil.example\u0007a link\u001B[2J that is none')
  log.add('engine', 'info', 'step 30 of 90: 2.9 s, 2,760 tokens per second', RUNS.long)
  log.add('app', 'error', 'the disk is nearly full: 4.1 GB left')
}

/** Runs in the page: where files lie on this machine is nobody's business. */
function hidePaths(): void {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode() !== null) {
    const node = walker.currentNode
    const text = node.nodeValue ?? ''
    const hidden = text.replace(/\/(root|home|tmp|Users)\/\S*/g, '…')
    if (hidden !== text) node.nodeValue = hidden
  }
}

function wanted(name: string): boolean {
  return names.length === 0 || names.includes(name)
}

async function shootAll(
  shown: Browser,
  url: string,
  dark: boolean,
  places: readonly Place[],
): Promise<void> {
  const { page, troubles } = await openPage(shown, url, dark)
  for (const { name, address, ready } of places) {
    if (address !== '') await visit(page, address)
    await page.getByText(ready).first().waitFor()
    await page.waitForLoadState('networkidle')
    if (name === 'new-run') await page.getByText('Looking at').waitFor({ state: 'detached' })
    if (name === 'task') await page.locator('.monaco-editor .view-line').first().waitFor()
    await page.waitForTimeout(600)
    await page.evaluate(hidePaths)
    const path = join(folder, `${name}-${dark ? 'dark' : 'light'}.png`)
    await page.screenshot({ path })
    stdout.write(`${path}\n`)
  }
  stdout.write(troubles.map((trouble) => `${trouble}\n`).join(''))
  await page.context().close()
}
