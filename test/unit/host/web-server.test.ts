import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { PROTOCOL } from '../../../electron/contract/wire.ts'
import { createOrigins, isLoopback } from '../../../electron/host/origins.ts'
import { CONTENT_POLICY } from '../../../electron/host/page-headers.ts'
import { createSessions } from '../../../electron/host/sessions.ts'
import { startWebServer } from '../../../electron/host/web-server.ts'
import type { WebServer } from '../../../electron/host/web-server.ts'
import { openSocket, sessionFor, textOf } from '../../fakes/clients.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

const root = join(temporaryFolder(), 'page')
mkdirSync(root)
writeFileSync(join(root, 'index.html'), '<p>hello')
const sessions = createSessions()
let server: WebServer
let connections = 0
let ended: () => void = () => undefined

beforeAll(async () => {
  server = await startWebServer({
    root,
    host: '127.0.0.1',
    port: 0,
    names: [],
    sessions,
    connect: (send) => {
      connections += 1
      return {
        receive: (message) => {
          if (message !== 'hello') return false
          send({ type: 'answer', id: 1, value: Number.NaN })
          return true
        },
        close: () => {
          connections -= 1
          ended()
        },
      }
    },
  })
})
afterAll(() => server.close())

const address = () => new URL(`${server.url}#token=${sessions.token}`)

type Answer = { readonly status: number; readonly body: string; readonly policy: string }

/** Unlike fetch, this may say any Host. */
function ask(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<Answer> {
  const { port } = address()
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: text,
          policy: String(response.headers['content-security-policy']),
        }),
      )
    })
    sent.on('error', reject).end(body)
  })
}

test('the page comes with its policy', async () => {
  const { host } = address()
  expect(await ask('GET', '/?x=1', { host })).toEqual({
    status: 200,
    body: '<p>hello',
    policy: CONTENT_POLICY,
  })
})

test('a foreign name that leads to this machine gets nothing', async () => {
  const { port } = address()
  for (const host of [`evil.example:${port}`, 'evil.example', `127.0.0.1.evil.example:${port}`]) {
    expect((await ask('GET', '/', { host })).status, host).toBe(403)
  }
  expect((await ask('GET', '/', { host: `localhost:${port}` })).status).toBe(200)
  // The other end of a tunnel has another port.
  expect((await ask('GET', '/', { host: 'localhost:9000' })).status).toBe(200)
})

test('a session is sold for the token only, to our own page only', async () => {
  const { host, origin } = address()
  const json = { host, origin, 'content-type': 'application/json' }
  const right = JSON.stringify({ token: sessions.token })
  expect((await ask('POST', '/session', json, right)).status).toBe(200)
  expect((await ask('POST', '/session', json, '{"token":"x"}')).status).toBe(403)
  expect((await ask('POST', '/session', json, '{"token":1}')).status).toBe(400)
  expect((await ask('POST', '/session', json, 'x'.repeat(5_000))).status).toBe(400)
  expect((await ask('GET', '/session', json)).status).toBe(405)
  const foreign = { ...json, origin: 'http://127.0.0.1:1' }
  expect((await ask('POST', '/session', foreign, right)).status).toBe(403)
  const plain = { ...json, 'content-type': 'text/plain' }
  expect((await ask('POST', '/session', plain, right)).status).toBe(405)
  const none = { host, 'content-type': 'application/json' }
  expect((await ask('POST', '/session', none, right)).status).toBe(403)
})

test('a socket needs our origin, and a session that is known', async () => {
  const session = await sessionFor(address())
  await expect(openSocket(address(), session, 'http://evil.example')).rejects.toThrow('403')
  const stranger = await openSocket(address(), 'A'.repeat(43))
  expect(await closing(stranger)).toBe(4401)
  expect(connections).toBe(0)
})

test('a socket carries text both ways, and ends where the protocol is broken', async () => {
  const socket = await openSocket(address(), await sessionFor(address()))
  expect(socket.protocol).toBe(PROTOCOL)
  const heard = new Promise((resolve) => socket.once('message', (data) => resolve(textOf(data))))
  socket.send('"hello"')
  expect(await heard).toBe('{"type":"answer","id":1,"value":{"$number":"NaN"}}')
  socket.send('not json')
  expect(await closing(socket)).toBe(4400)
})

test('bytes instead of text, and too much text, end the socket', async () => {
  const session = await sessionFor(address())
  const bytes = await openSocket(address(), session)
  bytes.send(Buffer.from('"hello"'))
  expect(await closing(bytes)).toBe(4400)
  const flood = await openSocket(address(), session)
  flood.send('x'.repeat(4_000_000))
  expect(await closing(flood)).toBe(1009)
})

test('a window that goes away ends its connection', async () => {
  const socket = await openSocket(address(), await sessionFor(address()))
  socket.send('"hello"')
  await new Promise((resolve) => socket.once('message', resolve))
  expect(connections).toBeGreaterThan(0)
  const before = connections
  const gone = new Promise<void>((resolve) => (ended = resolve))
  socket.close()
  await gone
  expect(connections).toBe(before - 1)
})

test('the oldest session ends when there are too many', () => {
  const many = createSessions()
  const [first = ''] = Array.from({ length: 65 }, () => many.exchange(many.token) ?? '')
  expect(many.isKnown(first)).toBe(false)
  expect(many.exchange('')).toBeNull()
})

test('names of this machine, with and without ports, and nothing that only looks like them', () => {
  const { isOwnHost, isOwnOrigin } = createOrigins(['10.0.0.7', 'Box'])
  expect(
    ['localhost', '127.0.0.1:80', '[::1]:9', '10.0.0.7:1', 'box:2', 'BOX'].every(isOwnHost),
  ).toBe(true)
  for (const host of [
    'evil',
    'a@localhost',
    'localhost/x',
    'localhost?x',
    'localhost#x',
    ' ',
    undefined,
  ]) {
    expect(isOwnHost(host), String(host)).toBe(false)
  }
  expect(isOwnOrigin('http://localhost:1', 'localhost:1')).toBe(true)
  expect(isOwnOrigin('http://localhost:2', 'localhost:1')).toBe(false)
  expect(isOwnOrigin('null', 'localhost:1')).toBe(false)
  expect(['127.0.0.1', 'localhost', '::1', '127.1.2.3'].every(isLoopback)).toBe(true)
  expect(['0.0.0.0', '10.0.0.1', '::', 'example.org'].some(isLoopback)).toBe(false)
})

function closing(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', (code) => resolve(code)))
}
