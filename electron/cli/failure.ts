/**
 * What goes wrong, as one sentence on stderr and an exit status. Stacks are shown with KELVIN_DEBUG=1 only.
 */
import { CommanderError } from 'commander'
import { AppError, messageOf } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { oneLine } from './format.ts'

/** 0 done, 1 failed, 2 wrong usage or bad input, 130 interrupted after saving. */
export type ExitCode = 0 | 1 | 2 | 130

/** sentence: '' when everything has been said, as after --help. */
export type Failure = { readonly exit: ExitCode; readonly sentence: string }

/** What the user can put right by giving something else, on the line or in the surroundings, is bad input. */
const EXITS: Readonly<Record<ErrorCode, ExitCode>> = {
  usage: 2,
  config: 2,
  checkpoint: 2,
  store: 2,
  sandbox: 2,
  engine: 1,
  device: 1,
  wire: 1,
  cancelled: 130,
}

export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof CommanderError) return usageFailure(thrown)
  if (thrown instanceof AppError) return { exit: EXITS[thrown.code], sentence: sentenceOf(thrown) }
  return { exit: 1, sentence: unexpected(messageOf(thrown)) }
}

/** For what should not have happened at all. */
export function unexpected(message: string): string {
  return `unexpected error: ${oneLine(message)} (set KELVIN_DEBUG=1 for the stack)`
}

export const isDebugging = (): boolean => process.env['KELVIN_DEBUG'] === '1'

/** The exit status of an error that has crossed a process, where its code is only a text. */
export function exitOf(code: string): ExitCode {
  return Object.entries(EXITS).find(([name]) => name === code)?.[1] ?? 1
}

function sentenceOf(error: AppError): string {
  return error.code === 'cancelled' ? 'interrupted' : oneLine(error.message)
}

function usageFailure({ exitCode, code, message }: CommanderError): Failure {
  if (exitCode === 0) return { exit: 0, sentence: '' }
  if (code === 'commander.help') return { exit: 2, sentence: '' }
  const text = message.replace(/^error: /, '')
  // Commander puts its suggestion on a line of its own.
  return {
    exit: 2,
    sentence: oneLine(text.replace(/\n\(Did you mean (.*)\?\)$/, '; did you mean $1?')),
  }
}
