/**
 * Electron by hand, as far as the desktop entry uses it: remembers what it was told and lets a test play the user,
 * the page and the processes. Not a mock of behaviour that only the real program has (test/e2e/desktop.test.ts).
 */
import { EventEmitter } from 'node:events'

type Answer = { response: number }
type Listener = (...given: unknown[]) => unknown

export class FakeFrame {
  readonly sent: { channel: string; ports: readonly unknown[] }[] = []
  url: string
  constructor(url: string) {
    this.url = url
  }
  postMessage(channel: string, _message: unknown, ports: readonly unknown[] = []): void {
    this.sent.push({ channel, ports })
  }
}

export class FakeContents extends EventEmitter {
  mainFrame = new FakeFrame('')
  openHandler: ((details: { url: string }) => { action: string }) | null = null
  reloads = 0
  getURL(): string {
    return this.mainFrame.url
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler
  }
  reload(): void {
    this.reloads += 1
  }
  postMessage(channel: string, _message: unknown, ports: readonly unknown[] = []): void {
    this.mainFrame.postMessage(channel, _message, ports)
  }
  forcefullyCrashRenderer(): void {
    this.emit('forced')
  }
}

export class BrowserWindow extends EventEmitter {
  static all: BrowserWindow[] = []
  static fromWebContents(contents: FakeContents): BrowserWindow | null {
    return BrowserWindow.all.find((window) => window.webContents === contents) ?? null
  }
  readonly options: Record<string, unknown>
  readonly webContents = new FakeContents()
  readonly log: string[] = []
  progress = -1
  constructor(options: Record<string, unknown>) {
    super()
    this.options = options
    BrowserWindow.all.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(url: string): Promise<void> {
    this.webContents.mainFrame.url = url
    this.log.push(`load ${url}`)
  }
  show = (): unknown => this.log.push('show')
  hide = (): unknown => this.log.push('hide')
  focus = (): unknown => this.log.push('focus')
  restore = (): unknown => this.log.push('restore')
  isMinimized = (): boolean => false
  isDestroyed = (): boolean => false
  setProgressBar(share: number): void {
    this.progress = share
  }
  /** As the app does it: nothing is asked. */
  destroy(): void {
    BrowserWindow.all = BrowserWindow.all.filter((window) => window !== this)
    this.emit('closed')
  }
  /** As the user does it: true when nothing kept it open. */
  close(): boolean {
    const event = preventable()
    this.emit('close', event)
    if (event.prevented) return false
    BrowserWindow.all = BrowserWindow.all.filter((window) => window !== this)
    this.emit('closed')
    return true
  }
}

export function preventable(rest: object = {}) {
  const event = {
    ...rest,
    prevented: false,
    preventDefault: () => {
      event.prevented = true
    },
  }
  return event
}

class App extends EventEmitter {
  isPackaged = true
  readonly log: string[] = []
  lock = true
  readonly ready = Promise.withResolvers<void>()
  isReadyNow = false
  enableSandbox = (): unknown => this.log.push(`sandbox${this.isReadyNow ? ' late' : ''}`)
  requestSingleInstanceLock = (): boolean => this.lock
  whenReady = (): Promise<void> => this.ready.promise
  isReady = (): boolean => this.isReadyNow
  quit = (): unknown => this.log.push('quit')
  exit = (code: number): unknown => this.log.push(`exit ${code}`)
  getVersion = (): string => '1.2.3'
  async becomeReady(): Promise<void> {
    this.isReadyNow = true
    this.ready.resolve()
    await this.ready.promise
    await turn()
  }
}
export const app = new App()

const handlers = new Map<string, Listener>()
export const ipcMain = {
  handlers,
  handle: (channel: string, listener: Listener): void => {
    if (handlers.has(channel)) throw new Error(`${channel} twice`)
    handlers.set(channel, listener)
  },
}

type Scheme = { scheme: string; privileges: Record<string, boolean> }
type Serve = (request: Request) => Promise<Response>
class FakeProtocol {
  readonly schemes: Scheme[] = []
  readonly handlers = new Map<string, Serve>()
  registerSchemesAsPrivileged(schemes: Scheme[]): void {
    if (app.isReadyNow) throw new Error('too late')
    this.schemes.push(...schemes)
  }
  handle(scheme: string, handler: Serve): void {
    this.handlers.set(scheme, handler)
  }
}
export const protocol = new FakeProtocol()

class FakeSession extends EventEmitter {
  readonly protocol = new FakeProtocol()
  request: Listener | null = null
  check: Listener | null = null
  device: Listener | null = null
  before: Listener | null = null
  received: Listener | null = null
  webRequest = {
    onBeforeRequest: (listener: Listener): void => void (this.before = listener),
    onHeadersReceived: (listener: Listener): void => void (this.received = listener),
  }
  setPermissionRequestHandler = (handler: Listener): void => void (this.request = handler)
  setPermissionCheckHandler = (handler: Listener): void => void (this.check = handler)
  setDevicePermissionHandler = (handler: Listener): void => void (this.device = handler)
}
export const session = {
  defaultSession: new FakeSession(),
  partitions: new Map<string, FakeSession>(),
  fromPartition: (name: string): FakeSession => {
    const known = session.partitions.get(name) ?? new FakeSession()
    session.partitions.set(name, known)
    return known
  },
}

export const dialog = {
  answers: [] as Answer[],
  asked: [] as Record<string, unknown>[],
  errors: [] as string[],
  showMessageBox: async (...given: unknown[]): Promise<Answer> => {
    dialog.asked.push(Object(given.at(-1)) as Record<string, unknown>)
    return dialog.answers.shift() ?? { response: -1 }
  },
  showErrorBox: (_title: string, text: string): void => void dialog.errors.push(text),
  showOpenDialog: async () => ({ canceled: false, filePaths: ['/picked'] }),
  showSaveDialog: async () => ({ canceled: true, filePath: '' }),
}

/** A process that the test plays. */
export class FakeProcess extends EventEmitter {
  readonly entry: string
  readonly told: { message: { type: string } & Record<string, unknown>; ports: unknown[] }[] = []
  readonly pid = undefined
  readonly stderr = Object.assign(new EventEmitter(), { setEncoding: () => undefined })
  constructor(entry: string) {
    super()
    this.entry = entry
  }
  postMessage(message: { type: string }, ports: unknown[] = []): void {
    this.told.push({ message, ports })
  }
  say(message: object): void {
    this.emit('message', message)
  }
  heard = (): string[] => this.told.map(({ message }) => message.type)
}
export const utilityProcess = {
  all: [] as FakeProcess[],
  fork: (entry: string): FakeProcess => {
    const child = new FakeProcess(entry)
    utilityProcess.all.push(child)
    return child
  },
}

export class MessageChannelMain {
  readonly port1 = { end: 'host' }
  readonly port2 = { end: 'page' }
}

export const shell = {
  opened: [] as string[],
  shown: [] as string[],
  openExternal: async (url: string): Promise<void> => void shell.opened.push(url),
  showItemInFolder: (path: string): void => void shell.shown.push(path),
}
export class Tray extends EventEmitter {
  static all: Tray[] = []
  destroyed = false
  constructor() {
    super()
    Tray.all.push(this)
  }
  setToolTip = (): void => undefined
  setContextMenu = (): void => undefined
  destroy = (): void => void (this.destroyed = true)
}
export const Menu = {
  template: [] as unknown[],
  setApplicationMenu: (): void => undefined,
  buildFromTemplate: (template: unknown[]): unknown[] => (Menu.template = template),
}
export const powerSaveBlocker = {
  active: 0,
  start: (): number => (powerSaveBlocker.active += 1),
  stop: (): void => void (powerSaveBlocker.active -= 1),
}
export class Notification {
  static shown: { title: string }[] = []
  static isSupported = (): boolean => true
  readonly options: { title: string }
  constructor(options: { title: string }) {
    this.options = options
  }
  show(): void {
    Notification.shown.push(this.options)
  }
}
export const crashReporter = {
  options: null as { uploadToServer: boolean } | null,
  start: (options: { uploadToServer: boolean }): void => void (crashReporter.options = options),
}

/** What a preload has. */
export const ipcRenderer = Object.assign(new EventEmitter(), {
  invoked: [] as { channel: string; input: unknown }[],
  answer: async (_channel: string): Promise<unknown> => true,
  invoke: (channel: string, input?: unknown): Promise<unknown> => {
    ipcRenderer.invoked.push({ channel, input })
    return ipcRenderer.answer(channel)
  },
})
export const contextBridge = {
  exposed: {} as Record<string, Record<string, Listener>>,
  exposeInMainWorld: (name: string, api: Record<string, Listener>): void =>
    void (contextBridge.exposed[name] = api),
}
export const webUtils = { getPathForFile: (file: { path?: string }): string => file.path ?? '' }

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
