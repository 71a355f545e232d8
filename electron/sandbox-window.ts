/**
 * Hidden pages in which our other processes run model-written programs where there is no Python to shut in: each in a
 * renderer process of its own, sandboxed, in a session that knows no network, with one port to whoever asked.
 * Not here: what happens in the page (resources/pyodide/), the other end of the port (sandbox/pyodide/port.ts).
 */
import { BrowserWindow, MessageChannelMain, session } from 'electron'
import type { MessagePortMain, Session } from 'electron'
import { join } from 'node:path'
import * as v from 'valibot'
import {
  PAGE_ANSWER,
  PAGE_CLOSE,
  PAGE_OPEN,
  PAGE_SCHEME,
  SANDBOX_HOST,
  SANDBOX_PORT,
  SANDBOX_URL,
  SHUT_IN,
} from './contract/desktop.ts'
import { assetAt } from './sandbox/pyodide/assets.ts'

/** No path to a disk: whatever a page stores goes with it. */
const PARTITION = 'sandbox'
const MAX_PAGES = 4

const Wish = v.object({ type: v.picklist([PAGE_OPEN, PAGE_CLOSE]), id: v.number() })

export type PageAsker = {
  readonly postMessage: (message: unknown, ports: readonly MessagePortMain[]) => void
}

/** The folder of main.js, beside which the other built files lie. */
export type Place = string

/** The pages of one process of ours. */
export class SandboxPages {
  readonly #asker: PageAsker
  readonly #place: Place
  readonly #windows = new Map<number, BrowserWindow>()

  constructor(asker: PageAsker, place: Place) {
    this.#asker = asker
    this.#place = place
  }

  /** Whether the message was about a page, and with that for nobody else. */
  heard(message: unknown): boolean {
    const wish = v.safeParse(Wish, message)
    if (!wish.success) return false
    const { type, id } = wish.output
    if (type === PAGE_CLOSE) this.#windows.get(id)?.destroy()
    else if (this.#windows.size < MAX_PAGES && !this.#windows.has(id)) this.#open(id)
    else this.#refuse(id, 'there are too many already')
    return true
  }

  /** The process has ended. */
  end(): void {
    for (const window of this.#windows.values()) window.destroy()
  }

  #open(id: number): void {
    const window = hiddenWindow(this.#place)
    const { webContents } = window
    let given = false
    this.#windows.set(id, window)
    window.on('closed', () => {
      this.#windows.delete(id)
      if (!given) this.#refuse(id, 'it ended')
    })
    const stay = (event: { preventDefault(): void }): void => event.preventDefault()
    webContents.on('will-navigate', stay)
    webContents.on('will-frame-navigate', stay)
    webContents.on('will-redirect', stay)
    webContents.on('render-process-gone', () => window.destroy())
    webContents.on('did-fail-load', () => window.destroy())
    webContents.once('did-finish-load', () => {
      const { port1, port2 } = new MessageChannelMain()
      given = true
      webContents.postMessage(SANDBOX_PORT, null, [port2])
      this.#asker.postMessage({ type: PAGE_ANSWER, id, why: '' }, [port1])
    })
    void window.loadURL(SANDBOX_URL)
  }

  #refuse(id: number, why: string): void {
    this.#asker.postMessage({ type: PAGE_ANSWER, id, why }, [])
  }
}

function hiddenWindow(place: Place): BrowserWindow {
  const own = session.fromPartition(PARTITION)
  closeOff(own, join(place, '../resources'))
  return new BrowserWindow({
    show: false,
    focusable: false,
    skipTaskbar: true,
    webPreferences: {
      preload: join(place, '../preload/sandbox-preload.cjs'),
      session: own,
      ...SHUT_IN,
      disableDialogs: true,
      // It is never seen, and its time limits must hold all the same.
      backgroundThrottling: false,
    },
  })
}

const closedOff = new WeakSet<Session>()

/** Nothing is granted, fetched or kept: a session of its own shares nothing with the workbench's. */
function closeOff(own: Session, resources: string): void {
  if (closedOff.has(own)) return
  closedOff.add(own)
  own.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  own.setPermissionCheckHandler(() => false)
  own.setDevicePermissionHandler(() => false)
  own.on('will-download', (event) => event.preventDefault())
  own.webRequest.onBeforeRequest(({ url }, decide) => decide({ cancel: !isSandboxPage(url) }))
  own.protocol.handle(PAGE_SCHEME, async ({ method, url }) => {
    const { pathname } = new URL(url)
    const isAsked = isSandboxPage(url) && method === 'GET'
    const asset = isAsked ? await assetAt(resources, pathname) : null
    if (asset === null) return new Response(null, { status: 404 })
    return new Response(asset.body, { status: 200, headers: asset.headers })
  })
}

function isSandboxPage(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, host } = new URL(address)
  return protocol === `${PAGE_SCHEME}:` && host === SANDBOX_HOST
}
