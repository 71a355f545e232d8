import { array, assert, constantFrom, integer, nat, property, record, string } from 'fast-check'
import { expect, test } from 'vitest'
import { ENDINGS, FrameReader, requestFrame } from '../../../electron/sandbox/frame.ts'
import type { ReplyFrame } from '../../../electron/sandbox/frame.ts'

type Sent = Omit<ReplyFrame, 'bytes'> & { readonly text: string }

/** A frame as zygote.py packs it. */
function packed(sent: Sent): Buffer {
  const bytes = Buffer.from(sent.text, 'utf8')
  const head = Buffer.alloc(20)
  head.writeUInt32LE(16 + bytes.length, 0)
  head.writeUInt32LE(sent.id, 4)
  head.writeUInt16LE(ENDINGS.indexOf(sent.ending), 8)
  head.writeUInt16LE(sent.code, 10)
  head.writeUInt32LE(sent.wallMs * 1000, 12)
  head.writeUInt32LE(sent.cpuMs * 1000, 16)
  return Buffer.concat([head, bytes])
}

const frames = array(
  record({
    id: nat(),
    ending: constantFrom(...ENDINGS),
    code: nat(255),
    wallMs: nat(10_000),
    cpuMs: nat(10_000),
    text: string({ unit: 'grapheme', maxLength: 200 }),
  }),
  { maxLength: 8 },
)

test('frames come out whole however the stream is cut', () => {
  assert(
    property(frames, array(integer({ min: 1, max: 50 }), { minLength: 1 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(packed))
      const reader = new FrameReader(10_000)
      const found: Sent[] = []
      for (let at = 0, cut = 0; at < stream.length; cut++) {
        const size = cuts[cut % cuts.length] ?? 1
        for (const { bytes, ...head } of reader.push(stream.subarray(at, at + size))) {
          found.push({ ...head, text: bytes.toString('utf8') })
        }
        at += size
      }
      expect(found).toEqual(sent)
    }),
  )
})

const HEAD = { id: 1, ending: 'exited', code: 0, wallMs: 1, cpuMs: 1 } as const

test('a frame that no zygote sends is refused at its length', () => {
  const long = packed({ ...HEAD, text: 'x'.repeat(200) })
  expect(() => new FrameReader(100).push(long.subarray(0, 4))).toThrow(RangeError)
  expect(() => new FrameReader(100).push(Buffer.from([3, 0, 0, 0]))).toThrow(RangeError)
  expect(() => new FrameReader(100).push(Buffer.alloc(64, 0xff))).toThrow(RangeError)
})

test('an unknown ending is refused', () => {
  const frame = packed({ ...HEAD, text: '' })
  frame.writeUInt16LE(ENDINGS.length, 8)
  expect(() => new FrameReader(100).push(frame)).toThrow(RangeError)
})

test('a request says its length in bytes, not characters', () => {
  const head = { id: 7, mode: 'run', wallMs: 2000, memoryMb: 256, replyBytes: 9 } as const
  const frame = requestFrame(head, 'äöü')
  expect(frame.readUInt32LE(0)).toBe(frame.length - 4)
  expect([1, 2, 3, 4, 5].map((word) => frame.readUInt32LE(word * 4))).toEqual([7, 0, 2000, 256, 9])
  expect(frame.subarray(24).toString('utf8')).toBe('äöü')
})
