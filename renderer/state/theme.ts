/**
 * Which of the four themes holds, and telling charts, code and logs when it changes.
 */
import { create } from 'zustand'

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const
export type Theme = (typeof THEMES)[number]
/** What is drawn: system is one of these. */
export type Shown = Exclude<Theme, 'system'>

const KEY = 'kelvin.theme'

export type System = {
  readonly dark: boolean
  readonly contrast: boolean
  /** The system's palette takes the place of ours; what draws by itself keeps to its darkness. */
  readonly forced: boolean
}

export function shownTheme(theme: Theme, { dark, contrast, forced }: System): Shown {
  if (forced) return dark ? 'contrast' : 'light'
  if (theme !== 'system') return theme
  if (contrast) return 'contrast'
  return dark ? 'dark' : 'light'
}

type ThemeStore = {
  readonly theme: Theme
  readonly shown: Shown
  readonly choose: (theme: Theme) => void
}

const QUERIES = {
  dark: '(prefers-color-scheme: dark)',
  contrast: '(prefers-contrast: more)',
  forced: '(forced-colors: active)',
} as const

function resolve(theme: Theme): Shown {
  const is = (name: keyof System) => window.matchMedia(QUERIES[name]).matches
  return shownTheme(theme, { dark: is('dark'), contrast: is('contrast'), forced: is('forced') })
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
  for (const query of Object.values(QUERIES)) {
    window.matchMedia(query).addEventListener('change', follow)
  }
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
