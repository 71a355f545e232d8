/**
 * What carries messages between this page and the host: the window's preload, or a WebSocket to `kelvin serve`.
 * Not here: calls and streams (client.ts).
 */
import { AppError } from '../electron/contract/errors.ts'
import { decode, encode, PROTOCOL } from '../electron/contract/wire.ts'
import type { Connect, Wire, WireEvents } from './connect.ts'

/** What preload.ts puts into the window. Everything that passes is cloned on the way. */
export type Bridge = {
  readonly connect: (
    message: (reply: unknown) => void,
    closed: (reason: string) => void,
  ) => Promise<Wire>
  /** Of a dropped file or folder; null where it is none of the disk. */
  readonly dropped: (file: File) => Promise<{ handle: string; label: string } | null>
}

declare global {
  interface Window {
    readonly kelvin?: Bridge
  }
}

/** Takes the token out of the address, so call it before anything reads that. */
export function chooseTransport(page: Window): Connect {
  const bridge = page.kelvin
  if (bridge !== undefined) return ({ message, closed }) => bridge.connect(message, closed)
  const session = browserSession(page)
  return (events) => openSocket(page, session, events)
}

const TOKEN = /^#token=([A-Za-z0-9_-]{20,100})$/
const STORED = 'kelvin.session'

type Session = { readonly get: () => Promise<string>; readonly forget: () => void }

/** The token of the printed address buys a session, which outlives reloads of this tab and nothing else. */
function browserSession({ location, history, sessionStorage }: Window): Session {
  let token = TOKEN.exec(location.hash)?.[1] ?? null
  if (token !== null) {
    sessionStorage.removeItem(STORED)
    history.replaceState(null, '', location.pathname + location.search)
  }
  return {
    get: async () => {
      const known = sessionStorage.getItem(STORED)
      if (known !== null) return known
      if (token === null) throw noToken()
      const made = await exchange(token)
      sessionStorage.setItem(STORED, made)
      return made
    },
    forget: () => sessionStorage.removeItem(STORED),
  }
}

const noToken = (): AppError =>
  new AppError('usage', 'this page needs the address that kelvin serve printed, with its token')

async function exchange(token: string): Promise<string> {
  const response = await fetch('./session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  if (response.status === 403) throw noToken()
  if (!response.ok) throw new AppError('wire', `kelvin serve answered with ${response.status}`)
  const answer: unknown = await response.json()
  if (typeof answer === 'object' && answer !== null && 'session' in answer) {
    if (typeof answer.session === 'string') return answer.session
  }
  throw new AppError('wire', 'expected a session from kelvin serve, found something else')
}

/** How kelvin serve closes where it does not know the session, such as after it was started anew. */
const REFUSED = 4401

async function openSocket(page: Window, session: Session, events: WireEvents): Promise<Wire> {
  const secret = await session.get()
  const url = new URL('./socket', page.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.hash = ''
  const socket = new WebSocket(url, [PROTOCOL, `session.${secret}`])
  await opened(socket)
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') events.message(decode(data))
  })
  let told = false
  const close = (): void => {
    told = true
    socket.close()
  }
  socket.addEventListener('close', ({ code, reason }) => {
    if (code === REFUSED) session.forget()
    if (!told) events.closed(reason === '' ? 'the connection to kelvin serve was lost' : reason)
    told = true
  })
  return { send: (request) => socket.send(encode(request)), close }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true })
    const unreachable = new AppError('wire', 'kelvin serve cannot be reached')
    socket.addEventListener('close', () => reject(unreachable), { once: true })
  })
}
