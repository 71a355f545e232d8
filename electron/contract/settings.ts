/**
 * The user's settings: one row each with default, range and a line of help, as data; kept in settings.json.
 * Not here: settings of a run (fields.ts), the file (host/settings.ts).
 */
import * as v from 'valibot'
import { fieldProblem } from './config.ts'
import type { ChoiceField, FlagField, NumberField } from './fields.ts'
import { DEVICES, name, text } from './inputs.ts'
import { SERVERS } from './remote.ts'
import { CATEGORIES } from './safety.ts'

type Labelled<F> = F & { readonly label: string }
export type TextField = {
  readonly type: 'text'
  readonly group: string
  readonly default: string
  readonly maxChars: number
  readonly help: string
}
export type SettingField = Labelled<NumberField | FlagField | ChoiceField<string> | TextField>

function makers(group: string) {
  return {
    choice: <const T extends string>(label: string, choices: readonly [T, ...T[]], help: string) =>
      ({ type: 'choice', group, label, default: choices[0], choices, help }) satisfies Labelled<
        ChoiceField<T>
      >,
    flag: (label: string, value: boolean, help: string): Labelled<FlagField> =>
      ({ type: 'flag', group, label, default: value, help }) as const,
    text: (label: string, value: string, maxChars: number, help: string): Labelled<TextField> =>
      ({ type: 'text', group, label, default: value, maxChars, help }) as const,
    number: (
      label: string,
      value: number,
      [min, max]: readonly [number, number],
      unit: string,
      help: string,
    ): Labelled<NumberField> =>
      ({
        type: unit === 'share' ? 'number' : 'integer',
        group,
        label,
        default: value,
        min,
        max,
        unit,
        help,
      }) as const,
  }
}

const look = makers('Look')
const charts = makers('Charts')
const output = makers('Output')
const runs = makers('New run')
const flags = makers('Flags')
const remote = makers('Remote engine')
const notices = makers('Notices')

/** The first of a field's choices is its default. */
export const SETTING_FIELDS = {
  theme: look.choice('Theme', ['system', 'light', 'dark', 'contrast'], 'Colours of everything.'),
  fontSize: look.number('Text size', 13, [11, 20], 'px', 'Tables are one smaller.'),
  motion: look.choice('Motion', ['system', 'reduced'], 'Animations.'),
  wrapCode: look.flag('Wrap code', false, 'Break long lines of programs and traces.'),
  smoothing: charts.number('Smoothing', 0.6, [0, 0.99], 'share', 'Over the raw line; 0: none.'),
  outputOpen: output.flag('Output', false, 'What the processes say, below every screen.'),
  outputHeight: output.number('Height', 220, [96, 1_200], 'px', 'Of the output below the screen.'),
  outputSource: output.choice('Process', ['all', 'engine', 'sandbox', 'app'], 'Whose lines.'),
  outputLevel: output.choice(
    'At least',
    ['info', 'debug', 'warn', 'error'],
    'How grave a line is.',
  ),
  minutes: runs.number('Minutes', 12, [1, 10_000], 'min', 'Where the dial of a new run stands.'),
  device: runs.choice('Device', DEVICES, 'Where the model is computed.'),
  rater: flags.text('Rater', 'me', 60, 'The name that your flags carry.'),
  blind: flags.flag('Blind', false, 'Hide suggestions while you rate.'),
  categories: flags.text(
    'Categories',
    CATEGORIES.join(', '),
    400,
    'What a flag can be about, with commas between.',
  ),
  remoteUrl: remote.text(
    'Address',
    '',
    400,
    'A server of the Tinker protocol: https://, or http:// on this machine. Its key: TINKER_API_KEY, or tinker.key in the data folder.',
  ),
  remoteModel: remote.text(
    'Model',
    '',
    400,
    'As the server calls it; empty: the only one it serves.',
  ),
  remoteFolder: remote.text(
    'Tokenizer',
    '',
    400,
    "Folder with that model's config.json and tokenizer.json, on this machine.",
  ),
  remoteServer: remote.choice(
    'Server',
    SERVERS,
    'What it honours of a run; refused settings are named.',
  ),
  remoteAdam: remote.flag(
    "Server's Adam",
    false,
    'Accept the constants of a server that takes only the learning rate.',
  ),
  remoteHttp: remote.flag(
    'Plain http',
    false,
    'Talk to it unencrypted beyond this machine; no key is sent then.',
  ),
  notifyDone: notices.flag('Run done', true, 'When a run ends or is interrupted.'),
  notifyCrash: notices.flag('Run stopped', true, 'When the process of a run ends by itself.'),
  notifyWarning: notices.flag('Warnings', true, 'When a run warns: numbers, entropy, diversity.'),
  notifyDisk: notices.flag('Disk', true, 'When less than 5 GB are left.'),
  notifyFlag: notices.flag('Unsafe trace', true, 'When a rule is sure of a trace, once per run.'),
} as const satisfies Readonly<Record<string, SettingField>>

