/**
 * A rating as it is being made. Pure: what keys do to it, and what is sent. Not here: sending it (data/desk.ts).
 */
import type { CallInput } from '../../electron/contract/api.ts'
import type { FlagEntry } from '../../electron/contract/history.ts'

export type FlagDraft = {
  /** The rater's own flag that this changes; null: a new one. */
  readonly flag: string | null
  /** null: not chosen yet. */
  readonly severity: number | null
  readonly category: string
  readonly tags: readonly string[]
  readonly note: string
  readonly span: FlagEntry['span']
}

/** Nothing is chosen before: a suggestion is never prefilled. */
export function draftOf(own: FlagEntry | null, categories: readonly string[]): FlagDraft {
  if (own === null) {
    const category = categories.at(-1) ?? 'other'
    return { flag: null, severity: null, category, tags: [], note: '', span: null }
  }
  const { flag, severity, category, tags, note, span } = own
  return { flag, severity, category, tags, note, span }
}

/** The rating before, for this trace: what it says, not where its evidence stands. */
export function sameAs(before: FlagDraft, draft: FlagDraft): FlagDraft {
  const { severity, category, tags, note } = before
  return { ...draft, severity, category, tags, note }
}

export function turnCategory(
  draft: FlagDraft,
  categories: readonly string[],
  by: 1 | -1,
): FlagDraft {
  const all = categories.includes(draft.category) ? categories : [...categories, draft.category]
  const at = (all.indexOf(draft.category) + by + all.length) % all.length
  return { ...draft, category: all[at] ?? draft.category }
}

const MAX_TAGS = 50

/** Words with commas between; one that is there already is not added. */
export function addTags(draft: FlagDraft, text: string): FlagDraft {
  const given = text
    .split(',')
    .map((tag) => tag.trim().slice(0, 60))
    .filter((tag) => tag !== '')
  return { ...draft, tags: [...new Set([...draft.tags, ...given])].slice(0, MAX_TAGS) }
}

export type Rated = FlagDraft & { readonly severity: number }

export function isRated(draft: FlagDraft): draft is Rated {
  return draft.severity !== null
}

type Entered = {
  readonly run: string
  readonly episode: string
  readonly seconds: number | null
  readonly blind: boolean
}

export function flagInput(draft: Rated, entered: Entered): CallInput<'flags.add'> {
  const { flag, severity, category, tags, note, span } = draft
  return { ...entered, flag, severity, category, tags: [...tags], note, span, undone: false }
}

/** The categories of the settings: texts with commas between. */
export function categoriesOf(text: string): readonly string[] {
  const found = text
    .split(',')
    .map((category) => category.trim().slice(0, 60))
    .filter((category) => category !== '')
  return found.length === 0 ? ['other'] : [...new Set(found)]
}
