/**
 * Windows of a host for tests, over both transports: messages cloned as an IPC port clones them, and a real
 * WebSocket. The client is the renderer's own.
 */
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import type { Host } from '../../electron/host/host.ts'
import { decode, encode, PROTOCOL } from '../../electron/contract/wire.ts'
import type { Connect, Wire } from '../../renderer/connect.ts'

/** A port of Electron, by hand: structured clones, delivered later, closed when the host breaks it off. */
export function portTo(host: () => Host): Connect {
  return async ({ message, closed }): Promise<Wire> => {
    let open = true
    const connection = host().connect((reply) => {
      const copy: unknown = structuredClone(reply)
      queueMicrotask(() => open && message(copy))
    })
    const end = (): void => {
      open = false
      connection.close()
    }
    return {
      send: (request) => {
        const copy: unknown = structuredClone(request)
        queueMicrotask(() => {
          if (!open || connection.receive(copy)) return
          end()
          closed('the port was closed')
        })
      },
      close: end,
    }
  }
}

/** As the page does it, without a page: token, session, WebSocket. */
export function socketTo(address: () => string): Connect {
  return async ({ message, closed }): Promise<Wire> => {
    const url = new URL(address())
    const session = await sessionFor(url)
    const socket = await openSocket(url, session)
    let told = false
    socket.on('message', (data) => message(decode(textOf(data))))
    socket.on('close', (_code, reason) => {
      if (!told) closed(String(reason))
    })
    return {
      send: (request) => socket.send(encode(request)),
      close: () => {
        told = true
        socket.close()
      },
    }
  }
}

export function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : ''
}

export async function sessionFor(url: URL): Promise<string> {
  const token = url.hash.slice('#token='.length)
  const response = await fetch(new URL('/session', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url.origin },
    body: JSON.stringify({ token }),
  })
  if (!response.ok) throw new Error(`session: ${response.status}`)
  const { session } = (await response.json()) as { session: string }
  return session
}

export function openSocket(url: URL, session: string, origin = url.origin): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${url.host}/socket`, [PROTOCOL, `session.${session}`], {
    origin,
  })
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}
