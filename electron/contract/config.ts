/**
 * The settings of a run: one flat frozen object, made from a preset and overrides, checked field by field.
 * Not here: the fields themselves (fields.ts). Numbers that follow from others are functions elsewhere.
 */
import { AppError } from './errors.ts'
import { RUN_FIELDS } from './fields.ts'
import type { Field, FieldValue, NumberField } from './fields.ts'

export { RUN_FIELDS }

export type RunKey = keyof typeof RUN_FIELDS
export type RunConfig = { readonly [K in RunKey]: FieldValue<(typeof RUN_FIELDS)[K]> }
export type RunOverrides = Partial<RunConfig>

/**
 * Real models on one machine: adapters, layers computed again, short batches and lengths. Rank, alpha, rate and lengths
 * as in the reference's branch for one consumer GPU; memory per preset in preset-notes.ts.
 */
const ADAPTERS = {
  batch: 4,
  mcSamples: 4,
  references: 3,
  seedFactor: 1,
  solveSource: 'previousStep',
  mcReuse: true,
  loraRank: 64,
  loraAlpha: 16,
  learningRate: 2e-6,
  rampSteps: 5,
  recompute: true,
  tokensPerMicroBatch: 2_048,
  maxPrompt: 2_048,
  maxResponse: 2_048,
} as const satisfies RunOverrides

/** What differs from the defaults, which are the paper's. */
export const PRESETS = {
  paper: {},
  code: {
    totalSteps: 960,
    solveSource: 'previousStep',
    edgeReward: -0.5,
    advNorm: 'token',
    entropyCoef: 0,
    clipHigh: 0.28,
    dualClip: 3,
    weightDecay: 0,
  },
  // Guards and reuse as measured in a feasibility study of this model size; steps and rate by trial on programs of
  // the held-out classes that are in no suite.
  nano: {
    totalSteps: 240,
    promptSet: 'nano',
    evalEvery: 60,
    checkpointEvery: 30,
    batch: 32,
    deductionFactor: 8,
    references: 1,
    referenceCount: 'up-to',
    inputs: 6,
    visible: 3,
    seedFactor: 2,
    solveSource: 'previousStep',
    mcReuse: true,
    edgeReward: -0.5,
    strictTypes: true,
    noveltyDiscount: true,
    proposerKl: 0.5,
    learningRate: 5e-4,
    rampSteps: 10,
    decay: 'linear',
    beta2: 0.99,
    weightDecay: 0,
    entropyCoef: 0,
    maxPrompt: 192,
    maxResponse: 128,
    tokensPerMicroBatch: 1_024,
    outputChars: 400,
  },
  'lora-0.5b': ADAPTERS,
  'lora-1.5b': ADAPTERS,
  'qlora-3b': { ...ADAPTERS, baseWeights: '4-bit' },
  'qlora-8b': { ...ADAPTERS, baseWeights: '4-bit' },
} as const satisfies Readonly<Record<string, RunOverrides>>
export type Preset = keyof typeof PRESETS

/**
 * A preset with overrides on top, every value in range. Throws AppError('usage') naming the field otherwise.
 */
export function resolveConfig(preset: string, overrides: RunOverrides = {}): RunConfig {
  if (!isPreset(preset)) throw unknownName('preset', preset, Object.keys(PRESETS))
  return parseConfig({ ...PRESETS[preset], ...overrides })
}

/** Settings from anywhere (a file, a database, a window); absent fields take their defaults. */
export function parseConfig(values: unknown): RunConfig {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new AppError('usage', `settings: expected an object, found ${JSON.stringify(values)}`)
  }
  const given = new Map(Object.entries(values))
  for (const [key, value] of given) {
    const problem = fieldProblem(fieldOf(key), value)
    if (problem !== null) throw new AppError('usage', `${key}: ${problem}`)
  }
  const fields: [string, Field][] = Object.entries(RUN_FIELDS)
  const config = Object.fromEntries(
    fields.map(([key, field]) => [key, normalise(field, given.get(key) ?? field.default)]),
  )
  if (!isConfig(config)) throw new AppError('usage', 'settings: a field has the wrong type')
  checkTogether(config)
  return Object.freeze(config)
}

/** Overrides from `key=value` texts, such as those of --set. Sets are comma-separated; `none` is empty. */
export function parseSettings(texts: readonly string[]): RunOverrides {
  const values: Record<string, unknown> = {}
  for (const text of texts) {
    const equals = text.indexOf('=')
    if (equals < 1) {
      throw new AppError('usage', `setting ${JSON.stringify(text)}: expected key=value`)
    }
    const key = text.slice(0, equals).trim()
    const field = fieldOf(key)
    const value = readValue(field, text.slice(equals + 1).trim())
    const problem = fieldProblem(field, value)
    if (problem !== null) throw new AppError('usage', `${key}: ${problem}`)
    values[key] = value
  }
  if (!isOverrides(values)) throw new AppError('usage', 'settings: a field has the wrong type')
  return values
}

