/**
 * Commands: what the palette lists and keys start. One table, so that nothing is reachable by mouse alone.
 * Not here: what a command does to a run (data/).
 */
import { create } from 'zustand'
import { SHELL } from '../strings/shell.ts'
import { useRoute, VIEWS } from './route.ts'
import type { View } from './route.ts'
import { THEMES, useTheme } from './theme.ts'

export type Command = {
  readonly id: string
  readonly label: string
  readonly group: string
  /** As tinykeys reads them: `g r` is one after the other, `$mod+k` is Ctrl or Cmd. '' has none. */
  readonly keys: string
  readonly act: () => void
}

const NAV: readonly (readonly [View, string])[] = [
  ['runs', 'g r'],
  ['live', 'g l'],
  ['tasks', 'g t'],
  ['compare', 'g c'],
  ['models', 'g m'],
  ['evaluate', 'g e'],
  ['review', 'g v'],
  ['logs', 'g o'],
  ['settings', 'g s'],
  ['new', 'n'],
]

export const SCREENS = VIEWS.filter((view) => !['new', 'task', 'trace'].includes(view))

export function goCommands(): readonly Command[] {
  return NAV.map(([view, keys]) => ({
    id: `go.${view}`,
    label: SHELL.views[view],
    group: SHELL.groups.go,
    keys,
    act: () => useRoute.getState().go(view),
  }))
}

export function lookCommands(): readonly Command[] {
  return THEMES.map((theme) => ({
    id: `theme.${theme}`,
    label: `${SHELL.theme}: ${SHELL.themes[theme]}`,
    group: SHELL.groups.look,
    keys: '',
    act: () => useTheme.getState().choose(theme),
  }))
}

type ScreenStore = { readonly commands: readonly Command[] }

/** What the screen that is shown can do, so that the palette reaches that too. */
export const useScreen = create<ScreenStore>(() => ({ commands: [] }))

/** With the user's keys; a command that is mapped to '' has none. */
export function withKeys(
  commands: readonly Command[],
  shortcuts: Readonly<Record<string, string>>,
): readonly Command[] {
  return commands.map((command) => ({ ...command, keys: shortcuts[command.id] ?? command.keys }))
}

/** Keys that start more than one command. */
export function conflicts(commands: readonly Command[]): ReadonlyMap<string, readonly string[]> {
  const byKeys = new Map<string, string[]>()
  for (const { keys, label } of commands) {
    if (keys !== '') byKeys.set(keys, [...(byKeys.get(keys) ?? []), label])
  }
  return new Map([...byKeys].filter(([, labels]) => labels.length > 1))
}

/** `$mod+k` as a person reads it. */
export function keyCaps(keys: string, mac: boolean): readonly string[] {
  return keys
    .split(' ')
    .filter((part) => part !== '')
    .map((part) =>
      part
        .replace('$mod', mac ? '⌘' : 'Ctrl')
        .replaceAll('+', mac ? '' : '+')
        .replace(/([a-z])$/, (letter) => (part.includes('+') ? letter.toUpperCase() : letter)),
    )
}
