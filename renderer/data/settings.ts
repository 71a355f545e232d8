/**
 * The user's settings, and making the page follow them: theme, text size, motion. A theme chosen by a key or a
 * button is kept as a setting.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { create } from 'zustand'
import { READ_ONLY } from '../../electron/contract/reading.ts'
import type { SettingValues, Settings } from '../../electron/contract/settings.ts'
import { SETTING_FIELDS } from '../../electron/contract/settings.ts'
import { useTheme } from '../state/theme.ts'
import { useAsk, useOrder } from './ask.ts'
import { useClient } from './client-context.ts'
import { addNote } from './live.ts'

type Chosen = { readonly [Key in keyof SettingValues]?: SettingValues[Key] }

/** What this window chose, until the host tells the same; for good where the host keeps nothing. */
const useChosen = create<Chosen>(() => ({}))

/** Defaults until they are there. */
export function useSetting<Key extends keyof typeof SETTING_FIELDS>(key: Key): Settings[Key] {
  const query = useAsk('settings.get', {})
  const settings: Settings | undefined = query.data?.settings
  const chosen = useChosen((state) => state[key])
  // The type of a field's default is that of its setting, which the compiler does not see through the table.
  return (chosen ?? settings?.[key] ?? SETTING_FIELDS[key].default) as Settings[Key]
}

/** Holds at once, before the host has kept it; also where what asked for it is gone by then. */
export function useChangeSetting(): (values: Chosen) => void {
  const client = useClient()
  const queries = useQueryClient()
  return (values) => {
    useChosen.setState(values)
    const kept = async () => {
      await queries.invalidateQueries({ queryKey: ['settings.get'] })
      useChosen.setState((now) => without(now, values))
    }
    client.call('settings.set', { values }).then(kept, tellUnlessReadOnly)
  }
}

/** Values that were chosen anew meanwhile stay. */
function without(now: Chosen, kept: Chosen): Chosen {
  const same = Object.entries(kept).filter(([key, value]) => Reflect.get(now, key) === value)
  return Object.fromEntries(same.map(([key]) => [key, undefined]))
}

function tellUnlessReadOnly(error: Error): void {
  if (!error.message.endsWith(READ_ONLY)) addNote('warning', error.message)
}

/** Once, at the top of the page. */
export function useFollowedSettings(): void {
  const query = useAsk('settings.get', {})
  const settings = query.data?.settings
  const choose = useTheme((state) => state.choose)
  const { mutate } = useOrder('settings.set', ['settings.get'])
  useEffect(() => {
    if (settings === undefined) return
    if (settings.theme !== useTheme.getState().theme) choose(settings.theme)
    show(settings)
  }, [settings, choose])
  const kept = settings?.theme
  useEffect(
    () =>
      useTheme.subscribe(({ theme }, before) => {
        if (kept !== undefined && theme !== before.theme && theme !== kept) {
          mutate({ values: { theme } })
        }
      }),
    [kept, mutate],
  )
}

function show({ fontSize, motion }: Settings): void {
  const { style, dataset } = document.documentElement
  style.setProperty('--type', `${fontSize}px`)
  style.setProperty('--type-table', `${fontSize - 1}px`)
  style.setProperty('--type-small', `${fontSize - 2}px`)
  dataset['motion'] = motion
}
