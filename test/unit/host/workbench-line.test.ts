/** The workbench process's line to the main process, with both ends in one process. */
import { MessageChannel } from 'node:worker_threads'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { serveWorkbench } from '../../../electron/host/desktop/workbench-line.ts'
import type { MainLine, WindowPort } from '../../../electron/host/desktop/workbench-line.ts'
import type { FromWorkbench, ToWorkbench } from '../../../electron/host/desktop/messages.ts'
import { createClient } from '../../../renderer/client.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

const folder = temporaryFolder()

function lineWith() {
  const said: FromWorkbench[] = []
  let wake: () => void = () => undefined
  let heard: (message: unknown, ports: readonly WindowPort[]) => void = () => undefined
  const exit = Promise.withResolvers<number>()
  const line: MainLine = {
    send: (message) => {
      said.push(message)
      wake()
    },
    on: (listener) => (heard = listener),
    exit: exit.resolve,
  }
  const until = async <Type extends FromWorkbench['type']>(type: Type) => {
    for (;;) {
      const found = said.find((message) => message.type === type)
      if (found !== undefined) return found as FromWorkbench & { readonly type: Type }
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  const tell = (message: ToWorkbench, ports: readonly WindowPort[] = []) => heard(message, ports)
  return { line, tell, until, exit: exit.promise }
}

/** A port of Node as Electron hands it to a utility process. */
function windowPort() {
  const { port1, port2 } = new MessageChannel()
  const port: WindowPort = {
    postMessage: (message) => port2.postMessage(message),
    on: (event: 'message' | 'close', heard: (event: { readonly data: unknown }) => void) =>
      port2.on(event, (data: unknown) => heard({ data })),
    start: () => undefined,
    close: () => port2.close(),
  }
  return { port, end: port1 }
}

test('windows come as ports, dialogs are asked of the main process, dropped paths become handles', async () => {
  const { line, tell, until, exit } = lineWith()
  serveWorkbench(line)
  tell({ type: 'open', home: folder, version: '1', reason: '' })
  await until('ready')
  const { port, end } = windowPort()
  tell({ type: 'connect' }, [port])
  const client = createClient(async ({ message, closed }) => {
    end.on('message', message)
    end.on('close', () => closed('closed'))
    return { send: (request) => end.postMessage(request), close: () => end.close() }
  })
  expect(await client.call('app.info', {})).toMatchObject({ mode: 'desktop', home: folder })
  const picking = client.call('folders.pick', { purpose: 'model' })
  const { id, ask } = await until('ask')
  expect(ask).toEqual({ name: 'pick', purpose: 'model', suggested: null })
  tell({ type: 'answer', id, value: join(folder, 'some-model') })
  const picked = await picking
  expect(picked?.label).toBe('some-model')
  const report = await client.call('models.validate', { folder: picked?.handle ?? '' })
  expect(report.problems[0]).toContain('some-model')
  tell({ type: 'grant', id: 9, path: join(folder, 'dropped') })
  expect(await until('granted')).toMatchObject({ id: 9, label: 'dropped' })
  client.close()
  tell({ type: 'close' })
  await until('closed')
  expect(await exit).toBe(0)
})

test('a host that cannot open says why and exits', async () => {
  const { line, tell, until, exit } = lineWith()
  serveWorkbench(line, () => Promise.reject(new Error('kelvin.db: no')))
  tell({ type: 'open', home: folder, version: '1', reason: '' })
  expect(await until('failed')).toEqual({ type: 'failed', message: 'kelvin.db: no' })
  expect(await exit).toBe(71)
})
