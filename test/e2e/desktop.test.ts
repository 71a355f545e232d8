/**
 * The desktop app in the real Electron: what no fake can prove. Needs its program, a screen (xvfb-run will do) and
 * a built app; skipped with the reason where one of them is missing.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { _electron } from 'playwright-core'
import type { ElectronApplication, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { locateElectron, screenProblem } from '../../electron/host/electron-binary.ts'
import { temporaryFolder } from '../fakes/folder.ts'

const ROOT = join(import.meta.dirname, '../..')
const found = locateElectron(join(ROOT, 'node_modules/electron'), process.env)
const built = existsSync(join(ROOT, 'out/main/main.js'))
const screen = screenProblem(process.platform, process.env, process.getuid?.() ?? null)
const why = !found.ok ? `Electron: ${found.why}` : !built ? 'the app is not built' : screen

let app: ElectronApplication
let page: Page
const violations: string[] = []

beforeAll(async () => {
  if (why !== null || !found.ok) return
  app = await start()
  page = await app.firstWindow()
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) violations.push(message.text())
  })
  await page.waitForFunction(() => document.querySelector('#root')?.hasChildNodes() === true)
})
afterAll(async () => {
  if (why === null) await app.close()
})
beforeEach(({ skip }) => skip(why !== null, why ?? ''))

const home = temporaryFolder()

function start(): Promise<ElectronApplication> {
  const environment = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return _electron.launch({
    executablePath: found.ok ? found.program : '',
    args: [ROOT],
    env: { ...Object.fromEntries(environment), KELVIN_HOME: home },
  })
}

test('the page comes over app: with its policy, and breaks none of it', async () => {
  expect(new URL(page.url()).host).toBe('workbench')
  expect(violations).toEqual([])
})

test('2, 3, 20: the page has neither Node nor Electron, and two functions of ours', async () => {
  const seen = await page.evaluate(() => ({
    process: typeof Reflect.get(window, 'process'),
    require: typeof Reflect.get(window, 'require'),
    electron: typeof Reflect.get(window, 'electron'),
    bridge: Object.keys(Object(Reflect.get(window, 'kelvin'))),
  }))
  expect(seen).toEqual({
    process: 'undefined',
    require: 'undefined',
    electron: 'undefined',
    bridge: ['connect', 'dropped'],
  })
})

test('4: every window process is sandboxed', async () => {
  const types = await app.evaluate(({ app: own }) =>
    own.getAppMetrics().flatMap(({ type, sandboxed }) => (type === 'Tab' ? [sandboxed] : [])),
  )
  // Linux does not tell.
  expect(types.every((sandboxed) => sandboxed !== false)).toBe(true)
})

test('5: permissions are denied', async () => {
  const states = await page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone'] as PermissionName[]
    const asked = names.map(async (name) => (await navigator.permissions.query({ name })).state)
    return await Promise.all(asked)
  })
  expect(states.every((state) => state !== 'granted')).toBe(true)
})

test('1, 7: nothing is loaded from elsewhere', async () => {
  const answer = await page.evaluate(() =>
    fetch('https://example.org/').then(
      () => 'loaded',
      () => 'refused',
    ),
  )
  expect(answer).toBe('refused')
  violations.length = 0
})

test('13, 14: the page neither leaves nor opens another', async () => {
  const before = page.url()
  expect(await page.evaluate(() => window.open('https://example.org/'))).toBeNull()
  await page.evaluate(() => {
    window.location.href = 'https://example.org/'
  })
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
  expect(page.url()).toBe(before)
  expect(app.windows()).toHaveLength(1)
})

test('18: no path of the scheme leads out', async () => {
  const statuses = await page.evaluate(async () =>
    Promise.all(
      ['..%2f..%2fpackage.json', '%00.js', '.git/config', 'C:%5Cx.js'].map(
        async (path) => (await fetch(`/${path}`)).status,
      ),
    ),
  )
  expect(statuses.every((status) => status >= 400)).toBe(true)
})

test('a page that crashes comes back', async () => {
  await app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer()
  })
  page = await app.firstWindow()
  await page.waitForFunction(() => document.querySelector('#root')?.hasChildNodes() === true)
})

test('a host that is killed is started again, and the window stays', async () => {
  await app.evaluate(({ app: own }) => {
    const host = own.getAppMetrics().find(({ name }) => name === 'Kelvin workbench')
    if (host !== undefined) process.kill(host.pid, 'SIGKILL')
  })
  await expect
    .poll(() =>
      app.evaluate(({ app: own }) =>
        own.getAppMetrics().some(({ name }) => name === 'Kelvin workbench'),
      ),
    )
    .toBe(true)
  expect(app.windows()).toHaveLength(1)
})

test('a second start ends and leaves one window', async () => {
  const second = await start()
  await second.waitForEvent('close')
  expect(app.windows()).toHaveLength(1)
})
