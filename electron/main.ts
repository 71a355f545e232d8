/**
 * The desktop entry: windows, dialogs and supervision. Nothing is computed here, so that windows never wait.
 * Not here: the window's limits (window.ts), the host (host/), which runs in a process of its own.
 */
import {
  app,
  crashReporter,
  dialog,
  Menu,
  MessageChannelMain,
  Notification,
  powerSaveBlocker,
  shell,
  Tray,
  utilityProcess,
} from 'electron'
import type { BrowserWindow, MessagePortMain } from 'electron'
import { join } from 'node:path'
import * as v from 'valibot'
import { CHANNELS } from './contract/desktop.ts'
import { checkedLink } from './host/desk.ts'
import type { Desk, PickPurpose } from './host/desk.ts'
import { Keeper } from './host/desktop/keeper.ts'
import type { Child } from './host/desktop/keeper.ts'
import type { Activity } from './host/desktop/messages.ts'
import { homeDirectory } from './host/paths.ts'
import { SandboxPages } from './sandbox-window.ts'
import {
  closeSession,
  guardContents,
  handle,
  openWindow,
  pageFolder,
  preloadFile,
  prepareScheme,
  serveScheme,
} from './window.ts'

const HERE = import.meta.dirname
/** Code that other processes run, and what Python reads, lies beside the archive: neither can look into it. */
const UNPACKED = HERE.replace('app.asar', 'app.asar.unpacked')
const ICON = join(HERE, '../resources/icons/kelvin.png')
const ENTRIES = {
  workbench: join(UNPACKED, 'host/desktop/workbench-process.js'),
  trainer: join(UNPACKED, 'host/trainer-process.js'),
  errand: join(UNPACKED, 'host/errand-process.js'),
} as const

let window: BrowserWindow | null = null
let tray: Tray | null = null
let activity: Activity = { training: 0, share: null }
let blocker: number | null = null
let quitting = false

crashReporter.start({ uploadToServer: false })
prepareScheme()
guardContents()

// Item 16 and single instance: a second start shows the first one's window.
if (app.requestSingleInstanceLock()) {
  app.on('second-instance', showWindow)
  app.on('activate', showWindow)
  app.on('window-all-closed', () => void quit())
  app.on('before-quit', (event) => {
    if (quitting) return
    event.preventDefault()
    void quit()
  })
  app.whenReady().then(start, (cause: unknown) => fail(String(cause)))
} else {
  app.quit()
}

let keeper: Keeper<MessagePortMain> | null = null

function start(): void {
  Menu.setApplicationMenu(applicationMenu())
  serveScheme(pageFolder(HERE))
  closeSession()
  keeper = new Keeper<MessagePortMain>({
    fork,
    desk,
    open: { type: 'open', home: homeDirectory(), version: app.getVersion(), reason: '' },
    onReady: () => undefined,
    onActivity: showActivity,
    onGone: tellGone,
    output: (text) => process.stderr.write(text),
    now: () => Date.now(),
  })
  keeper.start()
  handleChannels(keeper)
  showWindow()
}

function handleChannels(host: Keeper<MessagePortMain>): void {
  handle(CHANNELS.connect, (frame) => {
    const { port1, port2 } = new MessageChannelMain()
    if (!host.connect(port1)) return false
    frame.postMessage(CHANNELS.port, null, [port2])
    return true
  })
  const Path = v.pipe(v.string(), v.nonEmpty(), v.maxLength(4_096))
  handle(CHANNELS.dropped, async (_frame, path) => await host.grant(v.parse(Path, path)))
}

