/**
 * The frame: rail, top bar, screen, status bar, and what floats over them.
 */
import type { ReactNode } from 'react'
import { useEffect, useState } from 'react'
import { Empty, Failed } from '../../components/states.tsx'
import { useLive, useRunNews, useWorkbenchNews } from '../../data/live.ts'
import { useCommands } from '../../data/commands.ts'
import { useFollowedSettings } from '../../data/settings.ts'
import { useKeys } from '../../state/keys.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { SHELL } from '../../strings/shell.ts'
import { OutputDock } from '../output/dock.tsx'
import { Notes } from './notes.tsx'
import { CommandPalette } from './palette.tsx'
import { Rail } from './rail.tsx'
import { RunBanner } from './run-banner.tsx'
import styles from './shell.module.css'
import { ShortcutsSheet } from './shortcuts-sheet.tsx'
import { StatusBar } from './status-bar.tsx'
import { TopBar } from './top-bar.tsx'

export function Shell({ children }: { readonly children: ReactNode }) {
  const [floating, setFloating] = useState<'palette' | 'sheet' | null>(null)
  const connection = useLive((state) => state.connection)
  useWorkbenchNews()
  useFollowedSettings()
  useRunNews(useParam('run'))
  useTitle()
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
        <RunBanner />
        <div className={styles['screen']}>{children}</div>
      </main>
      <OutputDock />
      <StatusBar />
      <Notes />
      <CommandPalette open={floating === 'palette'} commands={commands} onClose={close} />
      <ShortcutsSheet open={floating === 'sheet'} commands={commands} onClose={close} />
    </div>
  )
}

/** The name of the tab and of the window. */
function useTitle(): void {
  const { view, params } = useRoute((state) => state.route)
  const run = params['run']
  useEffect(() => {
    const parts = [SHELL.views[view], ...(run === undefined ? [] : [run]), COMMON.product]
    document.title = parts.join(' · ')
  }, [view, run])
}

function focusMain(event: { readonly preventDefault: () => void }): void {
  event.preventDefault()
  document.querySelector<HTMLElement>('#main')?.focus()
}

function Refused({ reason }: { readonly reason: string }) {
  return (
    <main>
      <Empty page title={SHELL.refusedTitle} text={SHELL.refusedHelp} />
      <Failed error={reason} />
    </main>
  )
}
