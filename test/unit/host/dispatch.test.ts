import { expect, test } from 'vitest'
import { AppError } from '../../../electron/contract/errors.ts'
import { READ_ONLY } from '../../../electron/contract/reading.ts'
import { CREDIT, MAX_OPEN, MAX_WAITING } from '../../../electron/contract/wire.ts'
import type { Reply } from '../../../electron/contract/wire.ts'
import { connect } from '../../../electron/host/dispatch.ts'
import type { Gate, Handlers, Sources } from '../../../electron/host/dispatch.ts'
import { createOutbox } from '../../../electron/host/outbox.ts'
import { weigh } from '../../../electron/host/weigh.ts'

type Told = { readonly replies: Reply[]; readonly errors: string[] }

function gateWith(handlers: Partial<Handlers>, sources: Partial<Sources> = {}, readOnly = false) {
  const told: Told = { replies: [], errors: [] }
  const gate: Gate = {
    // The others are never called here.
    handlers: handlers as Handlers,
    sources: sources as Sources,
    readOnly,
    unexpected: (where, cause) => told.errors.push(`${where}: ${String(cause)}`),
  }
  return { ...told, connection: connect(gate, (reply) => told.replies.push(reply)) }
}

const info = { type: 'call', id: 1, name: 'app.info', input: {} } as const
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('what is no request breaks the protocol', () => {
  const { connection } = gateWith({})
  for (const message of [
    null,
    'call',
    [],
    {},
    { type: 'call' },
    { type: 'call', id: 0, name: 'app.info', input: {} },
    { type: 'call', id: 1.5, name: 'app.info', input: {} },
    { ...info, extra: 1 },
    { ...info, name: 'x'.repeat(61) },
    { ...info, input: new Map() },
    { ...info, input: new Uint8Array(4) },
    { type: 'seen', id: 1, count: CREDIT + 1 },
    { type: 'shout', id: 1 },
  ]) {
    expect(connection.receive(message), JSON.stringify(message)).toBe(false)
  }
})

test('a gate that only shows refuses every call that is not known to read', async () => {
  const called: string[] = []
  const handlers: Partial<Handlers> = {
    'jobs.list': () => {
      called.push('jobs.list')
      return []
    },
    'jobs.cancel': () => {
      called.push('jobs.cancel')
      return null
    },
  }
  const { connection, replies } = gateWith(handlers, {}, true)
  connection.receive({ ...info, name: 'jobs.list' })
  connection.receive({ ...info, id: 2, name: 'jobs.cancel', input: { job: '1' } })
  await settled()
  expect(called).toEqual(['jobs.list'])
  expect(replies).toContainEqual({
    type: 'failure',
    id: 2,
    failure: { code: 'usage', message: `jobs.cancel: ${READ_ONLY}` },
  })
})

test('an id that is under way cannot be used again', () => {
  const { connection } = gateWith({ 'app.info': () => new Promise(() => undefined) })
  expect(connection.receive(info)).toBe(true)
  expect(connection.receive(info)).toBe(false)
})

test('an error of ours goes out as code and sentence, any other as a remark to look into the log', async () => {
  const { connection, replies, errors } = gateWith({
    'app.info': () => {
      throw new AppError('store', 'no disk')
    },
    'app.usage': () => Promise.reject(new TypeError('secret path /home/me')),
  })
  connection.receive(info)
  connection.receive({ ...info, id: 2, name: 'app.usage' })
  await settled()
  expect(replies).toEqual([
    { type: 'failure', id: 1, failure: { code: 'store', message: 'no disk' } },
    {
      type: 'failure',
      id: 2,
      failure: {
        code: 'engine',
        message: 'app.usage: an unexpected error; the log of the app has more',
      },
    },
  ])
  expect(errors).toEqual(['app.usage: TypeError: secret path /home/me'])
})

test('what was found wrong is told in few words, however long it is', async () => {
  const { connection, replies } = gateWith({})
  connection.receive({ ...info, name: 'runs.show', input: { run: 'X'.repeat(10_000) } })
  await settled()
  const [reply] = replies
  expect(reply?.type === 'failure' && reply.failure.message.length).toBeLessThan(400)
})

