/**
 * The page and its WebSocket on one port: checks Host, Origin and session before anything reaches the host.
 * Not here: what is asked (dispatch.ts), files (assets.ts), secrets (sessions.ts).
 */
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as v from 'valibot'
import { WebSocketServer } from 'ws'
import { AppError, messageOf } from '../contract/errors.ts'
import { MAX_REQUEST_CHARS, PROTOCOL } from '../contract/wire.ts'
import type { Reply } from '../contract/wire.ts'
import { findAsset } from './assets.ts'
import type { Connection } from './dispatch.ts'
import { createOrigins, hostName, isLoopback } from './origins.ts'
import type { Origins } from './origins.ts'
import { PAGE_HEADERS } from './page-headers.ts'
import type { Sessions } from './sessions.ts'
import { joinSocket } from './socket-channel.ts'

export type WebOptions = {
  /** Folder of the built page. */
  readonly root: string
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Other names of this machine, where it listens beyond loopback. */
  readonly names: readonly string[]
  readonly sessions: Sessions
  readonly connect: (send: (reply: Reply) => void) => Connection
}

export type WebServer = { readonly url: string; readonly close: () => Promise<void> }

const MAX_SOCKETS = 16
const UNKNOWN_SESSION = 4401
const TOO_MANY = 4429

export async function startWebServer(options: WebOptions): Promise<WebServer> {
  const origins = createOrigins(isLoopback(options.host) ? [] : [options.host, ...options.names])
  const sockets = new WebSocketServer({
    noServer: true,
    // UTF-8 takes at most three bytes per UTF-16 unit.
    maxPayload: 3 * MAX_REQUEST_CHARS,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  })
  const server = createServer((request, response) => {
    answer(request, response, options, origins).catch(() => response.destroy())
  })
  server.on('upgrade', (request, socket, head) => {
    if (!mayUpgrade(request, origins)) return refuseUpgrade(socket)
    sockets.handleUpgrade(request, socket, head, (opened) => {
      if (!options.sessions.isKnown(sessionOf(request))) {
        opened.close(UNKNOWN_SESSION, 'the session is not known')
      } else if (sockets.clients.size > MAX_SOCKETS) {
        opened.close(TOO_MANY, `expected at most ${MAX_SOCKETS} windows`)
      } else {
        joinSocket(opened, options.connect)
      }
    })
  })
  const port = await listen(server, options)
  const beat = keepAlive(sockets)
  return {
    url: `http://${hostName(options.host)}:${port}/`,
    close: () => closeAll(server, sockets, beat),
  }
}

function listen(server: Server, { host, port }: WebOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const why = messageOf(cause)
      reject(new AppError('usage', `${host}:${port}: cannot be listened on: ${why}`, { cause }))
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: WebOptions,
  origins: Origins,
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value)
  if (!origins.isOwnHost(headers.host)) return end(response, 403)
  const path = url.split('?', 1)[0] ?? '/'
  if (path === '/session') return await exchangeToken(request, response, options, origins)
  const asset = await findAsset(options.root, method, path)
  if (asset.status !== 200) return end(response, asset.status)
  response.setHeader('content-type', asset.type)
  // Names of built files hold a digest of what is in them, but for the page itself.
  const isPage = asset.type.startsWith('text/html')
  response.setHeader('cache-control', isPage ? 'no-store' : 'max-age=31536000, immutable')
  response.writeHead(200)
  if (method === 'HEAD') response.end()
  else await pipeline(createReadStream(asset.file), response)
}

function end(response: ServerResponse, status: number, body = ''): void {
  response.setHeader('cache-control', 'no-store')
  response.writeHead(status)
  response.end(body)
}

const Exchange = v.strictObject({ token: v.pipe(v.string(), v.maxLength(100)) })
const MAX_BODY_BYTES = 1_000

async function exchangeToken(
  request: IncomingMessage,
  response: ServerResponse,
  { sessions }: WebOptions,
  origins: Origins,
): Promise<void> {
  const { origin, host } = request.headers
  const isJson = request.headers['content-type'] === 'application/json'
  if (request.method !== 'POST' || !isJson) return end(response, 405)
  if (!origins.isOwnOrigin(origin, host)) return end(response, 403)
  const parsed = v.safeParse(Exchange, await bodyOf(request))
  if (!parsed.success) return end(response, 400)
  const session = sessions.exchange(parsed.output.token)
  if (session === null) return end(response, 403)
  response.setHeader('content-type', 'application/json; charset=utf-8')
  end(response, 200, JSON.stringify({ session }))
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const piece of request) {
    text += String(piece)
    if (text.length > MAX_BODY_BYTES) return null
  }
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function mayUpgrade({ url, headers }: IncomingMessage, origins: Origins): boolean {
  return url === '/socket' && origins.isOwnOrigin(headers.origin, headers.host)
}

/** A browser can give a WebSocket no headers of its own, but protocols: ours and the session. */
function sessionOf({ headers }: IncomingMessage): string {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const found = offered.find((name) => name.startsWith('session.'))
  return found?.slice('session.'.length) ?? ''
}

function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => undefined)
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
}

const BEAT_MS = 30_000

/** A tunnel that broke says nothing: whoever has not answered the last beat is gone. */
function keepAlive(sockets: WebSocketServer): NodeJS.Timeout {
  const silent = new WeakSet<object>()
  const beat = setInterval(() => {
    for (const socket of sockets.clients) {
      if (silent.has(socket)) socket.terminate()
      silent.add(socket)
      socket.once('pong', () => silent.delete(socket))
      socket.ping()
    }
  }, BEAT_MS)
  return beat.unref()
}

async function closeAll(
  server: Server,
  sockets: WebSocketServer,
  beat: NodeJS.Timeout,
): Promise<void> {
  clearInterval(beat)
  for (const socket of sockets.clients) socket.close(1001, 'kelvin serve has ended')
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  for (const socket of sockets.clients) socket.terminate()
  await closed
}
