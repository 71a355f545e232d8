/**
 * Which of the four themes holds, and telling charts, code and logs when it changes.
 */
import { create } from 'zustand'

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const
export type Theme = (typeof THEMES)[number]
/** What is drawn: system is one of these. */
export type Shown = Exclude<Theme, 'system'>

const KEY = 'kelvin.theme'

export function shownTheme(theme: Theme, dark: boolean, contrast: boolean): Shown {
  if (theme !== 'system') return theme
  if (contrast) return 'contrast'
  return dark ? 'dark' : 'light'
}

type ThemeStore = {
  readonly theme: Theme
  readonly shown: Shown
  readonly choose: (theme: Theme) => void
}

const dark = () => window.matchMedia('(prefers-color-scheme: dark)')
const contrast = () => window.matchMedia('(prefers-contrast: more)')

function resolve(theme: Theme): Shown {
  return shownTheme(theme, dark().matches, contrast().matches)
}

function paint(shown: Shown): void {
  document.documentElement.dataset['theme'] = shown
}

function remembered(): Theme {
  const text = window.localStorage.getItem(KEY)
  return THEMES.find((theme) => theme === text) ?? 'system'
}

export const useTheme = create<ThemeStore>((set) => ({
  theme: 'system',
  shown: 'light',
  choose: (theme) => {
    window.localStorage.setItem(KEY, theme)
    const shown = resolve(theme)
    paint(shown)
    set({ theme, shown })
  },
}))

/** Once, before the first draw; then follows the system. */
export function startTheme(): void {
  const { choose } = useTheme.getState()
  choose(remembered())
  const follow = () => choose(useTheme.getState().theme)
  dark().addEventListener('change', follow)
  contrast().addEventListener('change', follow)
}

/** The value of a custom property as it holds now, for what draws on canvas. */
export function token(name: string): string {
  const value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
  return longHex(value)
}

/** Minified sheets write #fff, which the editor refuses. */
export function longHex(colour: string): string {
  if (!/^#[0-9a-f]{3}$/i.test(colour)) return colour
  return colour.replaceAll(/[0-9a-f]/gi, '$&$&')
}
