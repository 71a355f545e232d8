/**
 * The window's only way out: a port to the host, and handles for what is dropped. Runs sandboxed and isolated; the
 * page sees two functions and never a channel, an event or a path.
 * Not here: what travels over the port (contract/wire.ts), who may ask (window.ts).
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { CHANNELS } from './contract/desktop.ts'

/** What is used of a page's port; this file is checked without the page's own types. */
type PagePort = {
  addEventListener(name: 'message', heard: (event: { readonly data: unknown }) => void): void
  addEventListener(name: 'close', heard: () => void): void
  postMessage(message: unknown): void
  start(): void
  close(): void
}

type Heard = (message: unknown) => void
type Closed = (reason: string) => void

/** One at a time: ports bear no names. */
let connecting: Promise<unknown> = Promise.resolve()

function connect(message: Heard, closed: Closed) {
  const opened = connecting.then(() => openPort(message, closed))
  connecting = opened.catch(() => undefined)
  return opened
}

async function openPort(message: Heard, closed: Closed) {
  const coming = nextPort()
  const isComing: unknown = await ipcRenderer.invoke(CHANNELS.connect)
  if (isComing !== true) {
    coming.cancel()
    throw new Error('the host is not running')
  }
  const port = await coming.port
  let told = false
  const tell = (reason: string): void => {
    if (!told) closed(reason)
    told = true
  }
  port.addEventListener('message', ({ data }) => message(data))
  port.addEventListener('close', () => tell('the host has ended'))
  port.start()
  return {
    send: (request: unknown) => port.postMessage(request),
    close: () => {
      told = true
      port.close()
    },
  }
}

function nextPort() {
  const { promise, resolve } = Promise.withResolvers<PagePort>()
  const heard = (event: Electron.IpcRendererEvent): void => {
    const [port]: readonly PagePort[] = event.ports
    if (port !== undefined) resolve(port)
  }
  ipcRenderer.once(CHANNELS.port, heard)
  return { port: promise, cancel: () => ipcRenderer.removeListener(CHANNELS.port, heard) }
}

/** Only a file that the user dropped or chose has a path; one that the page made has none. */
async function dropped(file: File) {
  const path = webUtils.getPathForFile(file)
  return path === '' ? null : ((await ipcRenderer.invoke(CHANNELS.dropped, path)) as unknown)
}

contextBridge.exposeInMainWorld('kelvin', { connect, dropped })
