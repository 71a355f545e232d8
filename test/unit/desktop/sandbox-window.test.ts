/**
 * The sandbox's hidden pages against Electron by hand: who may ask for one, what it may do, and when it goes.
 */
import { beforeEach, expect, test, vi } from 'vitest'
import type * as FakeElectron from '../../fakes/electron.ts'
import {
  CHANNELS,
  PAGE_ANSWER,
  PAGE_CLOSE,
  PAGE_OPEN,
  SANDBOX_PORT,
  SANDBOX_URL,
} from '../../../electron/contract/desktop.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

type Fake = typeof FakeElectron
const home = temporaryFolder()
let electron: Fake

beforeEach(async () => {
  vi.stubEnv('KELVIN_HOME', home)
  vi.resetModules()
  electron = await import('../../fakes/electron.ts')
  vi.doMock('electron', () => ({ ...electron }))
})

/** The app with a trainer, which asks for a page. */
async function asked() {
  await import('../../../electron/main.ts')
  await electron.app.becomeReady()
  const [workbench] = electron.utilityProcess.all
  workbench?.say({ type: 'launch', id: 5, what: 'trainer' })
  const trainer = electron.utilityProcess.all[1]
  trainer?.say({ type: PAGE_OPEN, id: 1 })
  const [window, page] = electron.BrowserWindow.all
  if (workbench === undefined || trainer === undefined || page === undefined)
    throw new Error('none')
  return { workbench, trainer, window, page }
}

test('a page is hidden, sandboxed, isolated and never throttled, in a session of its own', async () => {
  const { page } = await asked()
  expect(page.options).toMatchObject({ show: false, skipTaskbar: true })
  expect(page.options['webPreferences']).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
    backgroundThrottling: false,
    session: electron.session.partitions.get('sandbox'),
  })
  expect(page.log).toEqual([`load ${SANDBOX_URL}`])
  expect([...electron.session.partitions.keys()]).toEqual(['sandbox'])
})

test('its session grants nothing and loads nothing but its own files, with their policies', async () => {
  await asked()
  const own = electron.session.partitions.get('sandbox')
  const granted: unknown[] = []
  own?.request?.(null, 'clipboard-sanitized-write', (value: unknown) => granted.push(value))
  own?.request?.(null, 'media', (value: unknown) => granted.push(value))
  expect([...granted, own?.check?.(null, 'hid', SANDBOX_URL), own?.device?.({})]).toEqual([
    false,
    false,
    false,
    false,
  ])
  const cancelled = (url: string) => {
    let decision: unknown = null
    own?.before?.({ url }, (value: unknown) => (decision = value))
    return decision
  }
  for (const url of [
    'https://example.org/',
    'http://127.0.0.1/',
    'app://workbench/',
    'data:,',
    'x',
  ]) {
    expect(cancelled(url), url).toEqual({ cancel: true })
  }
  expect(cancelled(`${SANDBOX_URL}page.js`)).toEqual({ cancel: false })
})

test('its scheme serves a fixed list of files with their policies, and nothing beside it', async () => {
  await asked()
  const serve = electron.session.partitions.get('sandbox')?.protocol.handlers.get('app')
  const answer = async (path: string, init = {}) => serve?.(new Request(path, init))
  expect((await answer('app://workbench/page.js'))?.status).toBe(404)
  expect((await answer(`${SANDBOX_URL}..%2fpython/child.py`))?.status).toBe(404)
  expect((await answer(`${SANDBOX_URL}zygote.py`))?.status).toBe(404)
  expect((await answer(`${SANDBOX_URL}page.js`, { method: 'POST' }))?.status).toBe(404)
  const worker = await answer(`${SANDBOX_URL}server.js`)
  expect([worker?.status, worker?.headers.get('content-security-policy')]).toEqual([
    200,
    "default-src 'none'; script-src 'wasm-unsafe-eval'",
  ])
  const page = await answer(SANDBOX_URL)
  expect(page?.headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('it is not the workbench: every channel refuses it, and it goes nowhere', async () => {
  const { page } = await asked()
  const { webContents } = page
  const event = { senderFrame: webContents.mainFrame, sender: webContents }
  for (const channel of [CHANNELS.connect, CHANNELS.dropped]) {
    expect(() => electron.ipcMain.handlers.get(channel)?.(event, '/x')).toThrow('refused')
  }
  for (const url of ['https://example.org/', 'app://workbench/', SANDBOX_URL]) {
    const leaving = electron.preventable({ url })
    webContents.emit('will-navigate', leaving)
    expect(leaving.prevented).toBe(true)
  }
})

test('once loaded, page and process have the two ends of one line', async () => {
  const { page, trainer, workbench } = await asked()
  expect(trainer.told).toEqual([])
  page.webContents.emit('did-finish-load')
  expect(page.webContents.mainFrame.sent).toEqual([
    { channel: SANDBOX_PORT, ports: [{ end: 'page' }] },
  ])
  expect(trainer.told).toEqual([
    { message: { type: PAGE_ANSWER, id: 1, why: '' }, ports: [{ end: 'host' }] },
  ])
  // Nobody else hears of it.
  expect(workbench.told.map(({ message }) => message.type)).not.toContain('said')
})

test('a page goes when it is asked to, when it crashes, and with its process', async () => {
  const { page, trainer } = await asked()
  trainer.say({ type: PAGE_CLOSE, id: 1 })
  expect(electron.BrowserWindow.all).not.toContain(page)
  expect(trainer.told.at(-1)?.message).toEqual({ type: PAGE_ANSWER, id: 1, why: 'it ended' })
  trainer.say({ type: PAGE_OPEN, id: 2 })
  const second = electron.BrowserWindow.all[1]
  second?.webContents.emit('render-process-gone', {}, { reason: 'oom' })
  expect(electron.BrowserWindow.all).toHaveLength(1)
  trainer.say({ type: PAGE_OPEN, id: 3 })
  trainer.emit('exit', 0)
  expect(electron.BrowserWindow.all).toHaveLength(1)
})

test('a process has so many pages and no more', async () => {
  const { trainer } = await asked()
  for (let id = 2; id < 9; id++) trainer.say({ type: PAGE_OPEN, id })
  expect(electron.BrowserWindow.all).toHaveLength(5)
  expect(trainer.told.map(({ message }) => message)).toContainEqual({
    type: PAGE_ANSWER,
    id: 8,
    why: 'there are too many already',
  })
})

test('a hidden page does not keep the app open', async () => {
  const { window, workbench } = await asked()
  expect(window?.close()).toBe(true)
  await electron.turn()
  expect(workbench.heard().at(-1)).toBe('close')
  workbench.emit('exit', 0)
  await electron.turn()
  expect(electron.app.log).toContain('quit')
})

test('the port is handed on in a sandboxed process, and closed in any other', async () => {
  const handed: unknown[] = []
  vi.stubGlobal('postMessage', (...given: unknown[]) => handed.push(given))
  const closed: string[] = []
  const port = { close: () => closed.push('closed') }
  await import('../../../electron/sandbox-preload.ts')
  electron.ipcRenderer.emit(SANDBOX_PORT, { ports: [port] })
  expect([handed, closed]).toEqual([[], ['closed']])
  vi.resetModules()
  Object.assign(process, { sandboxed: true })
  vi.doMock('electron', () => ({ ...electron }))
  await import('../../../electron/sandbox-preload.ts')
  electron.ipcRenderer.emit(SANDBOX_PORT, { ports: [port] })
  Reflect.deleteProperty(process, 'sandboxed')
  vi.unstubAllGlobals()
  expect(handed).toEqual([['port', '*', [port]]])
})