export type SettingKey = keyof typeof SETTING_FIELDS
type SettingValue<F> =
  F extends ChoiceField<infer T>
    ? T
    : F extends NumberField
      ? number
      : F extends FlagField
        ? boolean
        : string

export type SettingValues = {
  readonly [K in SettingKey]: SettingValue<(typeof SETTING_FIELDS)[K]>
}
export type Settings = SettingValues & {
  /** Command to keys, where they differ from the usual. */
  readonly shortcuts: Readonly<Record<string, string>>
}

const Shortcuts = v.pipe(
  v.record(name(80), text(80)),
  v.check((keys) => Object.keys(keys).length <= 500, 'expected at most 500 shortcuts'),
)

/** What a window changes: absent stays, null goes back to the default. */
export const SettingChanges = v.strictObject({
  values: v.pipe(
    v.record(name(40), v.nullable(v.union([v.boolean(), v.number(), text(400)]))),
    v.check((values) => Object.keys(values).every(isSettingKey), 'expected settings that exist'),
  ),
  shortcuts: v.exactOptional(Shortcuts),
})
export type SettingChanges = v.InferOutput<typeof SettingChanges>

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTING_FIELDS, key)
}

/** What is wrong with a value, in words that follow `key: `; null when it is fine. */
export function settingProblem(key: SettingKey, value: unknown): string | null {
  const field: SettingField = SETTING_FIELDS[key]
  if (field.type !== 'text') return fieldProblem(field, value)
  const least = field.default === '' ? 0 : 1
  if (typeof value === 'string' && value.length >= least && value.length <= field.maxChars) {
    return null
  }
  return `expected a text of at most ${field.maxChars} characters, found ${JSON.stringify(value)}`
}

/** Settings from a file or a window; what does not fit takes its default and is named. */
export function readSettings(given: unknown): { settings: Settings; problems: string[] } {
  const source = isRecord(given) ? given : {}
  const problems = isRecord(given) ? [] : ['settings: expected an object']
  const values: Record<string, unknown> = {}
  for (const key of Object.keys(SETTING_FIELDS).filter(isSettingKey)) {
    const value = Object.hasOwn(source, key) ? source[key] : SETTING_FIELDS[key].default
    const problem = settingProblem(key, value)
    if (problem !== null) problems.push(`${key}: ${problem}`)
    values[key] = problem === null ? value : SETTING_FIELDS[key].default
  }
  const shortcuts = v.safeParse(Shortcuts, source['shortcuts'] ?? {})
  if (!shortcuts.success) problems.push('shortcuts: expected commands with their keys')
  const settings = { ...values, shortcuts: shortcuts.success ? shortcuts.output : {} }
  if (!isSettings(settings)) throw new TypeError('settings: a default does not fit its own field')
  return { settings, problems }
}

function isSettings(
  values: Readonly<Record<string, unknown>>,
): values is Readonly<Record<string, unknown>> & Settings {
  const keys = Object.keys(SETTING_FIELDS).filter(isSettingKey)
  return keys.every((key) => settingProblem(key, values[key]) === null)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
