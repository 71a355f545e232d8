/**
 * `kelvin serve` as a process: its address, its page, a window over its socket, its end.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { serve } from '../../electron/serve.ts'
import type { ServeOptions } from '../../electron/serve.ts'
import { createClient } from '../../renderer/client.ts'
import type { ConnectionState } from '../../renderer/client.ts'
import { socketTo } from '../fakes/clients.ts'
import { temporaryFolder } from '../fakes/folder.ts'

const folder = temporaryFolder()
const root = join(folder, 'page')
mkdirSync(root)
writeFileSync(join(root, 'index.html'), '<title>Kelvin</title>')

const OPTIONS: ServeOptions = {
  home: join(folder, 'home'),
  host: '127.0.0.1',
  port: 0,
  beyondLoopback: false,
  acceptNoIsolation: false,
  version: '9',
  reason: 'no desktop window: there is no screen',
  root,
}
mkdirSync(OPTIONS.home)

test('a host beyond loopback must be wished for', async () => {
  await expect(serve({ ...OPTIONS, host: '0.0.0.0' })).rejects.toThrow(
    '--host 0.0.0.0: others could reach it unencrypted; tunnel with ssh -L, or add --beyond-loopback',
  )
})

test('a page that is not built is a sentence', async () => {
  await expect(serve({ ...OPTIONS, root: folder })).rejects.toThrow('run npm run build')
})

test('a port that is taken is a sentence', async () => {
  const first = await serve(OPTIONS)
  const port = Number(new URL(first.url).port)
  await expect(serve({ ...OPTIONS, port })).rejects.toMatchObject({ code: 'usage' })
  await first.close()
})

test('a window survives a server that is started anew, and says meanwhile what it waits for', async () => {
  let serving = await serve(OPTIONS)
  const states: ConnectionState['type'][] = []
  const retries: (() => void)[] = []
  const client = createClient(
    socketTo(() => serving.url),
    (_, body) => {
      retries.push(body)
      return () => undefined
    },
  )
  client.onState(({ type }) => states.push(type))
  expect(await client.call('app.info', {})).toMatchObject({
    mode: 'browser',
    version: '9',
    reason: 'no desktop window: there is no screen',
  })
  const settings: string[] = []
  client.stream('settings.changes', () => ({}), { item: ({ theme }) => settings.push(theme) })
  await client.call('settings.set', { values: { theme: 'dark' } })
  const lost = new Promise<void>((resolve) => {
    const end = client.onState(({ type }) => {
      if (type !== 'connecting') return
      end()
      resolve()
    })
  })
  await serving.close()
  await lost
  serving = await serve(OPTIONS)
  retries.at(-1)?.()
  // Waits for the connection, and so does the stream, which begins anew.
  await client.call('settings.set', { values: { theme: 'light' } })
  expect(states).toEqual(['connected', 'connecting', 'connected'])
  expect(settings).toEqual(['system', 'dark', 'dark', 'light'])
  client.close()
  await serving.close()
})

test('the command prints one address with a token, and ends when it is interrupted', async () => {
  const args = [
    'electron/cli.ts',
    'serve',
    '--json',
    '--read-only',
    '--home',
    join(folder, 'other'),
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const line = await firstLine(child)
  if (line === null) {
    // Without a built page there is nothing to serve: it says so.
    expect(child.exitCode ?? (await exitOf(child))).toBe(2)
    return
  }
  const { url } = v.parse(v.object({ url: v.string() }), JSON.parse(line))
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[A-Za-z0-9_-]{43}$/)
  const page = await fetch(url)
  expect(page.headers.get('content-security-policy')).toContain('require-trusted-types-for')
  const client = createClient(socketTo(() => url))
  expect((await client.call('runs.list', {})).total).toBe(0)
  expect((await client.call('app.info', {})).readOnly).toBe(true)
  await expect(client.call('settings.set', { values: { theme: 'dark' } })).rejects.toThrow(
    'settings.set: this workbench only shows',
  )
  client.close()
  const ended = exitOf(child)
  child.kill('SIGINT')
  expect(await ended).toBe(0)
})

async function firstLine(child: ChildProcess): Promise<string | null> {
  if (child.stdout === null) return null
  for await (const line of createInterface(child.stdout)) return line
  return null
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}
