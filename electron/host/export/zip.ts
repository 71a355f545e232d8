/**
 * A ZIP file written member by member: only the directory is held. Files and directory stay below 4 GiB.
 * Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
 */
import { crc32, deflateRawSync } from 'node:zlib'
import { AppError } from '../../contract/errors.ts'
import type { Write } from './atomic.ts'

type Member = {
  readonly name: Buffer
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly offset: number
}

export type ZipWriter = {
  add(name: string, text: string): Promise<void>
  /** Writes the directory; nothing may follow. */
  finish(): Promise<void>
}

const VERSION = 20
const UTF8_NAMES = 0x0800
const DEFLATED = 8
/** 1980-01-01, so that the same members make the same bytes. */
const DATE = 0x0021
const LARGEST = 0xffffffff
const MOST = 0xffff

export function zipWriter(write: Write): ZipWriter {
  const members: Member[] = []
  let offset = 0
  const put = async (bytes: Buffer): Promise<void> => {
    offset += bytes.length
    if (offset > LARGEST) throw new AppError('store', 'zip: expected less than 4 GiB, found more')
    await write(bytes)
  }
  return {
    add: async (name, text) => {
      const bytes = Buffer.from(text)
      const packed = deflateRawSync(bytes)
      const crc = crc32(bytes)
      const member = {
        name: Buffer.from(name),
        crc,
        packed: packed.length,
        size: bytes.length,
        offset,
      }
      members.push(member)
      await put(Buffer.concat([localHeader(member), packed]))
    },
    finish: async () => {
      if (members.length > MOST) {
        throw new AppError(
          'store',
          `zip: expected at most ${MOST} members, found ${members.length}`,
        )
      }
      const start = offset
      for (const member of members) await put(directoryEntry(member))
      await put(endOf(members.length, offset - start, start))
    },
  }
}

function common(bytes: Buffer, at: number, { name, crc, packed, size }: Member): void {
  bytes.writeUInt16LE(VERSION, at)
  bytes.writeUInt16LE(UTF8_NAMES, at + 2)
  bytes.writeUInt16LE(DEFLATED, at + 4)
  bytes.writeUInt16LE(0, at + 6)
  bytes.writeUInt16LE(DATE, at + 8)
  bytes.writeUInt32LE(crc, at + 10)
  bytes.writeUInt32LE(packed, at + 14)
  bytes.writeUInt32LE(size, at + 18)
  bytes.writeUInt16LE(name.length, at + 22)
}

function localHeader(member: Member): Buffer {
  const bytes = Buffer.alloc(30)
  bytes.writeUInt32LE(0x04034b50, 0)
  common(bytes, 4, member)
  return Buffer.concat([bytes, member.name])
}

function directoryEntry(member: Member): Buffer {
  const bytes = Buffer.alloc(46)
  bytes.writeUInt32LE(0x02014b50, 0)
  bytes.writeUInt16LE(VERSION, 4)
  common(bytes, 6, member)
  bytes.writeUInt32LE(member.offset, 42)
  return Buffer.concat([bytes, member.name])
}

function endOf(count: number, size: number, start: number): Buffer {
  const bytes = Buffer.alloc(22)
  bytes.writeUInt32LE(0x06054b50, 0)
  bytes.writeUInt16LE(count, 8)
  bytes.writeUInt16LE(count, 10)
  bytes.writeUInt32LE(size, 12)
  bytes.writeUInt32LE(start, 16)
  return bytes
}
