/**
 * What people entered without who they are and without what tells who or where: for exports that leave the machine.
 * Not here: which texts tell that (safety/redact.ts).
 */
import type { FlagEntry } from '../contract/history.ts'
import type { Decision } from '../contract/safety.ts'
import { redact } from '../safety/redact.ts'
import type { Veil } from './export/tables.ts'

export type Redacting = {
  /** Without raters' names, and without what tells who or where. */
  readonly redact: boolean
  /** Also taken out when redacting. */
  readonly words?: readonly string[]
}

/** Changes nothing where nothing is to be hidden. One name stands for the same rater throughout. */
export function veilOf({ redact: hidden, words = [] }: Redacting): Veil {
  const names = new Map<string, string>()
  const nameOf = (rater: string): string => {
    if (/^(?:rule|judge):/.test(rater)) return rater
    const name = names.get(rater) ?? `rater ${names.size + 1}`
    names.set(rater, name)
    return name
  }
  const clean = (text: string): string => redact(text, words).text
  return {
    flag: (entry: FlagEntry): FlagEntry =>
      hidden
        ? {
            ...entry,
            rater: nameOf(entry.rater),
            note: clean(entry.note),
            tags: entry.tags.map(clean),
            span: entry.span === null ? null : { ...entry.span, quote: clean(entry.span.quote) },
          }
        : entry,
    decision: (decision: Decision): Decision =>
      hidden
        ? { ...decision, author: nameOf(decision.author), note: clean(decision.note) }
        : decision,
  }
}