/** What is wrong with a value, in words that follow `key: `; null when it is fine. */
export function fieldProblem(field: Field, value: unknown): string | null {
  if (accepts(field, value)) return null
  return `expected ${expectation(field)}, found ${JSON.stringify(value) ?? String(value)}`
}

function accepts(field: Field, value: unknown): boolean {
  if (field.type === 'flag') return typeof value === 'boolean'
  if (field.type === 'choice') return field.choices.some((choice) => choice === value)
  if (field.type === 'set') return isSubset(value, field.choices) && value.length >= field.min
  return isWithin(field, value)
}

function expectation(field: Field): string {
  if (field.type === 'flag') return 'true or false'
  if (field.type === 'choice') return field.choices.join(', ')
  const { min } = field
  if (field.type === 'set') {
    return `${min > 0 ? 'at least one' : 'any'} of ${field.choices.join(', ')}`
  }
  return `${field.type === 'integer' ? 'a whole number' : 'a number'} from ${min} to ${field.max}`
}

function isWithin(field: NumberField, value: unknown): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false
  if (field.type === 'integer' && !Number.isInteger(value)) return false
  return value >= field.min && value <= field.max
}

function isSubset(value: unknown, choices: readonly string[]): value is readonly string[] {
  return (
    Array.isArray(value) &&
    new Set(value).size === value.length &&
    value.every((member) => choices.includes(member))
  )
}

function fieldOf(key: string): Field {
  if (!isRunKey(key)) throw unknownName('setting', key, Object.keys(RUN_FIELDS))
  return RUN_FIELDS[key]
}

function readValue(field: Field, text: string): unknown {
  if (field.type === 'choice') return text
  if (field.type === 'flag') return text === 'true' ? true : text === 'false' ? false : text
  if (field.type === 'set') {
    return text === 'none' || text === '' ? [] : text.split(',').map((member) => member.trim())
  }
  return text === '' || Number.isNaN(Number(text)) ? text : Number(text)
}

// Sets keep the order of the table, so that two spellings of one set are one configuration.
function normalise(field: Field, value: unknown): unknown {
  if (field.type !== 'set' || !isSubset(value, field.choices)) return value
  return Object.freeze(field.choices.filter((choice) => value.includes(choice)))
}

function checkTogether(config: RunConfig): void {
  if (config.visible >= config.inputs) {
    throw new AppError(
      'usage',
      `visible: expected fewer than inputs (${config.inputs}), found ${config.visible}`,
    )
  }
  if (config.compositeShare > 0 && config.promptSet === 'nano') {
    throw new AppError(
      'usage',
      `compositeShare: expected 0 with the nano prompts, which cannot name other functions, found ${config.compositeShare}`,
    )
  }
  if (config.errorShare > 0) checkErrors(config)
  if (config.baseWeights === '4-bit' && config.loraRank === 0) {
    throw new AppError(
      'usage',
      'baseWeights: expected stored where every weight is trained, found 4-bit; set loraRank',
    )
  }
  if (config.topK === 0) throw new AppError('usage', 'topK: expected -1 or at least 1, found 0')
}

function checkErrors({ errorShare, promptSet, types }: RunConfig): void {
  const why =
    promptSet === 'nano'
      ? 'with the nano prompts, which have no words for exceptions'
      : 'without deduction among the types'
  if (promptSet !== 'nano' && types.includes('deduction')) return
  throw new AppError('usage', `errorShare: expected 0 ${why}, found ${errorShare}`)
}

function isPreset(name: string): name is Preset {
  return Object.hasOwn(PRESETS, name)
}

export function isRunKey(key: string): key is RunKey {
  return Object.hasOwn(RUN_FIELDS, key)
}

function isOverrides(values: Readonly<Record<string, unknown>>): values is RunOverrides {
  return Object.keys(values).every(
    (key) => isRunKey(key) && fieldProblem(RUN_FIELDS[key], values[key]) === null,
  )
}

function isConfig(values: Readonly<Record<string, unknown>>): values is RunConfig {
  return Object.keys(RUN_FIELDS).every((key) => Object.hasOwn(values, key)) && isOverrides(values)
}

function unknownName(what: string, name: string, known: readonly string[]): AppError {
  const nearest = [...known].sort((a, b) => editDistance(name, a) - editDistance(name, b))[0] ?? ''
  const near = editDistance(name, nearest) <= Math.max(2, nearest.length / 2)
  const hint = near ? `did you mean ${nearest}?` : `known are ${known.join(', ')}`
  return new AppError('usage', `${what} ${JSON.stringify(name)} does not exist; ${hint}`)
}

/** Insertions, deletions and substitutions between two names, whatever their case. */
function editDistance(left: string, right: string): number {
  const a = left.toLowerCase().slice(0, 64)
  const b = right.toLowerCase()
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
