/**
 * Keys start commands, except where somebody types.
 */
import { tinykeys } from 'tinykeys'
import { useEffect } from 'react'
import type { Command } from './commands.ts'

export function useKeys(commands: readonly Command[]): void {
  useEffect(() => {
    const bindings = Object.fromEntries(
      commands
        .filter(({ keys }) => keys !== '')
        .map(({ keys, act }) => [keys, (event: KeyboardEvent) => start(event, keys, act)]),
    )
    return tinykeys(window, bindings)
  }, [commands])
}

function start(event: KeyboardEvent, keys: string, act: () => void): void {
  if (isTyping(event.target) && !keys.includes('$mod')) return
  event.preventDefault()
  act()
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('[role="dialog"], [role="listbox"], [role="menu"]') !== null) return true
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}
