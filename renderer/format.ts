/**
 * Numbers, times and sizes as people read them. Not here: words (strings/).
 */

const LOCALE = 'en'
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 })
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 })
const moment = new Intl.DateTimeFormat(LOCALE, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})

/** What stands where there is no value. */
export const NOTHING = '–'

export function integer(value: number): string {
  return whole.format(value)
}

/** 18400 as 18.4K. */
export function short(value: number): string {
  return compact.format(value)
}

export function percent(share: number | null, digits = 0): string {
  if (share === null || !Number.isFinite(share)) return NOTHING
  return `${(share * 100).toFixed(digits)} %`
}

/** Signed, in percentage points. */
export function points(share: number, digits = 1): string {
  const text = Math.abs(share * 100).toFixed(digits)
  return `${share < 0 ? '−' : '+'}${text}`
}

/** Up to `digits` significant figures; exponents where zeros would hide them. */
export function figure(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return NOTHING
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e6 || size < 1e-4) return minus(value.toExponential(digits - 1))
  if (size >= 1000) return minus(whole.format(value))
  return minus(String(Number(value.toPrecision(digits))))
}

/** With its sign and a fixed number of decimals, as in a column. */
export function signed(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return NOTHING
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`
}

/** Fixed decimals, as in a column. */
export function fixed(value: number | null, digits = 2): string {
  if (value === null || !Number.isFinite(value)) return NOTHING
  return minus(value.toFixed(digits))
}

function minus(text: string): string {
  return text.replace('-', '−')
}

/** Memory as cards and settings count it, in GiB. */
export function memory(count: number): string {
  const gib = count / 2 ** 30
  return gib < 1 ? `${whole.format(count / 2 ** 20)} MiB` : `${gib.toFixed(1)} GiB`
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = count < 1 ? 0 : Math.min(4, Math.floor(Math.log10(count) / 3))
  const value = count / 1000 ** power
  return `${value >= 100 || power === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[power]}`
}

/** 75 as 1 min 15 s. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return NOTHING
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** A guess is a range: 10 % either way, in whole minutes above one. */
export function etaRange(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds <= 0) return NOTHING
  const [low, high] = [seconds * 0.9, seconds * 1.1]
  if (high < 90) return `${Math.round(low)}–${Math.round(high)} s`
  const [from, to] = [Math.floor(low / 60), Math.ceil(high / 60)]
  return to < 120 ? `${from}–${to} min` : `${Math.floor(from / 60)}–${Math.ceil(to / 60)} h`
}

export function when(atMs: number): string {
  return moment.format(atMs)
}

/** The last part of a path. */
export function lastPart(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path
}
