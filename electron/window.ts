/**
 * The window and everything that it may not do: navigate, open others, ask for permissions, load from elsewhere.
 * Not here: what is asked of the host (host/), dialogs (main.ts).
 * Source: electron's security checklist; the items are those of docs/tutorial/security.md.
 */
import { app, BrowserWindow, dialog, ipcMain, protocol, session } from 'electron'
import type { IpcMainInvokeEvent, Session, WebContents, WebFrameMain } from 'electron'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PAGE_HOST, PAGE_SCHEME, PAGE_URL, SHUT_IN } from './contract/desktop.ts'
import { findAsset } from './host/assets.ts'
import { DEVELOPMENT_POLICY, PAGE_HEADERS } from './host/page-headers.ts'

/** Before ready, once. Items 4 and 18. */
export function prepareScheme(): void {
  app.enableSandbox()
  protocol.registerSchemesAsPrivileged([
    {
      scheme: PAGE_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
}

/** The page of a development server, where there is one: never in a packaged app. Item 1. */
export function developmentUrl(): string | null {
  const url = process.env['ELECTRON_RENDERER_URL']
  return app.isPackaged || url === undefined || url === '' ? null : url
}

/** Whether an address is the page's own. Compares parsed parts, never beginnings of texts. */
export function isOwnPage(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol: scheme, host } = new URL(address)
  if (scheme === `${PAGE_SCHEME}:`) return host === PAGE_HOST
  const development = developmentUrl()
  if (development === null) return false
  const expected = new URL(development)
  return scheme === expected.protocol && host === expected.host
}

/** Item 18: files of the built page, with their headers; nothing else. */
export function serveScheme(root: string): void {
  protocol.handle(PAGE_SCHEME, async (request) => {
    const { host, pathname } = new URL(request.url)
    if (host !== PAGE_HOST) return new Response(null, { status: 404 })
    const asset = await findAsset(root, request.method, pathname)
    if (asset.status !== 200) return new Response(null, { status: asset.status })
    const headers = { ...PAGE_HEADERS, 'content-type': asset.type }
    return new Response(new Uint8Array(await readFile(asset.file)), { status: 200, headers })
  })
}

/** Copying text is the only thing that the page may ask for. Item 5. */
const ALLOWED_PERMISSION = 'clipboard-sanitized-write'

export function closeSession(own: Session = session.defaultSession): void {
  own.setPermissionRequestHandler((contents, permission, decide) => {
    decide(permission === ALLOWED_PERMISSION && isOwnPage(contents.getURL()))
  })
  own.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === ALLOWED_PERMISSION && isOwnPage(origin),
  )
  own.setDevicePermissionHandler(() => false)
  own.on('will-download', (event, item) => {
    // The page makes the files that it saves; it never fetches one.
    if (!item.getURL().startsWith('blob:') && !item.getURL().startsWith('data:')) {
      event.preventDefault()
    }
  })
  own.webRequest.onBeforeRequest(({ url }, decide) => decide({ cancel: !mayLoad(url) }))
  own.webRequest.onHeadersReceived(({ url, responseHeaders }, decide) => {
    if (developmentUrl() === null || !isOwnPage(url)) return decide({})
    const policy = { 'content-security-policy': [DEVELOPMENT_POLICY] }
    decide({ responseHeaders: { ...responseHeaders, ...policy } })
  })
}

const INNER_SCHEMES: ReadonlySet<string> = new Set(['devtools:', 'blob:', 'data:'])

function mayLoad(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  const development = developmentUrl()
  const isReload = development !== null && url.host === new URL(development).host
  return isOwnPage(address) || INNER_SCHEMES.has(url.protocol) || isReload
}

/** Whatever contents ever come to be. Items 11 to 14. */
export function guardContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-attach-webview', (event) => event.preventDefault())
    const stay = (event: { readonly url: string; preventDefault(): void }): void => {
      if (!isOwnPage(event.url)) event.preventDefault()
    }
    contents.on('will-navigate', stay)
    contents.on('will-frame-navigate', stay)
    contents.on('will-redirect', stay)
  })
}

/** Item 17: the top frame of one of our windows, showing our page. */
export function ownFrame({ senderFrame, sender }: IpcMainInvokeEvent): WebFrameMain | null {
  const isOurs =
    senderFrame !== null &&
    senderFrame === sender.mainFrame &&
    isOwnPage(senderFrame.url) &&
    BrowserWindow.fromWebContents(sender) !== null
  return isOurs ? senderFrame : null
}

/** The only way to answer a channel. body is given the frame that has been checked. */
export function handle(
  channel: string,
  body: (frame: WebFrameMain, input: unknown) => unknown,
): void {
  ipcMain.handle(channel, (event, input: unknown) => {
    const frame = ownFrame(event)
    if (frame === null) throw new Error(`${channel}: refused`)
    return body(frame, input)
  })
}

export type WindowOptions = { readonly preload: string; readonly icon: string }

export function openWindow({ preload, icon }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    name: 'workbench',
    windowStatePersistence: true,
    title: 'Kelvin',
    width: 1_360,
    height: 860,
    minWidth: 720,
    minHeight: 480,
    show: false,
    backgroundColor: '#101214',
    icon,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      ...SHUT_IN,
    },
  })
  window.once('ready-to-show', () => window.show())
  watchContents(window)
  void window.loadURL(developmentUrl() ?? PAGE_URL)
  return window
}

const MAX_RELOADS = 3

/** A page that crashed is loaded again, where it was: its address holds its place. */
function watchContents(window: BrowserWindow): void {
  let reloads = 0
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    reloads += 1
    if (reloads <= MAX_RELOADS) window.webContents.reload()
    else dialog.showErrorBox('Kelvin', `The window ended again and again (${reason}).`)
  })
  window.on('unresponsive', () => void askToWait(window))
}

async function askToWait(window: BrowserWindow): Promise<void> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message: 'The window does not respond.',
    detail: 'Training goes on in a process of its own.',
    buttons: ['Wait', 'Reload'],
    defaultId: 0,
    cancelId: 0,
  })
  if (response === 1 && !window.isDestroyed()) reload(window.webContents)
}

function reload(contents: WebContents): void {
  contents.forcefullyCrashRenderer()
  contents.reload()
}

export const preloadFile = (folder: string): string => join(folder, '../preload/preload.cjs')
export const pageFolder = (folder: string): string => join(folder, '../renderer')
