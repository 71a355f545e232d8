/**
 * The wire between the app and its Python servers: length-prefixed frames with a fixed head and opaque bytes.
 * Not here: what the bytes mean (reply.ts). The other end is resources/python/wire.py.
 */

export const MODES = {
  run: 0,
  analyse: 1,
  confined: 2,
  exposed: 3,
  cancel: 9,
  unpack: 20,
  command: 21,
  pack: 22,
} as const
export type Mode = keyof typeof MODES

export type RequestHead = {
  readonly id: number
  readonly mode: Mode
  readonly wallMs: number
  readonly memoryMb: number
  /** Longest reply in bytes. */
  readonly replyBytes: number
}

const REQUEST_HEAD = 24
const REPLY_HEAD = 20

export function requestFrame(head: RequestHead, payload: string): Buffer {
  const size = Buffer.byteLength(payload, 'utf8')
  const frame = Buffer.allocUnsafe(REQUEST_HEAD + size)
  const words = [
    frame.length - 4,
    head.id,
    MODES[head.mode],
    head.wallMs,
    head.memoryMb,
    head.replyBytes,
  ]
  words.forEach((word, at) => frame.writeUInt32LE(word, at * 4))
  frame.write(payload, REQUEST_HEAD, 'utf8')
  return frame
}

/** How a child ended, in the order of zygote.py's numbers. */
export const ENDINGS = [
  'exited',
  'timeout',
  'crashed',
  'exit_code',
  'too_large',
  'cancelled',
  'not_run',
] as const
export type Ending = (typeof ENDINGS)[number]

export type ReplyFrame = {
  readonly id: number
  readonly ending: Ending
  /** The signal of `crashed`, the code of `exit_code`. */
  readonly code: number
  readonly wallMs: number
  readonly cpuMs: number
  /** What the child wrote: untrusted. */
  readonly bytes: Buffer
}

/** Cuts a stream of bytes into reply frames. push throws RangeError for a frame that no zygote sends. */
export class FrameReader {
  readonly #longest: number
  #chunks: Buffer[] = []
  #size = 0

  constructor(longest: number) {
    this.#longest = longest
  }

  push(chunk: Buffer): ReplyFrame[] {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    const frames: ReplyFrame[] = []
    for (let length = this.#nextLength(); length !== null; length = this.#nextLength()) {
      if (this.#size < length) break
      frames.push(parseReply(this.#take(length)))
    }
    return frames
  }

  #nextLength(): number | null {
    if (this.#size < 4) return null
    const first = this.#joined()
    const length = first.readUInt32LE(0) + 4
    if (length < REPLY_HEAD || length > this.#longest + REPLY_HEAD) {
      throw new RangeError(`frame of ${length} bytes`)
    }
    return length
  }

  /** The first chunk, long enough for a length; joins only when it is not, or when a frame is complete. */
  #joined(): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && (first.length >= 4 || this.#chunks.length === 1)) return first
    const all = Buffer.concat(this.#chunks)
    this.#chunks = [all]
    return all
  }

  #take(length: number): Buffer {
    const all = this.#chunks.length === 1 ? this.#joined() : Buffer.concat(this.#chunks)
    this.#chunks = all.length > length ? [all.subarray(length)] : []
    this.#size -= length
    return all.subarray(0, length)
  }
}

function parseReply(frame: Buffer): ReplyFrame {
  const ending = ENDINGS[frame.readUInt16LE(8)]
  if (ending === undefined) throw new RangeError(`ending ${frame.readUInt16LE(8)}`)
  return {
    id: frame.readUInt32LE(4),
    ending,
    code: frame.readUInt16LE(10),
    wallMs: frame.readUInt32LE(12) / 1000,
    cpuMs: frame.readUInt32LE(16) / 1000,
    bytes: frame.subarray(REPLY_HEAD),
  }
}
