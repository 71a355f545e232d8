/**
 * One WebSocket as a connection of the gate: text in, text out, bounded both ways.
 * Not here: who may open one (web-server.ts).
 */
import type { RawData } from 'ws'
import { decode, encode, MAX_REPLY_CHARS } from '../contract/wire.ts'
import type { Reply } from '../contract/wire.ts'
import type { Connection } from './dispatch.ts'

/** What is used of a WebSocket. */
export type Socket = {
  readonly send: (text: string) => void
  readonly close: (code: number, reason: string) => void
  readonly on: ((event: 'message', heard: (data: RawData, isBinary: boolean) => void) => unknown) &
    ((event: 'close' | 'error', heard: () => void) => unknown)
}

const BROKEN_PROTOCOL = 4400

export function joinSocket(socket: Socket, connect: (send: (reply: Reply) => void) => Connection) {
  const connection = connect((reply) => socket.send(textOf(reply)))
  socket.on('message', (data, isBinary) => {
    const isFine = !isBinary && connection.receive(parsed(textOfData(data)))
    if (!isFine) socket.close(BROKEN_PROTOCOL, 'the message was not understood')
  })
  socket.on('close', () => connection.close())
  // 'close' follows; without a listener the error would end the process.
  socket.on('error', () => undefined)
}

/** undefined is no request: what cannot be read is refused like any other. */
function parsed(text: string): unknown {
  try {
    return decode(text)
  } catch {
    return undefined
  }
}

function textOfData(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}

function textOf(reply: Reply): string {
  const text = encode(reply)
  if (text.length <= MAX_REPLY_CHARS) return text
  const { id } = reply
  const failure = { code: 'wire', message: 'the answer is too big; ask for less' } as const
  return encode(
    reply.type === 'item' || reply.type === 'end'
      ? ({ type: 'end', id, failure: { ...failure, code: 'usage' } } satisfies Reply)
      : ({ type: 'failure', id, failure } satisfies Reply),
  )
}
