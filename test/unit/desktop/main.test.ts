/**
 * The desktop entry against Electron by hand: every item of the security checklist that needs no binary, and
 * supervision. Numbers are those of the checklist.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type * as FakeElectron from '../../fakes/electron.ts'
import { freshElectron } from '../../fakes/fresh-electron.ts'
import { CHANNELS, PAGE_URL } from '../../../electron/contract/desktop.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

type Fake = typeof FakeElectron
let electron: Fake

beforeEach(() => vi.stubEnv('KELVIN_HOME', temporaryHome))
afterEach(() => vi.unstubAllEnvs())
const temporaryHome = temporaryFolder()

/** The entry, run from its first line, ready, with its window and its workbench process. */
async function started() {
  electron = await freshElectron()
  await import('../../../electron/main.ts')
  await electron.app.becomeReady()
  const [window] = electron.BrowserWindow.all
  const [workbench] = electron.utilityProcess.all
  if (window === undefined || workbench === undefined) throw new Error('it did not start')
  return { window, workbench }
}

const sourcesOfElectron = () =>
  readdirSync('electron', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(join('electron', name), 'utf8') }))

test('2, 3, 4, 6, 11: the window is sandboxed and isolated, and nothing is weakened', async () => {
  const { window } = await started()
  expect(window.options['webPreferences']).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
  })
  expect(window.options).toMatchObject({ name: 'workbench', windowStatePersistence: true })
  expect(electron.app.log[0]).toBe('sandbox')
})

test('8, 9, 10: nothing in the sources asks for less security', () => {
  const words =
    /allowRunningInsecureContent|experimentalFeatures|enableBlinkFeatures|no-sandbox|nodeIntegration: true|webSecurity: false|contextIsolation: false|bypassCSP|corsEnabled|ignore-certificate/
  for (const { name, text } of sourcesOfElectron()) expect(words.test(text), name).toBe(false)
})

test('only the entries, their preloads and their windows import electron', () => {
  const found = sourcesOfElectron().filter(({ text }) => /from 'electron'/.test(text))
  expect(found.map(({ name }) => name).toSorted()).toEqual([
    'main.ts',
    'preload.ts',
    'sandbox-preload.ts',
    'sandbox-window.ts',
    'window.ts',
  ])
})

test('5: every permission is denied but writing text to the clipboard', async () => {
  const { window } = await started()
  const own = electron.session.defaultSession
  const asked = (permission: string) => {
    let granted: unknown = null
    own.request?.(window.webContents, permission, (value: unknown) => (granted = value))
    return granted
  }
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'openExternal',
    'hid',
    'usb',
    'fileSystem',
    'clipboard-read',
    'unknown',
  ]) {
    expect(asked(permission), permission).toBe(false)
    expect(own.check?.(null, permission, PAGE_URL), permission).toBe(false)
  }
  expect(asked('clipboard-sanitized-write')).toBe(true)
  expect(own.check?.(null, 'clipboard-sanitized-write', PAGE_URL)).toBe(true)
  expect(own.check?.(null, 'clipboard-sanitized-write', 'https://evil.example')).toBe(false)
  expect(own.device?.({})).toBe(false)
})

test('1: requests to anywhere else are cancelled before they are made', async () => {
  await started()
  const mayLoad = (url: string) => {
    let decision: unknown = null
    electron.session.defaultSession.before?.({ url }, (value: unknown) => (decision = value))
    return decision
  }
  for (const url of [
    'https://example.org/x.js',
    'http://127.0.0.1:5173/',
    'file:///etc/passwd',
    'ws://localhost/',
    'app://evil/x.js',
    'nonsense',
  ]) {
    expect(mayLoad(url), url).toEqual({ cancel: true })
  }
  expect(mayLoad(`${PAGE_URL}assets/main.js`)).toEqual({ cancel: false })
})

test('12, 13, 14: no webview, no navigation, no window', async () => {
  const { window } = await started()
  const { webContents } = window
  expect(webContents.openHandler?.({ url: PAGE_URL })).toEqual({ action: 'deny' })
  const attach = electron.preventable()
  webContents.emit('will-attach-webview', attach)
  expect(attach.prevented).toBe(true)
  for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
    for (const url of [
      'https://example.org',
      'file:///x.html',
      'app://workbench.evil/',
      'app://evil@workbench.evil/',
      'javascript:alert(1)',
      'data:text/html,x',
      'blob:app://workbench/1',
      'about:blank',
    ]) {
      const event = electron.preventable({ url })
      webContents.emit(name, event)
      expect(event.prevented, `${name} ${url}`).toBe(true)
    }
    const own = electron.preventable({ url: `${PAGE_URL}#/runs` })
    webContents.emit(name, own)
    expect(own.prevented).toBe(false)
  }
})

