/**
 * What a command says: results on stdout, everything else on stderr.
 */
import pc from 'picocolors'
import type { Colors } from 'picocolors/types.js'

export type Output = {
  readonly json: boolean
  readonly colors: Colors
  /** A machine-readable line before the summary; nothing without --json. */
  readonly record: (value: object) => void
  /** The last line of --json, or the same for people. */
  readonly summary: (value: object, human: (colors: Colors) => string) => void
  /** A remark on stderr. */
  readonly note: (text: string) => void
}

type Stream = { readonly isTTY?: boolean; write(text: string): unknown }

export type Streams = { readonly stdout: Stream; readonly stderr: Stream }

export function createOutput(json: boolean, { stdout, stderr }: Streams = process): Output {
  const colors = pc.createColors(!json && hasColors(stdout))
  const line = (value: object) => stdout.write(`${JSON.stringify(value)}\n`)
  return {
    json,
    colors,
    record: (value) => {
      if (json) line(value)
    },
    summary: (value, human) => {
      if (json) line(value)
      else stdout.write(`${human(colors)}\n`)
    },
    note: (text) => stderr.write(`${text}\n`),
  }
}

/** https://no-color.org: set to anything but the empty text. */
export function hasColors(stream: Stream, environment = process.env): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: terminal } = environment
  if (no !== undefined && no !== '') return false
  if (force !== undefined && force !== '') return force !== '0'
  return stream.isTTY === true && terminal !== 'dumb'
}
