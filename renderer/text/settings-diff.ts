/**
 * Settings of runs side by side: what differs, as text. Config from old or foreign databases may hold anything.
 */
import { PRESETS, RUN_FIELDS } from '../../electron/contract/config.ts'
import type { Json } from '../../electron/contract/history.ts'

export type Changed = { readonly key: string; readonly before: string; readonly after: string }
type Values = Readonly<Record<string, unknown>>

/** What a preset gives every field. Unknown presets give nothing. */
export function presetValues(preset: string): Values {
  const own = Object.entries(PRESETS).find(([name]) => name === preset)?.[1]
  if (own === undefined) return {}
  const defaults = Object.entries(RUN_FIELDS).map(([key, field]) => [key, field.default])
  return { ...Object.fromEntries(defaults), ...own }
}

/** A setting that the run does not name came after it. */
export function changedSettings(
  preset: string,
  config: Readonly<Record<string, Json>>,
): readonly Changed[] {
  const known = Object.entries(presetValues(preset)).filter(([key]) => key in config)
  return diffSettings(Object.fromEntries(known), config)
}

/** In the order of the table of fields, others at the end. Absent is said as a dash. */
export function diffSettings(before: Values, after: Values): readonly Changed[] {
  const keys = new Set([
    ...Object.keys(RUN_FIELDS).filter((key) => key in before || key in after),
    ...Object.keys(before),
    ...Object.keys(after),
  ])
  return [...keys].flatMap((key) => {
    const [left, right] = [settingText(before[key]), settingText(after[key])]
    return left === right ? [] : [{ key, before: left, after: right }]
  })
}

export function settingText(value: unknown): string {
  if (value === undefined) return '–'
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(settingText).join(', ')
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? '–')
}