function fork(what: keyof typeof ENTRIES): Child<MessagePortMain> {
  const child = utilityProcess.fork(ENTRIES[what], [], {
    serviceName: `Kelvin ${what}`,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.stderr?.setEncoding('utf8')
  const post = (message: unknown, ports: readonly MessagePortMain[] = []): void =>
    child.postMessage(message, [...ports])
  const pages = new SandboxPages({ postMessage: post }, HERE)
  child.on('exit', () => pages.end())
  return {
    postMessage: post,
    kill: () => {
      if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
    },
    onMessage: (heard) =>
      void child.on('message', (message: unknown) => {
        if (!pages.heard(message)) heard(message)
      }),
    onOutput: (heard) => void child.stderr?.on('data', (text: unknown) => heard(String(text))),
    onExit: (heard) => void child.on('exit', heard),
  }
}

function showWindow(): void {
  if (!app.isReady()) return
  if (window === null) {
    window = openWindow({ preload: preloadFile(HERE), icon: ICON })
    window.on('close', (event) => {
      if (quitting || activity.training === 0) return
      event.preventDefault()
      void askBeforeClosing()
    })
    window.on('closed', () => {
      window = null
      // The sandbox's hidden pages are windows too, and would keep the app open.
      void quit()
    })
  }
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** Asked once each time: training goes on without a window, or is saved. */
async function askBeforeClosing(): Promise<void> {
  if (window === null) return
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: activity.training === 1 ? 'A run is training.' : `${activity.training} runs train.`,
    buttons: ['Keep training in the background', 'Stop and save', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  })
  if (response === 0) goToBackground()
  if (response === 1) await quit()
}

function goToBackground(): void {
  window?.hide()
  if (tray !== null) return
  tray = new Tray(ICON)
  tray.setToolTip('Kelvin is training')
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Show', click: showWindow },
      { label: 'Stop and quit', click: () => void quit() },
    ]),
  )
  tray.on('click', showWindow)
}

/** Saves and stops what runs before anything else ends. */
async function quit(): Promise<void> {
  if (quitting) return
  quitting = true
  await keeper?.close()
  app.quit()
}

function showActivity(now: Activity): void {
  activity = now
  window?.setProgressBar(now.training === 0 ? -1 : (now.share ?? 2))
  if (now.training > 0) blocker ??= powerSaveBlocker.start('prevent-app-suspension')
  else if (blocker !== null) {
    powerSaveBlocker.stop(blocker)
    blocker = null
    tray?.destroy()
    tray = null
  }
}

/** The window stays and connects again by itself; without a host there is nothing to show. */
function tellGone(why: string, restarts: boolean): void {
  process.stderr.write(`kelvin: ${why}\n`)
  if (!restarts) fail(why)
}

function fail(why: string): void {
  dialog.showErrorBox('Kelvin cannot go on', why)
  quitting = true
  app.exit(1)
}

const PROPERTIES = {
  model: ['openDirectory'],
  'export-folder': ['openDirectory', 'createDirectory'],
  'import-file': ['openFile'],
} as const satisfies Readonly<Record<Exclude<PickPurpose, 'export-file'>, readonly string[]>>

const desk: Desk = {
  pick: async (purpose, suggested) => {
    if (purpose === 'export-file') {
      const options = suggested === null ? {} : { defaultPath: suggested }
      const saved = await dialog.showSaveDialog(options)
      return saved.canceled ? null : saved.filePath
    }
    const picked = await dialog.showOpenDialog({ properties: [...PROPERTIES[purpose]] })
    return picked.canceled ? null : (picked.filePaths[0] ?? null)
  },
  reveal: async (path) => shell.showItemInFolder(path),
  openLink: async (url) => {
    // Checked on both sides: this is where it counts. Item 15.
    const link = checkedLink(url)
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: 'Open this page in your browser?',
      detail: link,
      buttons: ['Open', 'Cancel'],
      defaultId: 1,
      cancelId: 1,
    })
    if (response === 0) await shell.openExternal(link)
  },
  notify: (title, body) => {
    if (Notification.isSupported()) new Notification({ title, body, silent: true }).show()
  },
  acceptNoIsolation: async () => {
    const { response } = await dialog.showMessageBox({
      type: 'warning',
      message: 'Programs would not be isolated on this machine.',
      detail:
        'What the model writes would run with your rights. Only do this in a virtual machine.',
      buttons: ['Cancel', 'Train anyway'],
      defaultId: 0,
      cancelId: 0,
    })
    return response === 1
  },
}

function applicationMenu(): Menu {
  const mac = process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []
  const view = { label: 'View', submenu: viewItems() }
  return Menu.buildFromTemplate([...mac, { role: 'fileMenu' }, { role: 'editMenu' }, view])
}

function viewItems() {
  const items = ['resetZoom', 'zoomIn', 'zoomOut', 'togglefullscreen'] as const
  const tools = app.isPackaged ? [] : (['reload', 'toggleDevTools'] as const)
  return [...items, ...tools].map((role) => ({ role }))
}
