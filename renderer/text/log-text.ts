/**
 * One log line as the terminal shows it: time, level, process, text. Colours are ours; escapes in the text are gone.
 */
import type { LogLevel, LogLine } from '../../electron/contract/workbench.ts'
import { forTerminal } from './neutral.ts'

const COLOUR: Readonly<Record<LogLevel, string>> = {
  debug: '90',
  info: '36',
  warn: '33',
  error: '31',
}

export function logText({ atMs, level, source, text }: LogLine, colours: boolean): string {
  const time = new Date(atMs).toISOString().slice(11, 23)
  const word = level.toUpperCase().padEnd(5)
  const safe = forTerminal(text, false)
  if (!colours) return `${time} ${word} ${source}  ${safe}`
  return `\u001B[90m${time}\u001B[0m \u001B[${COLOUR[level]}m${word}\u001B[0m \u001B[1m${source}\u001B[0m  ${safe}`
}
