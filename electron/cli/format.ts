/**
 * Numbers, times and tables as people read them in a terminal. Pure.
 */
import { stripVTControlCharacters } from 'node:util'

/** Control characters (which steer terminals), and those that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text that a model, a file or a database wrote: nothing in it steers the terminal. */
export function visible(text: string): string {
  return text.replace(STEERING, (character) => {
    const code = character.charCodeAt(0)
    const hex = code.toString(16)
    return code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex}`
  })
}

export function oneLine(text: string): string {
  return visible(text.trim().replace(/\s*\n\s*/g, ' '))
}

/** `8 s`, `3 m 20 s`, `2 h 05 m`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '-'
  const whole = Math.round(seconds)
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} m ${pad(whole % 60)} s`
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`
}

const pad = (number: number): string => String(number).padStart(2, '0')

/** 12,345. */
export function count(number: number): string {
  return Number.isFinite(number) ? Math.round(number).toLocaleString('en-US') : '-'
}

/** Four digits that count. */
export function figure(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 })
}

/** A share as 31.2 %. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : '-'
}

/** A difference of shares, in points: +2.1. */
export function points(difference: number): string {
  if (!Number.isFinite(difference)) return '-'
  const text = (100 * difference).toFixed(1)
  return difference < 0 || text === '0.0' ? text.replace('-0.0', '0.0') : `+${text}`
}

export function ratio(part: number, whole: number): string {
  return `${count(part)}/${count(whole)}${whole > 0 ? ` (${Math.round((100 * part) / whole)} %)` : ''}`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

export function bytes(size: number): string {
  const power = size < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(size) / 10))
  const value = size / 1024 ** power
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${UNITS[power] ?? ''}`
}

/** `2026-11-20 09:25`, local time. */
export function moment(atMs: number): string {
  const at = new Date(atMs)
  const day = [at.getFullYear(), pad(at.getMonth() + 1), pad(at.getDate())].join('-')
  return `${day} ${pad(at.getHours())}:${pad(at.getMinutes())}`
}

export function bar(share: number, width = 20): string {
  const filled = Math.round(width * Math.min(1, Math.max(0, share)))
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}

const widthOf = (cell: string): number => stripVTControlCharacters(cell).length

/** Columns in line; those that hold only numbers, signs and units of them are to the right. */
export function table(rows: readonly (readonly string[])[], header?: readonly string[]): string {
  const all = header === undefined ? rows : [header, ...rows]
  const columns = Math.max(0, ...all.map((row) => row.length))
  const places = Array.from({ length: columns }, (_, at) => ({
    width: Math.max(...all.map((row) => widthOf(row[at] ?? ''))),
    right: rows.length > 0 && rows.every((row) => isNumeric(row[at] ?? '')),
  }))
  const line = (row: readonly string[]) =>
    places
      .map(({ width, right }, at) => {
        const cell = row[at] ?? ''
        const space = ' '.repeat(width - widthOf(cell))
        return right ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd()
  return all.map(line).join('\n')
}

const NUMERIC = /^[+-]?[\d.,]+(?:\s*(?:%|s|ms|\/|m|h|\(|\)|[KMGT]?i?B|[\d.,]))*$|^-?$/

function isNumeric(cell: string): boolean {
  return NUMERIC.test(stripVTControlCharacters(cell))
}
