/**
 * The sandbox contract over two pools of zygotes, one per hash seed.
 * Not here: starting them (open.ts), static facts (analyse.ts).
 * `run` uses only the first pool, so that what a program sees never depends on scheduling.
 */
import { randomBytes } from 'node:crypto'
import type { ProgramFacts } from '../contract/task.ts'
import type { IsolationLevel, Outcome, RunReply } from '../contract/verdict.ts'
import { analyse } from './analyse.ts'
import type { SelfTestRow } from './level.ts'
import { MAX_SOURCE_CHARS, MEGABYTE, replyBytesOf, resolveLimits } from './limits.ts'
import { argumentText } from './plain.ts'
import type { Pool } from './pool.ts'
import { readRun } from './reply.ts'
import type { Limits, RunRequest, Sandbox } from './sandbox.ts'

export type SandboxStats = {
  /** Children that may run at the same time. */
  readonly workers: number
  /** Zygotes that were lost and replaced. */
  readonly losses: number
  readonly queued: number
  /** Process ids of the zygotes on the host. */
  readonly pids: readonly number[]
  /** Modules that programs may import. */
  readonly modules: readonly string[]
}

export type Parts = {
  readonly level: IsolationLevel
  readonly selfTest: readonly SelfTestRow[]
  readonly pythonVersion: string
  readonly modules: readonly string[]
  readonly limits: Limits
  readonly workers: number
  /** One pool per hash seed. */
  readonly pools: readonly [Pool, Pool]
  /** Ends what the pools shared. */
  readonly release?: () => Promise<void>
}

export class LocalSandbox implements Sandbox {
  readonly level: IsolationLevel
  readonly selfTest: readonly SelfTestRow[]
  readonly pythonVersion: string
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.level = parts.level
    this.selfTest = parts.selfTest
    this.pythonVersion = parts.pythonVersion
    this.#parts = parts
  }

  run(request: RunRequest, signal?: AbortSignal): Promise<RunReply> {
    return this.#execute(this.#parts.pools[0], request, 1, signal)
  }

  async runTwice(request: RunRequest, signal?: AbortSignal): Promise<RunReply> {
    const first = await this.#execute(this.#parts.pools[0], request, 2, signal)
    if (!first.outcomes.some(mayDiffer)) return first
    const second = await this.#execute(this.#parts.pools[1], request, 1, signal)
    return {
      ...first,
      outcomes: first.outcomes.map((outcome, at) => agreed(outcome, second.outcomes[at])),
      cpuMs: first.cpuMs + second.cpuMs,
      wallMs: first.wallMs + second.wallMs,
    }
  }

  analyse(programs: readonly string[], signal?: AbortSignal): Promise<ProgramFacts[]> {
    return analyse(this.#parts.pools[0], programs, signal)
  }

  stats(): SandboxStats {
    const { pools, workers, modules } = this.#parts
    return {
      workers,
      modules,
      losses: pools[0].losses + pools[1].losses,
      queued: pools[0].queued + pools[1].queued,
      pids: pools.flatMap((pool) => pool.pids),
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.pools.map((pool) => pool.close()))
    await this.#parts.release?.()
  }

  async #execute(
    pool: Pool,
    request: RunRequest,
    repeat: number,
    signal: AbortSignal | undefined,
  ): Promise<RunReply> {
    const limits = resolveLimits(this.#parts.limits, request.limits)
    if (request.inputs.length === 0) return { outcomes: [], cpuMs: 0, wallMs: 0 }
    if (lengthOf(request) > MAX_SOURCE_CHARS) return same(request, 'rejected', 'too long')
    const nonce = randomBytes(12).toString('hex')
    const { program, inputs, keepChars = 0 } = request
    const payload = {
      nonce,
      program,
      inputs: inputs.map(argumentText),
      repeat,
      outputChars: limits.outputChars,
      ...(keepChars > 0 ? { keepChars } : {}),
    }
    const job = {
      mode: 'run',
      payload: JSON.stringify(payload),
      wallMs: limits.wallMs,
      memoryMb: Math.ceil(limits.memoryBytes / MEGABYTE),
      replyBytes: replyBytesOf(limits, keepChars),
    } as const
    const frame = await pool.submit(job, signal)
    if (frame === 'infra_error') return same(request, 'infra_error', 'sandbox process lost')
    const { cpuMs, wallMs } = frame
    return { ...readRun(frame, nonce, inputs.length), cpuMs, wallMs }
  }
}

function lengthOf(request: RunRequest): number {
  return request.inputs.reduce((sum, input) => sum + input.length, request.program.length)
}

function same(request: RunRequest, status: 'rejected' | 'infra_error', detail: string): RunReply {
  return { outcomes: request.inputs.map(() => ({ status, detail })), cpuMs: 0, wallMs: 0 }
}

/** Whether another hash seed can still change the verdict; a syntax error, for one, is one under every seed. */
function mayDiffer(outcome: Outcome): boolean {
  if (outcome.status === 'ok') return true
  return outcome.status === 'exception' && outcome.detail !== 'SyntaxError'
}

/** These say that a run was cut short, not that it gave another value: they win over a difference. */
const CUT_SHORT = ['infra_error', 'timeout', 'memory', 'nondeterministic'] as const

function agreed(first: Outcome, second: Outcome | undefined): Outcome {
  if (second === undefined) return { status: 'infra_error', detail: 'no second reply' }
  for (const status of CUT_SHORT) {
    if (first.status === status) return first
    if (second.status === status) return second
  }
  if (first.status === second.status && textOf(first) === textOf(second)) return first
  return { status: 'nondeterministic', detail: 'two hash seeds differ' }
}

function textOf(outcome: Outcome): string {
  return outcome.status === 'ok' ? outcome.canonical : outcome.detail
}
