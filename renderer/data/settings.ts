/**
 * The user's settings, and making the page follow them: theme, text size, motion. A theme chosen by a key or a
 * button is kept as a setting.
 */
import { useEffect } from 'react'
import type { Settings } from '../../electron/contract/settings.ts'
import { SETTING_FIELDS } from '../../electron/contract/settings.ts'
import { useTheme } from '../state/theme.ts'
import { useAsk, useOrder } from './ask.ts'

/** Defaults until they are there. */
export function useSetting<Key extends keyof typeof SETTING_FIELDS>(key: Key): Settings[Key] {
  const query = useAsk('settings.get', {})
  const settings: Settings | undefined = query.data?.settings
  // The type of a field's default is that of its setting, which the compiler does not see through the table.
  return settings?.[key] ?? (SETTING_FIELDS[key].default as Settings[Key])
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
