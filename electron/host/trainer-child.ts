/**
 * A process that computes, as whoever started it holds it: the one that trains, or one that does an errand. Under
 * Node a forked child; under Electron the main process has another way to make one (desktop/children.ts).
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../contract/errors.ts'
import type { ToTrainer } from './trainer-line.ts'

export type ProcessChild<Told> = {
  /** A child that has just gone hears nothing; its end tells. */
  readonly tell: (message: Told) => void
  readonly kill: () => void
  readonly onMessage: (heard: (message: unknown) => void) => void
  /** What it writes to stderr: the stack of a crash, the complaint of a driver. */
  readonly onOutput: (heard: (text: string) => void) => void
  /** How it ended, in words; after its output has been read to its end. */
  readonly ended: Promise<string>
}

export type TrainerChild = ProcessChild<ToTrainer>

export function forkChild<Told extends object>(script: URL, name: string): ProcessChild<Told> {
  const child = fork(fileURLToPath(script), [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // As Electron does: numbers that JSON lacks arrive as they are.
    serialization: 'advanced',
  })
  child.stderr?.setEncoding('utf8')
  return {
    tell: (message) => {
      if (child.connected) child.send(message, () => undefined)
    },
    kill: () => void child.kill('SIGKILL'),
    onMessage: (heard) => void child.on('message', heard),
    onOutput: (heard) => void child.stderr?.on('data', heard),
    ended: new Promise((resolve) => {
      child.once('error', (error) => resolve(`${name} could not be run: ${messageOf(error)}`))
      child.once('close', (code, signal) => resolve(endingOf(name, code, signal)))
    }),
  }
}

export function endingOf(name: string, code: number | null, signal: string | null): string {
  const how = signal === null ? `with exit status ${code ?? 'unknown'}` : `by ${signal}`
  return `${name} ended ${how}`
}
