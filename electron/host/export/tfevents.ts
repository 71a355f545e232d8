/**
 * TensorBoard's event file: a framed record per step, one scalar per numeric column.
 * Source: tensorflow/core/lib/io/record_writer.h (framing), util/event.proto, framework/summary.proto.
 */
import { basename, join } from 'node:path'
import protobuf from 'protobufjs/minimal.js'
import { AppError } from '../../contract/errors.ts'
import { writeFileAtomically, writeFolderAtomically } from './atomic.ts'
import type { Pace, Row, Table } from './table.ts'

/** TensorBoard looks for `tfevents` in names of files within a folder. */
export async function writeEvents(
  table: Table,
  out: string,
  pace: Pace,
  run: { readonly id: string; readonly createdMs: number },
): Promise<number> {
  if (basename(out).includes('tfevents')) {
    const sentence = `${out}: expected a folder without "tfevents" in its name`
    throw new AppError('usage', `${sentence}: TensorBoard takes such a folder for a file`)
  }
  const seconds = Math.floor(run.createdMs / 1_000)
  const name = `events.out.tfevents.${seconds}.${run.id}`
  return writeFolderAtomically(out, (folder) =>
    writeFileAtomically(join(folder, name), async (write) => {
      let count = 0
      await write(record(versionEvent(seconds)))
      for (const row of table.rows()) {
        await write(record(stepEvent(row)))
        await pace()
        count += 1
      }
      return count
    }),
  )
}

const WALL_TIME = 1 * 8 + 1
const STEP = 2 * 8 + 0
const FILE_VERSION = 3 * 8 + 2
const SUMMARY = 5 * 8 + 2
const VALUE = 1 * 8 + 2
const TAG = 1 * 8 + 2
const SIMPLE_VALUE = 2 * 8 + 5

function versionEvent(seconds: number): Uint8Array {
  const event = protobuf.Writer.create()
  return event
    .uint32(WALL_TIME)
    .double(seconds)
    .uint32(FILE_VERSION)
    .string('brain.Event:2')
    .finish()
}

function stepEvent(row: Row): Uint8Array {
  const event = protobuf.Writer.create()
  event.uint32(WALL_TIME).double(Number(row['at_ms']) / 1_000)
  event.uint32(STEP).int64(Number(row['step']))
  event.uint32(SUMMARY).fork()
  for (const [tag, value] of Object.entries(row)) {
    if (typeof value !== 'number' || tag === 'step' || tag === 'at_ms') continue
    event.uint32(VALUE).fork()
    event.uint32(TAG).string(tag).uint32(SIMPLE_VALUE).float(value).ldelim()
  }
  return event.ldelim().finish()
}

/** Length, its checksum, the bytes, their checksum; little endian. */
function record(event: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(event.length + 16)
  framed.writeBigUInt64LE(BigInt(event.length), 0)
  framed.writeUInt32LE(maskedCrc(framed.subarray(0, 8)), 8)
  framed.set(event, 12)
  framed.writeUInt32LE(maskedCrc(event), event.length + 12)
  return framed
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc >>> 0
})

/** Castagnoli's polynomial; zlib has the other one. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}