test('too many at a time are refused without being begun', async () => {
  let begun = 0
  const { connection, replies } = gateWith({
    'app.info': () => {
      begun += 1
      return new Promise(() => undefined)
    },
  })
  for (let id = 1; id <= MAX_OPEN + 1; id++) connection.receive({ ...info, id })
  await settled()
  expect(begun).toBe(MAX_OPEN)
  expect(replies).toEqual([
    {
      type: 'failure',
      id: MAX_OPEN + 1,
      failure: { code: 'wire', message: `expected at most ${MAX_OPEN} at a time` },
    },
  ])
})

test('closing cancels what is under way, and nothing is said any more', async () => {
  const signals: AbortSignal[] = []
  let stopped = 0
  const { connection, replies } = gateWith(
    {
      'app.usage': (_, signal) => {
        signals.push(signal)
        return new Promise(() => undefined)
      },
    },
    { 'runs.changes': () => () => (stopped += 1) },
  )
  connection.receive({ ...info, name: 'app.usage' })
  connection.receive({ type: 'open', id: 2, name: 'runs.changes', input: {} })
  connection.close()
  await settled()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  expect(stopped).toBe(1)
  expect(replies).toEqual([])
  expect(connection.receive(info)).toBe(false)
})

test('a cancelled call is aborted and gets no answer', async () => {
  const { promise, resolve } = Promise.withResolvers<null>()
  let aborted = false
  const { connection, replies } = gateWith({
    'runs.stop': (_, signal) => {
      signal.addEventListener('abort', () => (aborted = true))
      return promise
    },
  })
  connection.receive({ ...info, name: 'runs.stop', input: { run: 'r' } })
  connection.receive({ type: 'cancel', id: 1 })
  resolve(null)
  await settled()
  expect(aborted).toBe(true)
  expect(replies).toEqual([])
})

test('a window that does not follow gets so many items, then the end; its source is stopped', () => {
  const sends: (() => void)[] = []
  let stopped = false
  const { connection, replies } = gateWith(
    {},
    {
      'runs.changes': (_, emit) => {
        sends.push(() => emit({ run: 'a', live: null }))
        return () => (stopped = true)
      },
    },
  )
  connection.receive({ type: 'open', id: 7, name: 'runs.changes', input: {} })
  const [send = () => undefined] = sends
  for (let n = 0; n < CREDIT + 5; n++) send()
  expect(replies).toHaveLength(CREDIT)
  connection.receive({ type: 'seen', id: 7, count: 3 })
  expect(replies).toHaveLength(CREDIT + 3)
  for (let n = 0; n < MAX_WAITING + 1; n++) send()
  expect(replies.at(-1)).toMatchObject({ type: 'end', id: 7, failure: { code: 'wire' } })
  expect(stopped).toBe(true)
})

test('where only the latest counts, what was missed is left out', () => {
  const sent: unknown[] = []
  const outbox = createOutbox({
    keep: 'latest',
    send: (item) => sent.push(item),
    overflow: () => undefined,
  })
  for (let n = 0; n < CREDIT + 10; n++) outbox.push(n)
  outbox.seen(1)
  outbox.seen(1)
  expect(sent.slice(CREDIT)).toEqual([CREDIT + 9])
})

test('a source that tells everything at once and overflows is stopped all the same', () => {
  let stopped = false
  const { connection, replies } = gateWith(
    {},
    {
      'runs.changes': (_, emit) => {
        for (let n = 0; n < CREDIT + MAX_WAITING + 1; n++) emit({ run: 'a', live: null })
        return () => (stopped = true)
      },
    },
  )
  connection.receive({ type: 'open', id: 1, name: 'runs.changes', input: {} })
  expect(stopped).toBe(true)
  expect(replies.at(-1)).toMatchObject({ type: 'end', id: 1 })
})

test('weighing stops at the limit, at depth and at what is no plain data', () => {
  expect(weigh({ a: 'xxxx', b: [1, 2] }, 100)).toBeLessThan(100)
  expect(weigh('x'.repeat(101), 100)).toBeGreaterThan(100)
  expect(weigh(Array(1_000).fill(0), 100)).toBe(Number.POSITIVE_INFINITY)
  let deep: unknown = 1
  for (let n = 0; n < 50; n++) deep = [deep]
  expect(weigh(deep, 10_000)).toBe(Number.POSITIVE_INFINITY)
  const ring: unknown[] = []
  ring.push(ring)
  expect(weigh(ring, 10_000)).toBe(Number.POSITIVE_INFINITY)
})
