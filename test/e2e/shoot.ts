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
import { seededHome } from './seed.ts'
import { ensurePage, openBrowser, openPage, serveHome, visit } from './workbench.ts'

const [folder = 'docs/screens', ...names] = argv.slice(2)

await mkdir(folder, { recursive: true })
await ensurePage()
const browser = await openBrowser()
const served = await serveHome(await seededHome(90))
const empty = await serveHome(await mkdtemp(join(tmpdir(), 'kelvin-e2e-')))
try {
  for (const dark of [false, true]) {
    if (wanted('first-run')) {
      await shootAll(browser, empty.url, dark, [
        { name: 'first-run', address: '', ready: 'This machine' },
      ])
    }
    await shootAll(
      browser,
      served.url,
      dark,
      placesAt(80).filter(({ name }) => wanted(name)),
    )
  }
} finally {
  await browser.close()
  await served.close()
  await empty.close()
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
    if (name === 'task') await page.locator('.monaco-editor .view-line').first().waitFor()
    await page.waitForTimeout(600)
    const path = join(folder, `${name}-${dark ? 'dark' : 'light'}.png`)
    await page.screenshot({ path })
    stdout.write(`${path}\n`)
  }
  stdout.write(troubles.map((trouble) => `${trouble}\n`).join(''))
  await page.context().close()
}
