/**
 * The user's settings on disk, and who wants to hear of changes. Only what differs from the defaults is written.
 * Not here: which settings there are (contract/settings.ts).
 */
import { AppError } from '../contract/errors.ts'
import { isSettingKey, readSettings, SETTING_FIELDS, settingProblem } from '../contract/settings.ts'
import type { SettingChanges, Settings } from '../contract/settings.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'
import { createTopic } from './topic.ts'
import type { Topic } from './topic.ts'

export type SettingsFile = {
  readonly get: () => Settings
  /** What was wrong with the file when it was read. */
  readonly problems: readonly string[]
  /** Throws AppError('usage') naming the setting. */
  readonly set: (changes: SettingChanges) => Settings
  readonly changes: Topic<Settings>
}

export function openSettings(path: string, now: () => number): SettingsFile {
  const found = readJsonFile(path, now())
  const read = readSettings(found.type === 'value' ? found.value : {})
  const broken =
    found.type === 'broken' ? [`settings.json was unreadable; kept as ${found.kept}`] : []
  const changes = createTopic<Settings>()
  let settings = read.settings
  return {
    get: () => settings,
    problems: [...broken, ...read.problems],
    changes,
    set: (wanted) => {
      settings = applied(settings, wanted)
      writeJsonFile(path, differing(settings))
      changes.tell(settings)
      return settings
    },
  }
}

function applied(settings: Settings, { values, shortcuts }: SettingChanges): Settings {
  const next: Record<string, unknown> = { ...settings }
  for (const [key, value] of Object.entries(values)) {
    if (!isSettingKey(key)) throw new AppError('usage', `settings.${key}: there is no such setting`)
    const problem = value === null ? null : settingProblem(key, value)
    if (problem !== null) throw new AppError('usage', `settings.${key}: ${problem}`)
    next[key] = value === null ? SETTING_FIELDS[key].default : value
  }
  if (shortcuts !== undefined) next['shortcuts'] = shortcuts
  return readSettings(next).settings
}

function differing(settings: Settings): Record<string, unknown> {
  const entries = Object.entries(settings).filter(([key, value]) =>
    isSettingKey(key) ? SETTING_FIELDS[key].default !== value : Object.keys(value).length > 0,
  )
  return Object.fromEntries(entries)
}
