import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type * as FakeElectron from '../../fakes/electron.ts'
import { freshElectron } from '../../fakes/fresh-electron.ts'
import { CHANNELS } from '../../../electron/contract/desktop.ts'

type Fake = typeof FakeElectron
let electron: Fake

type Wire = { readonly send: (message: unknown) => void; readonly close: () => void }
type Bridge = {
  connect: (message: (reply: unknown) => void, closed: (reason: string) => void) => Promise<Wire>
  dropped: (file: object) => Promise<unknown>
}

async function loaded(): Promise<Bridge> {
  electron = await freshElectron()
  await import('../../../electron/preload.ts')
  return electron.contextBridge.exposed['kelvin'] as unknown as Bridge
}

test('20: the page sees two functions and nothing of Electron', async () => {
  const bridge = await loaded()
  expect(Object.keys(electron.contextBridge.exposed)).toEqual(['kelvin'])
  expect(Object.keys(bridge)).toEqual(['connect', 'dropped'])
})

test('a port carries messages both ways without its events', async () => {
  const { connect } = await loaded()
  const { port1, port2 } = new MessageChannel()
  electron.ipcRenderer.answer = async () => {
    electron.ipcRenderer.emit(CHANNELS.port, { ports: [port2] })
    return true
  }
  const heard = Promise.withResolvers<unknown>()
  const closed = Promise.withResolvers<string>()
  const wire = await connect(heard.resolve, closed.resolve)
  const sent = new Promise((resolve) => port1.once('message', resolve))
  wire.send({ type: 'call' })
  expect(await sent).toEqual({ type: 'call' })
  port1.postMessage({ type: 'answer' })
  expect(await heard.promise).toEqual({ type: 'answer' })
  port1.close()
  expect(await closed.promise).toBe('the host has ended')
})

test('without a host the connection is refused, and the next one is made all the same', async () => {
  const { connect } = await loaded()
  electron.ipcRenderer.answer = async () => false
  await expect(
    connect(
      () => undefined,
      () => undefined,
    ),
  ).rejects.toThrow('the host is not running')
  const { port1, port2 } = new MessageChannel()
  electron.ipcRenderer.answer = async () => {
    electron.ipcRenderer.emit(CHANNELS.port, { ports: [port2] })
    return true
  }
  const wire = await connect(
    () => undefined,
    () => undefined,
  )
  wire.close()
  port1.close()
})

test('only a file of the disk has a path to tell', async () => {
  const { dropped } = await loaded()
  electron.ipcRenderer.answer = async () => ({ handle: 'h', label: 'l' })
  expect(await dropped({})).toBeNull()
  expect(electron.ipcRenderer.invoked).toEqual([])
  expect(await dropped({ path: '/x' })).toEqual({ handle: 'h', label: 'l' })
  expect(electron.ipcRenderer.invoked).toEqual([{ channel: CHANNELS.dropped, input: '/x' }])
})
