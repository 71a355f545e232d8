/**
 * A page over a port that the main process brings. Both are played by hand.
 */
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { PAGE_ANSWER, PAGE_CLOSE, PAGE_OPEN } from '../../../../electron/contract/desktop.ts'
import { portSource } from '../../../../electron/sandbox/pyodide/port.ts'

class Port extends EventEmitter {
  readonly sent: unknown[] = []
  log: string[] = []
  postMessage = (message: unknown): void => void this.sent.push(message)
  start = (): void => void this.log.push('start')
  close = (): void => void this.log.push('close')
}

class Main extends EventEmitter {
  readonly asked: { type: string; id: number }[] = []
  postMessage = (message: unknown): void => {
    const { type, id } = Object(message)
    this.asked.push({ type, id })
  }
  /** The answer to the latest wish. */
  bring(ports: readonly Port[], why = ''): void {
    const id = this.asked.at(-1)?.id
    this.emit('message', { data: { type: PAGE_ANSWER, id, why }, ports })
  }
}

test('a page speaks first, then both ends talk until it is closed', async () => {
  const [main, port] = [new Main(), new Port()]
  const opening = portSource(main)()
  expect(main.asked.map(({ type }) => type)).toEqual([PAGE_OPEN])
  // Other messages to this process are not for it.
  main.emit('message', { data: { type: 'order' }, ports: [] })
  main.bring([port])
  await new Promise(setImmediate)
  port.emit('message', { data: { type: 'open' } })
  const line = await opening
  const heard: unknown[] = []
  line.listen((message) => heard.push(message))
  port.emit('message', { data: 'a reply' })
  line.post({ type: 'stop', slot: 1 })
  expect([heard, port.sent]).toEqual([['a reply'], [{ type: 'stop', slot: 1 }]])
  await line.close()
  await line.gone
  expect([main.asked.at(-1)?.type, port.log]).toEqual([PAGE_CLOSE, ['start', 'close']])
  expect(main.listenerCount('message')).toBe(0)
})

test('a page that crashes is gone', async () => {
  const [main, port] = [new Main(), new Port()]
  const opening = portSource(main)()
  main.bring([port])
  await new Promise(setImmediate)
  port.emit('message', { data: { type: 'open' } })
  const line = await opening
  port.emit('close')
  await expect(line.gone).resolves.toBeUndefined()
})

test('a port that is closed at once belongs to a process that is not sandboxed', async () => {
  const [main, port] = [new Main(), new Port()]
  const opening = portSource(main)()
  const refused = expect(opening).rejects.toThrow('it closed the line')
  main.bring([port])
  await new Promise(setImmediate)
  port.emit('close')
  await refused
  expect(main.asked.at(-1)?.type).toBe(PAGE_CLOSE)
})

test('why there is no page is told', async () => {
  const main = new Main()
  const opening = portSource(main)()
  main.bring([], 'there are too many already')
  await expect(opening).rejects.toThrow('there are too many already')
})
