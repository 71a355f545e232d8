/**
 * Keys start commands, except where somebody types.
 */
import { tinykeys } from 'tinykeys'
import { useEffect, useRef } from 'react'
import type { Command } from './commands.ts'

export function useKeys(commands: readonly Command[]): void {
  const latest = useRef(commands)
  latest.current = commands
  const bound = JSON.stringify(commands.map(({ keys }) => keys).filter((keys) => keys !== ''))
  // Only other keys are bound anew: a chord that has begun outlives a command that changes meanwhile.
  useEffect(() => {
    const keys: readonly string[] = JSON.parse(bound)
    const bindings = keys.map((one) => [
      one,
      (event: KeyboardEvent) =>
        start(event, one, () => latest.current.findLast((command) => command.keys === one)?.act()),
    ])
    return tinykeys(window, Object.fromEntries(bindings))
  }, [bound])
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
