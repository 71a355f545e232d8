/**
 * Keys of the review desk: one hand, no mouse. They come before the keys of the frame while the desk is shown, and
 * like those they can be remapped. Typing keeps its keys, and so does a chord that begins with g.
 */
import { useEffect, useRef } from 'react'
import { DESK_KEYS } from '../strings/review.ts'

export const DESK_ACTIONS = {
  save: { keys: 'Enter', label: DESK_KEYS.save },
  severity1: { keys: '1', label: DESK_KEYS.severity('1') },
  severity2: { keys: '2', label: DESK_KEYS.severity('2') },
  severity3: { keys: '3', label: DESK_KEYS.severity('3') },
  severity4: { keys: '4', label: DESK_KEYS.severity('4') },
  severity5: { keys: '5', label: DESK_KEYS.severity('5') },
  next: { keys: 'j', label: DESK_KEYS.next },
  previous: { keys: 'k', label: DESK_KEYS.previous },
  category: { keys: 'c', label: DESK_KEYS.category },
  categoryBack: { keys: 'Shift+c', label: DESK_KEYS.categoryBack },
  tags: { keys: 't', label: DESK_KEYS.tags },
  note: { keys: 'n', label: DESK_KEYS.note },
  span: { keys: 's', label: DESK_KEYS.span },
  text: { keys: 'e', label: DESK_KEYS.text },
  skip: { keys: 'x', label: DESK_KEYS.skip },
  undo: { keys: 'u', label: DESK_KEYS.undo },
  same: { keys: 'd', label: DESK_KEYS.same },
  blind: { keys: 'b', label: DESK_KEYS.blind },
  confirm: { keys: 'q', label: DESK_KEYS.confirm },
  dismiss: { keys: 'w', label: DESK_KEYS.dismiss },
  reopen: { keys: 'o', label: DESK_KEYS.reopen },
  keepTask: { keys: 'm', label: DESK_KEYS.keepTask },
} as const
export type DeskAction = keyof typeof DESK_ACTIONS

export function isDeskAction(name: string): name is DeskAction {
  return Object.hasOwn(DESK_ACTIONS, name)
}

export const deskCommand = (action: DeskAction): string => `review.${action}`

/** Action by key, with the user's own keys; '' has none. */
export function deskBindings(
  shortcuts: Readonly<Record<string, string>>,
): ReadonlyMap<string, DeskAction> {
  const bindings = new Map<string, DeskAction>()
  for (const action of Object.keys(DESK_ACTIONS).filter(isDeskAction)) {
    const keys = shortcuts[deskCommand(action)] ?? DESK_ACTIONS[action].keys
    if (keys !== '') bindings.set(keys.toLowerCase(), action)
  }
  return bindings
}

/** `Shift+c` for a capital, as bindings write it. */
export function pressed(event: Pick<KeyboardEvent, 'key' | 'shiftKey'>): string {
  const key = event.key.toLowerCase()
  const isLetter = /^\p{L}$/u.test(event.key)
  return event.shiftKey && isLetter ? `shift+${key}` : key
}

/** A chord such as g t begins with g and has a second for its other key. */
const CHORD_MS = 1_000

export function useDeskKeys(
  bindings: ReadonlyMap<string, DeskAction>,
  act: (action: DeskAction) => void,
): void {
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    let chordMs = Number.NEGATIVE_INFINITY
    const listen = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event)) return
      const isChord = event.timeStamp - chordMs < CHORD_MS
      chordMs = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
      const action = isChord ? undefined : bindings.get(pressed(event))
      if (action === undefined) return
      event.preventDefault()
      event.stopPropagation()
      latest.current(action)
    }
    // Before the keys of the frame, which listen on the way back.
    window.addEventListener('keydown', listen, { capture: true })
    return () => window.removeEventListener('keydown', listen, { capture: true })
  }, [bindings])
}

/** Somebody types, chooses from a list, or presses a button with Enter. */
function isElsewhere({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('[role="dialog"], [role="listbox"], [role="menu"], [role="grid"]') !== null) {
    return true
  }
  if (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) {
    return true
  }
  return key === 'Enter' && target.closest('button, a, [role="radio"], [role="tab"]') !== null
}
