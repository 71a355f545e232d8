/**
 * What the canaries in a hidden page saw: level 2 when all of it holds, otherwise nothing is promised.
 * Not here: the canaries (resources/pyodide/harness.py and server.js).
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import type { SelfTest, SelfTestRow } from '../level.ts'
import { MEGABYTE } from '../limits.ts'
import { readLine } from '../reply.ts'
import type { Page } from './page.ts'
import type { Slot } from './slot.ts'

/** What the host holds out; visitors: connections that came. */
export type Lure = {
  readonly file: string
  readonly port: number
  readonly visitors: () => number
  readonly close: () => Promise<void>
}

export async function layLure(): Promise<Lure> {
  const folder = await mkdtemp(join(tmpdir(), 'kelvin-canary-'))
  const file = join(folder, 'canary')
  await writeFile(file, 'canary\n')
  let visitors = 0
  const server = createServer((socket) => {
    visitors += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    file,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    visitors: () => visitors,
    close: async () => {
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What the policies and the browser do, apart from what the workers lack. */
export async function testPage(page: Page, lure: Lure): Promise<SelfTestRow[]> {
  const rows = await page.probe(`http://127.0.0.1:${lure.port}/`)
  const came = lure.visitors()
  const heard = { name: 'listener heard nothing', pass: came === 0, detail: `${came} connections` }
  return [...rows, heard, page.confinement]
}

const Seen = v.object({
  rows: v.array(v.strictTuple([v.string(), v.boolean(), v.string()])),
  python: v.string(),
  modules: v.array(v.string()),
})
const WALL_MS = 10_000
const LIMIT_MB = 64

export type SlotTest = {
  readonly rows: readonly SelfTestRow[]
  readonly python: string
  readonly modules: readonly string[]
}

/** Throws AppError('sandbox') when the slot does not start. */
export async function testSlot(slot: Slot, lure: Lure): Promise<SlotTest> {
  const left = await slot.ready()
  const nonce = randomUUID()
  const { file, port } = lure
  const frame = await slot.ask({
    mode: 'confined',
    payload: JSON.stringify({ nonce, file, port, memory: 2 * LIMIT_MB * MEGABYTE }),
    wallMs: WALL_MS,
    memoryMb: LIMIT_MB,
    replyBytes: MEGABYTE,
  })
  const bare = {
    name: 'worker has no powers',
    pass: left.length === 0,
    detail: left.join(', ') || 'none left',
  }
  const seen = v.safeParse(Seen, frame.ending === 'exited' ? readLine(frame.bytes, nonce) : null)
  if (!seen.success) {
    const failed = { name: 'confined canaries', pass: false, detail: frame.ending }
    return { rows: [failed, bare], python: '', modules: [] }
  }
  const { rows, python, modules } = seen.output
  const confined = rows.map(([name, pass, detail]) => ({ name, pass, detail }))
  return { rows: [...confined, bare], python, modules }
}

export function levelOf(rows: readonly SelfTestRow[]): SelfTest {
  return { level: rows.length > 0 && rows.every(({ pass }) => pass) ? 2 : 0, rows }
}
