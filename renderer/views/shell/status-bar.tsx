/**
 * This machine in one line: isolation, memory, disk, connection; and the theme.
 */
import {
  CircleCheck,
  HardDrive,
  MemoryStick,
  Palette,
  PanelBottom,
  Plug,
  Shield,
} from 'lucide-react'
import { useAsk } from '../../data/ask.ts'
import { useLive } from '../../data/live.ts'
import { useRun } from '../../data/run.ts'
import { useChangeSetting, useSetting } from '../../data/settings.ts'
import { bytes, integer } from '../../format.ts'
import { THEMES, useTheme } from '../../state/theme.ts'
import type { Theme } from '../../state/theme.ts'
import { SHELL } from '../../strings/shell.ts'
import styles from './shell.module.css'

export function StatusBar() {
  const usage = useAsk('app.usage', {}, { everyMs: 5_000 })
  const { query } = useRun()
  const run = query.data
  return (
    <footer className={styles['status']} aria-label={SHELL.status}>
      <Connection />
      {run === undefined ? null : (
        <span>
          <Shield size={12} aria-hidden />
          {SHELL.sandbox(String(run.run.sandboxLevel))}
        </span>
      )}
      {usage.data === undefined ? null : (
        <>
          <span>
            <MemoryStick size={12} aria-hidden />
            {SHELL.memory(
              bytes(usage.data.memoryBytes - usage.data.memoryFreeBytes),
              bytes(usage.data.memoryBytes),
            )}
          </span>
          {usage.data.diskFreeBytes === null ? null : (
            <span>
              <HardDrive size={12} aria-hidden />
              {SHELL.disk(bytes(usage.data.diskFreeBytes))}
            </span>
          )}
        </>
      )}
      <span className={styles['spacer']} />
      {run === undefined ? null : <span>{SHELL.flags(integer(run.openFlags))}</span>}
      <OutputButton />
      <ThemeButton />
    </footer>
  )
}

function Connection() {
  const connection = useLive((state) => state.connection)
  const connected = connection.type === 'connected'
  const Icon = connected ? CircleCheck : Plug
  return (
    <span role="status">
      <Icon size={12} aria-hidden />
      {connected ? SHELL.connected : SHELL.connecting}
    </span>
  )
}

function OutputButton() {
  const open = useSetting('outputOpen')
  const change = useChangeSetting()
  return (
    <button
      type="button"
      className={styles['theme']}
      aria-pressed={open}
      aria-label={SHELL.showOutput}
      onClick={() => change({ outputOpen: !open })}
    >
      <PanelBottom size={12} aria-hidden />
      {SHELL.output}
    </button>
  )
}

function ThemeButton() {
  const { theme, choose } = useTheme()
  const next: Theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
  return (
    <button
      type="button"
      className={styles['theme']}
      aria-label={SHELL.cycleTheme(SHELL.themes[theme])}
      onClick={() => choose(next)}
    >
      <Palette size={12} aria-hidden />
      {SHELL.themes[theme]}
    </button>
  )
}
