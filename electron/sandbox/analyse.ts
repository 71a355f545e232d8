/**
 * Static facts of untrusted programs, read by Python's ast within children: many programs per child.
 * A program that spoils a batch (too deep, too slow, too large) costs only itself: the batch is redone one by one.
 * Not here: the measures (resources/python/facts.py).
 */
import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import type { ProgramFacts } from '../contract/task.ts'
import { MAX_SOURCE_CHARS, MEGABYTE } from './limits.ts'
import type { Pool } from './pool.ts'
import { abnormal, readLine } from './reply.ts'

const BATCH_PROGRAMS = 16
const BATCH_CHARS = 40_000
const WALL_MS = 5_000
const MEMORY_MB = 512
const REPLY_BYTES = 8 * MEGABYTE

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const Facts = v.variant('ok', [
  v.object({ ok: v.literal(false), error: v.string() }),
  v.object({
    ok: v.literal(true),
    program: v.string(),
    hasEntry: v.boolean(),
    parameters: count,
    imports: v.array(v.string()),
    dunders: v.array(v.string()),
    nodes: count,
    depth: count,
    shape: v.array(v.string()),
    skeleton: v.string(),
    cognitive: count,
    cyclomatic: count,
    halstead: v.object({ volume: v.number(), effort: v.number() }),
  }),
])

/** One per program, in order. Throws AppError('sandbox') when the sandbox itself fails. */
export async function analyse(
  pool: Pool,
  programs: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ProgramFacts[]> {
  const batches = split(programs)
  const facts = await Promise.all(batches.map((batch) => analyseBatch(pool, batch, signal)))
  return facts.flat()
}

function split(programs: readonly string[]): string[][] {
  const batches: string[][] = []
  let room = 0
  for (const program of programs) {
    const last = batches.at(-1)
    room -= program.length
    if (last !== undefined && room >= 0 && last.length < BATCH_PROGRAMS) last.push(program)
    else {
      batches.push([program])
      room = BATCH_CHARS - program.length
    }
  }
  return batches
}

async function analyseBatch(
  pool: Pool,
  programs: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ProgramFacts[]> {
  const [only] = programs
  if (only === undefined) return []
  if (only.length > MAX_SOURCE_CHARS) return [{ ok: false, error: 'too long' }]
  const facts = await inOneChild(pool, programs, signal)
  if (typeof facts !== 'string') return facts
  if (programs.length === 1) return [{ ok: false, error: facts }]
  const singly = await Promise.all(programs.map((one) => analyseBatch(pool, [one], signal)))
  return singly.flat()
}

/** The facts, or how the child ended instead. */
async function inOneChild(
  pool: Pool,
  programs: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ProgramFacts[] | string> {
  const nonce = randomBytes(12).toString('hex')
  const job = {
    mode: 'analyse',
    payload: JSON.stringify({ nonce, programs }),
    wallMs: WALL_MS,
    memoryMb: MEMORY_MB,
    replyBytes: REPLY_BYTES,
  } as const
  const frame = await pool.submit(job, signal)
  const ended = frame === 'infra_error' ? LOST : abnormal(frame)
  if (ended?.status === 'infra_error') {
    throw new AppError('sandbox', `analysis: expected facts, found ${ended.detail}`)
  }
  if (frame === 'infra_error' || ended !== null) return ended?.status ?? 'infra_error'
  const facts = v.safeParse(v.array(Facts), readLine(frame.bytes, nonce))
  return facts.success && facts.output.length === programs.length ? facts.output : 'garbled'
}

const LOST = { status: 'infra_error', detail: 'sandbox process lost' } as const
