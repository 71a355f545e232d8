/**
 * What everybody else knows of the sandbox. Not here: how it is done (see pool.ts).
 * Nothing that a program must not learn (expected outputs, other answers, rewards) may be put into a request.
 */
import type { ProgramFacts } from '../contract/task.ts'
import type { IsolationLevel, RunReply } from '../contract/verdict.ts'

/** Processes of Python, or a browser's hidden page. */
export const SANDBOX_ENGINES = ['processes', 'page'] as const
export type SandboxEngine = (typeof SANDBOX_ENGINES)[number]

export type Limits = {
  readonly wallMs: number
  readonly memoryBytes: number
  /** Longest canonical text of one value, in characters. */
  readonly outputChars: number
}

export type RunRequest = {
  /** Python source that defines `f`. */
  readonly program: string
  /** Literal argument lists, each the text between the parentheses of f(...). All run in one child, in order. */
  readonly inputs: readonly string[]
  readonly limits?: Partial<Limits>
  /** Keep so many characters of each stream that is printed to; absent: none, only their number is counted. */
  readonly keepChars?: number
}

export interface Sandbox {
  readonly level: IsolationLevel
  readonly pythonVersion: string
  /** One fresh child; a bad program is an outcome, never an exception. */
  run(request: RunRequest, signal?: AbortSignal): Promise<RunReply>
  /**
   * Two children under different hash seeds, and each call repeated within a child; an input whose canonical
   * texts differ anywhere becomes `nondeterministic`.
   */
  runTwice(request: RunRequest, signal?: AbortSignal): Promise<RunReply>
  /** Static facts of untrusted programs, read with Python's ast inside a child. */
  analyse(programs: readonly string[], signal?: AbortSignal): Promise<ProgramFacts[]>
  close(): Promise<void>
}
