/**
 * The terminal: draws lines, finds text, takes no input. It writes only what is new where lines were added.
 */
import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import type { RefObject } from 'react'
import { useEffect, useRef } from 'react'
import type { LogLine } from '../../../electron/contract/workbench.ts'
import { token, useTheme } from '../../state/theme.ts'
import { LOGS } from '../../strings/places.ts'
import { logText } from '../../text/log-text.ts'
import layout from '../layout.module.css'

export type TerminalHandle = { readonly find: (text: string, back: boolean) => void }

type Props = {
  readonly lines: readonly LogLine[]
  readonly handle: RefObject<TerminalHandle | null>
}

export function TerminalView({ lines, handle }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const terminal = useTerminal(host, handle)
  const shown = useRef({ first: -1, last: -1 })
  const theme = useTheme((state) => state.shown)
  useEffect(() => {
    if (terminal.current === null) return
    terminal.current.options.theme = themeNow()
  }, [theme, terminal])
  useEffect(() => {
    const screen = terminal.current
    if (screen === null) return
    const first = lines[0]?.seq ?? -1
    // Another filter starts over; lines that fell out at the top do not.
    if (lines.length === 0 || first < shown.current.first || shown.current.last < first) {
      screen.reset()
      shown.current = { first, last: -1 }
    }
    const fresh = lines.filter(({ seq }) => seq > shown.current.last)
    for (const line of fresh) screen.writeln(logText(line, true))
    shown.current.last = lines.at(-1)?.seq ?? -1
  }, [lines, terminal])
  // The terminal fits itself to what is around it, padding included: that is one further out.
  return (
    <div className={layout['fill']} style={{ padding: 8 }}>
      <div ref={host} style={{ height: '100%' }} />
    </div>
  )
}

function useTerminal(
  host: RefObject<HTMLDivElement | null>,
  handle: RefObject<TerminalHandle | null>,
) {
  const terminal = useRef<Terminal | null>(null)
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const { screen, search, fit } = openTerminal(element)
    terminal.current = screen
    handle.current = {
      // Behind everything that was written before.
      find: (text, back) =>
        screen.write('', () => {
          if (back) search.findPrevious(text)
          else search.findNext(text, { incremental: true })
        }),
    }
    const observer = new ResizeObserver(() => fit.fit())
    observer.observe(element)
    return () => {
      observer.disconnect()
      // What it put off when it was opened comes first: a terminal that is gone by then throws.
      setTimeout(() => screen.dispose())
      terminal.current = null
      handle.current = null
    }
  }, [host, handle])
  return terminal
}

function openTerminal(element: HTMLElement) {
  const screen = new Terminal({
    disableStdin: true,
    convertEol: true,
    scrollback: 10_000,
    fontFamily: token('mono'),
    fontSize: 12,
    lineHeight: 1.35,
    cursorInactiveStyle: 'none',
    screenReaderMode: true,
    theme: themeNow(),
    // No link is ever made of what a program printed.
    linkHandler: { activate: () => undefined },
  })
  const search = new SearchAddon()
  const fit = new FitAddon()
  screen.loadAddon(search)
  screen.loadAddon(fit)
  screen.open(element)
  screen.textarea?.setAttribute('aria-label', LOGS.terminal)
  fit.fit()
  return { screen, search, fit }
}

function themeNow() {
  return {
    background: token('bg'),
    foreground: token('text'),
    cursor: token('bg'),
    selectionBackground: token('bg-selected'),
    brightBlack: token('text-muted'),
    cyan: token('accent'),
    yellow: token('wrong'),
    red: token('danger'),
  }
}
