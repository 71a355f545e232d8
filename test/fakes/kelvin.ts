/** The real command line in a process of its own. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const CLI = fileURLToPath(new URL('../../electron/cli.ts', import.meta.url))

export type Ended = {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
  /** Of the last line of stdout. */
  readonly summary: unknown
}

export type StartOptions = {
  readonly program?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Hears every line of stdout, as JSON. */
  readonly onLine?: (line: unknown, child: ChildProcess) => void
}

/** Nothing of this process's environment but what programs need to be found. */
export function kelvin(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env
  const env = { PATH, HOME, NODE_COMPILE_CACHE, ...options.environment }
  const child = spawn(process.execPath, [options.program ?? CLI, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  createInterface(child.stdout).on('line', (line) => options.onLine?.(asJson(line), child))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit) => {
      const last = stdout.trimEnd().split('\n').at(-1) ?? ''
      resolve({ exit, stdout, stderr, summary: asJson(last) })
    })
  })
}

function asJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
