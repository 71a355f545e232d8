/**
 * The form of a new run as data: texts as typed, checked field by field, and the order they come to.
 * Not here: the fields themselves (contract/fields.ts), the form (views/new-run/).
 */
import { fieldProblem, isRunKey, RUN_FIELDS } from '../../electron/contract/config.ts'
import type { RunKey } from '../../electron/contract/config.ts'
import type { CallInput } from '../../electron/contract/api.ts'
import type { Field } from '../../electron/contract/fields.ts'
import type { Json } from '../../electron/contract/history.ts'
import { presetValues, settingText } from './settings-diff.ts'

export type Order = CallInput<'runs.start'>
export type Value = boolean | number | string | readonly string[]

export type Draft = {
  readonly preset: string
  readonly recipe: Order['recipe']
  readonly device: Order['device']
  readonly engine: string
  /** Null: the preset's number of steps. */
  readonly minutes: number | null
  readonly model: Order['model']
  readonly evaluate: boolean
  readonly fork: Order['fork']
  /** Only what was touched; numbers stay texts until they are whole. */
  readonly touched: Readonly<Partial<Record<RunKey, Value>>>
}

export function newDraft(minutes: number | null = null): Draft {
  return {
    preset: 'nano',
    recipe: 'azr',
    device: 'cpu',
    engine: 'local',
    minutes,
    model: null,
    evaluate: true,
    fork: null,
    touched: {},
  }
}

export const defaultOrder = (): Order => orderOf(newDraft())

/** What a field holds now: as typed, else the preset's. */
export function valueOf({ preset, touched }: Draft, key: RunKey): Value {
  const own = touched[key]
  if (own !== undefined) return own
  const value = presetValues(preset)[key] ?? RUN_FIELDS[key].default
  return isValue(value) ? value : settingText(value)
}

export function isValue(value: unknown): value is Value {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string')
  return ['boolean', 'number', 'string'].includes(typeof value)
}

/** The typed text of a number as a number; other values as they are. */
export function parsed(field: Field, value: Value): Value {
  const isNumber = field.type === 'integer' || field.type === 'number'
  if (!isNumber || typeof value !== 'string') return value
  return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value)
}

export function problemOf(draft: Draft, key: RunKey): string | null {
  const field: Field = RUN_FIELDS[key]
  return fieldProblem(field, parsed(field, valueOf(draft, key)))
}

export function changedKeys(draft: Draft): readonly RunKey[] {
  const base = presetValues(draft.preset)
  return Object.keys(draft.touched)
    .filter(isRunKey)
    .filter((key) => {
      const value = draft.touched[key]
      if (value === undefined) return false
      return settingText(parsed(RUN_FIELDS[key], value)) !== settingText(base[key])
    })
}

/** Fields whose name, group or help holds every word. */
export function matchingKeys(search: string): readonly RunKey[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return Object.entries(RUN_FIELDS)
    .filter(([key, field]) => {
      const text = `${key} ${field.group} ${field.help}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .map(([key]) => key)
    .filter(isRunKey)
}

export function orderOf(draft: Draft): Order {
  const { preset, recipe, device, engine, minutes, model, evaluate, fork } = draft
  const values = Object.fromEntries(
    changedKeys(draft).map((key) => [key, copyOf(parsed(RUN_FIELDS[key], valueOf(draft, key)))]),
  )
  return {
    preset,
    recipe,
    device,
    engine,
    minutes,
    model,
    evaluate,
    fork,
    values,
    steps: null,
    seed: null,
  }
}

function copyOf(value: Value): boolean | number | string | string[] {
  return typeof value === 'object' ? [...value] : value
}

/** A draft with another run's settings. */
export function cloneDraft(
  run: {
    readonly preset: string
    readonly device: string
    readonly config: Readonly<Record<string, Json>>
  },
  base: Draft,
): Draft {
  const preset = run.preset
  const known = presetValues(preset)
  const touched = Object.fromEntries(
    Object.entries(run.config).filter(
      ([key, value]) =>
        isRunKey(key) && isValue(value) && settingText(value) !== settingText(known[key]),
    ),
  )
  const device = (['cpu', 'webgpu', 'cuda'] as const).find((name) => name === run.device) ?? 'cpu'
  return { ...base, preset, device, touched }
}
