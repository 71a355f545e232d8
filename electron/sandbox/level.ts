/**
 * Draws the isolation level from what the canaries saw. It is observed, never configured.
 * Not here: the canaries themselves (resources/python/selftest.py).
 */
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server as Listener } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import type { IsolationLevel } from '../contract/verdict.ts'
import { MEGABYTE } from './limits.ts'
import { readLine } from './reply.ts'
import type { Server } from './server.ts'
import type { Ready } from './zygote.ts'

export type SelfTestRow = {
  readonly name: string
  readonly pass: boolean
  /** What was seen, such as EPERM. */
  readonly detail: string
}

export type SelfTest = { readonly level: IsolationLevel; readonly rows: readonly SelfTestRow[] }

export const LEVEL_LABELS: Readonly<Record<IsolationLevel, string>> = {
  4: 'kernel-isolated',
  3: 'syscall-isolated',
  2: 'browser-isolated',
  1: 'seatbelt',
  0: 'NOT ISOLATED',
}

/** What the host holds out for the canaries to reach. */
export type Bait = {
  readonly file: string
  readonly port: number
  readonly abstract: string
  close(): Promise<void>
}

const Rows = v.array(v.strictTuple([v.string(), v.boolean(), v.string()]))
const WALL_MS = 5_000

export async function layBait(): Promise<Bait> {
  const folder = await mkdtemp(join(tmpdir(), 'kelvin-canary-'))
  const file = join(folder, 'canary')
  await writeFile(file, 'canary\n')
  // Nothing but the sandbox may be in the way, not even the permissions of the file.
  await chmod(folder, 0o777)
  const abstract = `kelvin-canary-${randomUUID()}`
  const tcp = createServer((socket) => socket.destroy())
  const local = createServer((socket) => socket.destroy())
  const port = await listen(tcp, { host: '127.0.0.1', port: 0 })
  await listen(local, { path: `\0${abstract}` })
  const close = async () => {
    tcp.close()
    local.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { file, port, abstract, close }
}

function listen(server: Listener, where: { host: string; port: number } | { path: string }) {
  return new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

/** Runs the canaries in two children of a zygote. Throws AppError('sandbox') when they cannot be run at all. */
export async function selfTest(zygote: Server, ready: Ready, bait: Bait): Promise<SelfTest> {
  const confined = await canaries(zygote, 'confined', ready, bait)
  const exposed = await canaries(zygote, 'exposed', ready, bait)
  return { level: levelOf(confined, exposed), rows: [...confined, ...exposed] }
}

/** 4: both hold; 3: only what the filter does holds; otherwise nothing is promised. */
export function levelOf(
  confined: readonly SelfTestRow[],
  exposed: readonly SelfTestRow[],
): IsolationLevel {
  const holds = (rows: readonly SelfTestRow[]) => rows.length > 0 && rows.every(({ pass }) => pass)
  if (!holds(confined)) return 0
  return holds(exposed) ? 4 : 3
}

async function canaries(
  zygote: Server,
  mode: 'confined' | 'exposed',
  ready: Ready,
  bait: Bait,
): Promise<SelfTestRow[]> {
  const nonce = randomUUID()
  const { file, port, abstract } = bait
  const payload = { nonce, file, port, abstract, zygote: ready.process, app: process.pid }
  const frame = await zygote.ask({
    mode,
    payload: JSON.stringify(payload),
    wallMs: WALL_MS,
    memoryMb: 256,
    replyBytes: MEGABYTE,
  })
  const rows = v.safeParse(Rows, frame.ending === 'exited' ? readLine(frame.bytes, nonce) : null)
  if (!rows.success) return [{ name: `${mode} canaries`, pass: false, detail: frame.ending }]
  return rows.output.map(([name, pass, detail]) => ({ name, pass, detail }))
}

/** Whether a replacement zygote holds what the pool promised. */
export function requireLevel(found: SelfTest, promised: IsolationLevel): void {
  if (found.level >= promised) return
  const failed = found.rows.filter(({ pass }) => !pass).map(({ name }) => name)
  throw new AppError(
    'sandbox',
    `sandbox: expected isolation level ${promised}, found ${found.level} (${failed.join(', ')})`,
  )
}
