/**
 * One program in the sandbox, and the sandbox's own test, as the command line asks for them.
 * Not here: the sandbox itself (sandbox/).
 */
import type { IsolationLevel, Outcome } from '../contract/verdict.ts'
import type { ProgramRun } from '../contract/workbench.ts'
import { parseCanonical } from '../python/canonical.ts'
import { reprOf } from '../python/repr.ts'
import { LEVEL_LABELS } from '../sandbox/level.ts'
import type { SelfTestRow } from '../sandbox/level.ts'
import type { LocalSandbox } from '../sandbox/local.ts'
import { openSandbox } from '../sandbox/open.ts'
import type { SandboxOptions } from '../sandbox/open.ts'
import type { SandboxEngine } from '../sandbox/sandbox.ts'

export type SandboxState = {
  readonly level: IsolationLevel
  readonly label: string
  readonly pythonVersion: string
  readonly checks: readonly SelfTestRow[]
}

/** Twice, as tasks are validated: the same call must give the same value under two hash seeds. */
export async function runProgram(
  program: string,
  input: string,
  engine?: SandboxEngine,
): Promise<ProgramRun> {
  return withSandbox(one(engine), async (sandbox) => runProgramIn(sandbox, program, input))
}

const one = (engine: SandboxEngine | undefined): SandboxOptions =>
  engine === undefined ? { workers: 1 } : { workers: 1, engine }

/** Of each stream, for a person to read. */
const PRINTED_CHARS = 4_000

export async function runProgramIn(
  sandbox: LocalSandbox,
  program: string,
  input: string,
  signal?: AbortSignal,
): Promise<ProgramRun> {
  const request = { program, inputs: [input], keepChars: PRINTED_CHARS }
  const { outcomes, cpuMs, wallMs, printed = null } = await sandbox.runTwice(request, signal)
  const [outcome = { status: 'infra_error', detail: 'no outcome' } as const] = outcomes
  return { ...shown(outcome), printed, cpuMs, wallMs, level: sandbox.level }
}

function shown(outcome: Outcome): Pick<ProgramRun, 'status' | 'output' | 'detail'> {
  if (outcome.status !== 'ok') return outcome
  const value = parseCanonical(outcome.canonical)
  if (value.ok) return { status: 'ok', output: reprOf(value.value) }
  return { status: 'unserialisable', detail: value.why }
}

export async function testSandbox(engine?: SandboxEngine): Promise<SandboxState> {
  return withSandbox(one(engine), async ({ level, selfTest, pythonVersion }) => {
    return { level, label: LEVEL_LABELS[level], pythonVersion, checks: selfTest }
  })
}

export async function withSandbox<T>(
  options: SandboxOptions,
  body: (sandbox: LocalSandbox) => Promise<T>,
): Promise<T> {
  const sandbox = await openSandbox(options)
  try {
    return await body(sandbox)
  } finally {
    await sandbox.close()
  }
}
