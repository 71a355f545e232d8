/**
 * Actions of a screen as commands of the palette, for as long as it is shown. Buttons and commands share what they do.
 */
import { useEffect, useRef } from 'react'
import { useScreen } from '../state/commands.ts'
import { SHELL } from '../strings/shell.ts'

export type ScreenAction = {
  readonly id: string
  readonly label: string
  /** As the user has them until others are chosen; absent: none. */
  readonly keys?: string
  readonly can?: boolean
  readonly act: () => void
}

/** Those that cannot be done now are left out. */
export function useScreenCommands(actions: readonly ScreenAction[]): void {
  const latest = useRef(actions)
  latest.current = actions
  const key = JSON.stringify(
    actions.filter(({ can = true }) => can).map(({ id, label, keys }) => [id, label, keys]),
  )
  useEffect(() => {
    const commands = latest.current
      .filter(({ can = true }) => can)
      .map(({ id, label, keys = '' }) => ({
        id: `screen.${id}`,
        label,
        group: SHELL.groups.screen,
        keys,
        act: () => latest.current.find((action) => action.id === id)?.act(),
      }))
    useScreen.setState({ commands })
    return () => useScreen.setState({ commands: [] })
  }, [key])
}
