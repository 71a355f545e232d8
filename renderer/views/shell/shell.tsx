/**
 * The frame: rail, top bar, screen, status bar, and what floats over them.
 */
import type { ReactNode } from 'react'
import { useState } from 'react'
import { Empty, Failed } from '../../components/states.tsx'
import { useLive, useRunNews, useWorkbenchNews } from '../../data/live.ts'
import { useCommands } from '../../data/commands.ts'
import { useKeys } from '../../state/keys.ts'
import { useParam } from '../../state/route.ts'
import { SHELL } from '../../strings/shell.ts'
import { Notes } from './notes.tsx'
import { CommandPalette } from './palette.tsx'
import { Rail } from './rail.tsx'
import styles from './shell.module.css'
import { ShortcutsSheet } from './shortcuts-sheet.tsx'
import { StatusBar } from './status-bar.tsx'
import { TopBar } from './top-bar.tsx'

export function Shell({ children }: { readonly children: ReactNode }) {
  const [floating, setFloating] = useState<'palette' | 'sheet' | null>(null)
  const connection = useLive((state) => state.connection)
  useWorkbenchNews()
  useRunNews(useParam('run'))
  const commands = useCommands({
    palette: () => setFloating('palette'),
    sheet: () => setFloating('sheet'),
  })
  useKeys(commands)
  const close = () => setFloating(null)
  if (connection.type === 'refused') return <Refused reason={connection.reason} />
  return (
    <div className={styles['frame']}>
      <a className={styles['skip']} href="#main" onClick={focusMain}>
        {SHELL.skip}
      </a>
      <Rail />
      <TopBar onPalette={() => setFloating('palette')} />
      <main id="main" className={styles['main']} tabIndex={-1} aria-label={SHELL.main}>
        {connection.type === 'connecting' && connection.reason !== '' ? (
          <p className={styles['banner']} role="alert">
            {SHELL.lost(connection.reason)}
          </p>
        ) : null}
        {children}
      </main>
      <StatusBar />
      <Notes />
      <CommandPalette open={floating === 'palette'} commands={commands} onClose={close} />
      <ShortcutsSheet open={floating === 'sheet'} commands={commands} onClose={close} />
    </div>
  )
}

function focusMain(event: { readonly preventDefault: () => void }): void {
  event.preventDefault()
  document.querySelector<HTMLElement>('#main')?.focus()
}

function Refused({ reason }: { readonly reason: string }) {
  return (
    <main>
      <Empty title={SHELL.refusedTitle} text={SHELL.refusedHelp} />
      <Failed error={reason} />
    </main>
  )
}