test('7, 18: the scheme is secure, serves the page with its policy, and nothing beside it', async () => {
  await started()
  expect(electron.protocol.schemes).toEqual([
    {
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
  const serve = electron.protocol.handlers.get('app')
  const status = async (url: string) => (await serve?.(new Request(url)))?.status
  expect(await status('app://evil/index.html')).toBe(404)
  expect(await status('app://workbench/..%2f..%2fpackage.json')).toBe(400)
  expect(await status('app://workbench/%00.js')).toBe(400)
})

test('15: a link is opened only when it is checked here too and the user agrees', async () => {
  const { workbench } = await started()
  const ask = async (url: string, response: number) => {
    electron.dialog.answers.push({ response })
    workbench.say({ type: 'ask', id: 1, ask: { name: 'openLink', url } })
    await electron.turn()
  }
  await ask('file:///etc/passwd', 0)
  expect(workbench.heard().at(-1)).toBe('refusal')
  electron.dialog.answers.length = 0
  await ask('https://arxiv.org/abs/2505.03335', 1)
  expect(electron.shell.opened).toEqual([])
  await ask('https://arxiv.org/abs/2505.03335', 0)
  expect(electron.shell.opened).toEqual(['https://arxiv.org/abs/2505.03335'])
})

test('17: every channel refuses a frame that is not the top frame of our page', async () => {
  const { window, workbench } = await started()
  expect([...electron.ipcMain.handlers.keys()].toSorted()).toEqual(
    [CHANNELS.connect, CHANNELS.dropped].toSorted(),
  )
  const { webContents } = window
  const top = webContents.mainFrame
  const stranger = new electron.FakeContents()
  stranger.mainFrame.url = PAGE_URL
  const forged = [
    { senderFrame: null, sender: webContents },
    { senderFrame: new electron.FakeFrame(PAGE_URL), sender: webContents },
    { senderFrame: stranger.mainFrame, sender: stranger },
  ]
  for (const [channel, handler] of electron.ipcMain.handlers) {
    for (const event of forged) {
      expect(() => handler(event, '/x'), channel).toThrow(`${channel}: refused`)
    }
    top.url = 'https://evil.example/'
    expect(() => handler({ senderFrame: top, sender: webContents }, '/x')).toThrow('refused')
    top.url = PAGE_URL
  }
  const connect = electron.ipcMain.handlers.get(CHANNELS.connect)
  expect(connect?.({ senderFrame: top, sender: webContents })).toBe(true)
  expect(top.sent).toEqual([{ channel: CHANNELS.port, ports: [{ end: 'page' }] }])
  expect(workbench.told.at(-1)).toEqual({ message: { type: 'connect' }, ports: [{ end: 'host' }] })
})

test('a dropped path becomes a handle, and only a text can be one', async () => {
  const { window, workbench } = await started()
  const dropped = electron.ipcMain.handlers.get(CHANNELS.dropped)
  const event = { senderFrame: window.webContents.mainFrame, sender: window.webContents }
  await expect(dropped?.(event, { path: '/x' })).rejects.toThrow()
  const answer = dropped?.(event, '/data/model')
  expect(workbench.told.at(-1)?.message).toEqual({ type: 'grant', id: 1, path: '/data/model' })
  workbench.say({ type: 'granted', id: 1, handle: 'h', label: 'model' })
  expect(await answer).toEqual({ handle: 'h', label: 'model' })
})

test('a second start shows the window of the first and ends', async () => {
  const { window } = await started()
  electron.app.emit('second-instance')
  expect(window.log.slice(-2)).toEqual(['show', 'focus'])
  electron = await freshElectron()
  electron.app.lock = false
  await import('../../../electron/main.ts')
  expect(electron.app.log).toContain('quit')
  expect(electron.BrowserWindow.all).toEqual([])
})

test('crashes are kept on this computer', async () => {
  await started()
  expect(electron.crashReporter.options).toEqual({ uploadToServer: false })
})

test('closing while training asks: cancel, go on in the background, or save and quit', async () => {
  const { window, workbench } = await started()
  workbench.say({ type: 'activity', activity: { training: 1, share: 0.25 } })
  expect([window.progress, electron.powerSaveBlocker.active]).toEqual([0.25, 1])
  electron.dialog.answers.push({ response: 2 }, { response: 0 }, { response: 1 })
  expect(window.close()).toBe(false)
  await electron.turn()
  expect(window.log).not.toContain('hide')
  expect(window.close()).toBe(false)
  await electron.turn()
  expect(window.log.at(-1)).toBe('hide')
  expect(electron.Tray.all).toHaveLength(1)
  expect(window.close()).toBe(false)
  await electron.turn()
  expect(workbench.heard().at(-1)).toBe('close')
  expect(electron.app.log).not.toContain('quit')
  workbench.emit('exit', 0)
  await electron.turn()
  expect(electron.app.log).toContain('quit')
  expect(electron.powerSaveBlocker.active).toBe(0)
})

test('without training the window closes at once', async () => {
  const { window } = await started()
  expect(window.close()).toBe(true)
})

test('a page that crashes is loaded again, a few times', async () => {
  const { window } = await started()
  for (let n = 0; n < 5; n++) {
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
  }
  expect(window.webContents.reloads).toBe(3)
  expect(electron.dialog.errors.length).toBeGreaterThan(0)
})

test('a host that ends is started again three times in ten minutes, then the app says so', async () => {
  const { workbench } = await started()
  const all = electron.utilityProcess.all
  workbench.emit('exit', 70)
  expect(all).toHaveLength(2)
  all[1]?.emit('exit', 70)
  all[2]?.emit('exit', 70)
  expect(electron.dialog.errors).toEqual([])
  all[3]?.emit('exit', 70)
  expect(all).toHaveLength(4)
  expect(electron.dialog.errors).toEqual(['the host ended with exit status 70'])
})

test('a host that cannot open says why, and is not tried again', async () => {
  const { workbench } = await started()
  workbench.say({ type: 'failed', message: 'kelvin.db: made by a later version' })
  workbench.emit('exit', 71)
  expect(electron.utilityProcess.all).toHaveLength(1)
  expect(electron.dialog.errors).toEqual(['kelvin.db: made by a later version'])
})

test('a trainer is a process of its own: what it says is passed on, a lost host stops it', async () => {
  const { workbench } = await started()
  workbench.say({ type: 'launch', id: 5, what: 'trainer' })
  const trainer = electron.utilityProcess.all[1]
  expect(trainer?.entry.endsWith('trainer-process.js')).toBe(true)
  workbench.say({ type: 'tell', id: 5, message: { type: 'order' } })
  expect(trainer?.heard()).toEqual(['order'])
  trainer?.say({ type: 'started' })
  trainer?.stderr.emit('data', 'driver complains')
  trainer?.emit('exit', 70)
  expect(workbench.told.slice(-3).map(({ message }) => message)).toEqual([
    { type: 'said', id: 5, message: { type: 'started' } },
    { type: 'output', id: 5, text: 'driver complains' },
    { type: 'ended', id: 5, how: 'the trainer ended with exit status 70' },
  ])
  workbench.say({ type: 'launch', id: 6, what: 'trainer' })
  const orphan = electron.utilityProcess.all[2]
  workbench.emit('exit', 70)
  expect(orphan?.heard()).toEqual(['stop'])
  const next = electron.utilityProcess.all[3]
  orphan?.emit('exit', 0)
  expect(next?.heard()).toEqual(['open'])
})

test('an errand of the engine is a process of its own too, and is killed when asked', async () => {
  const { workbench } = await started()
  workbench.say({ type: 'launch', id: 7, what: 'errand' })
  const errand = electron.utilityProcess.all[1]
  expect(errand?.entry.endsWith('errand-process.js')).toBe(true)
  errand?.say({ type: 'progress', done: 1, total: 2 })
  errand?.emit('exit', 9)
  expect(workbench.told.slice(-2).map(({ message }) => message)).toEqual([
    { type: 'said', id: 7, message: { type: 'progress', done: 1, total: 2 } },
    { type: 'ended', id: 7, how: 'its process ended with exit status 9' },
  ])
})

test('what makes no sense is dropped', async () => {
  const { workbench } = await started()
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  workbench.say({ type: 'ask', id: 1, ask: { name: 'runProgram' } })
  workbench.say({ type: 'nonsense' })
  expect(write).toHaveBeenCalledTimes(2)
  write.mockRestore()
  expect(workbench.heard()).toEqual(['open'])
})

test('a development server counts only where the app is not packaged', async () => {
  vi.stubEnv('ELECTRON_RENDERER_URL', 'http://localhost:5173/')
  const { window } = await started()
  expect(window.log[0]).toBe(`load ${PAGE_URL}`)
  electron = await freshElectron()
  electron.app.isPackaged = false
  await import('../../../electron/main.ts')
  await electron.app.becomeReady()
  expect(electron.BrowserWindow.all[0]?.log[0]).toBe('load http://localhost:5173/')
})
