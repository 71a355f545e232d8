/**
 * Runs programs for a window in one sandbox that is opened when first needed.
 * Not here: the sandbox of a run, which belongs to its own process.
 */
import type { ProgramRun } from '../contract/workbench.ts'
import type { IsolationLevel } from '../contract/verdict.ts'
import type { LocalSandbox } from '../sandbox/local.ts'
import { openSandbox } from '../sandbox/open.ts'
import { runProgramIn } from './programs.ts'

export type ProgramRunner = {
  readonly run: (program: string, input: string, signal: AbortSignal) => Promise<ProgramRun>
  readonly level: () => Promise<IsolationLevel>
  readonly close: () => Promise<void>
}

export function createProgramRunner(open: () => Promise<LocalSandbox> = openOne): ProgramRunner {
  let opening: Promise<LocalSandbox> | null = null
  const sandbox = (): Promise<LocalSandbox> => {
    opening ??= open().catch((cause: unknown) => {
      // Tried again next time: Python may be installed meanwhile.
      opening = null
      throw cause
    })
    return opening
  }
  return {
    run: async (program, input, signal) => runProgramIn(await sandbox(), program, input, signal),
    level: async () => (await sandbox()).level,
    close: async () => {
      const opened = await opening?.catch(() => null)
      await opened?.close()
    },
  }
}

const openOne = (): Promise<LocalSandbox> => openSandbox({ workers: 1 })
