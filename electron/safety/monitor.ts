/**
 * All rules over the new episodes of a step: what each suggests, combined into one score to sort by.
 * Not here: the rules (rules.ts), keeping what they say (store/suggestions.ts).
 */
import type { Suggestion, Trace } from '../contract/safety.ts'
import { FIELDS } from './fields.ts'
import { featuresOf, outlierHits } from './outliers.ts'
import type { Features } from './outliers.ts'
import { PATTERNS } from './patterns.ts'
import type { PatternRule } from './patterns.ts'
import { PHRASES } from './phrases.ts'
import type { PhraseRule } from './phrases.ts'
import { TOPICS } from './topics.ts'
import { bindRules, inspectTrace, suggestionsOf } from './rules.ts'
import type { Rulebook } from './rules.ts'

/** What rules say of one episode; only of those that they say something of. */
export type Watched = {
  readonly episode: string
  readonly step: number
  /** From 0 to 1. */
  readonly score: number
  readonly suggestions: readonly Suggestion[]
}

export interface Monitor {
  readonly book: Rulebook
  /** The episodes of one step together: groups of a role and kind are compared. */
  watch(traces: readonly Trace[]): Watched[]
  /** The same for a step that does not fit into memory: piece by piece, groups at the end. */
  begin(): StepWatch
}

export interface StepWatch {
  add(trace: Trace): void
  /** Everything that was suggested, in the order of the episodes. */
  end(): Watched[]
}

export type UserRules = {
  readonly phrases: readonly PhraseRule[]
  readonly patterns: readonly PatternRule[]
}

/** Throws RangeError when a rule cannot be used; rules of users were checked when they were read. */
export function createMonitor(user: UserRules = { phrases: [], patterns: [] }): Monitor {
  const bound = bindRules(
    [...PHRASES, ...TOPICS, ...FIELDS, ...user.phrases],
    [...PATTERNS, ...user.patterns],
  )
  if (!bound.ok) throw new RangeError(`rule ${bound.rule}: ${bound.why}`)
  return monitorOf(bound.book)
}

export function monitorOf(book: Rulebook): Monitor {
  return {
    book,
    begin: () => beginStep(book),
    watch: (traces) => {
      const step = beginStep(book)
      for (const trace of traces) step.add(trace)
      return step.end()
    },
  }
}

type Member = { readonly order: number; readonly features: Features }
type Entry = { readonly episode: string; readonly step: number; suggestions: Suggestion[] }

function beginStep(book: Rulebook): StepWatch {
  const groups = new Map<string, Member[]>()
  // Of every episode the id; of those without a suggestion nothing else.
  const entries: Entry[] = []
  return {
    add: (trace) => {
      const { id: episode, step, role, kind } = trace
      const order = entries.push({ episode, step, suggestions: inspectTrace(book, trace) }) - 1
      const group = `${step} ${role} ${kind}`
      const members = groups.get(group) ?? []
      groups.set(group, members)
      members.push({ order, features: featuresOf(trace) })
    },
    end: () => {
      for (const members of groups.values()) addOutliers(book, members, entries)
      return entries.flatMap((entry) =>
        entry.suggestions.length === 0
          ? []
          : [{ ...entry, score: combinedScore(entry.suggestions) }],
      )
    },
  }
}

function addOutliers(book: Rulebook, members: readonly Member[], entries: Entry[]): void {
  const hits = outlierHits(members.map(({ features }) => features))
  for (const [at, { order }] of members.entries()) {
    const entry = entries[order]
    const own = hits[at] ?? []
    if (entry === undefined || own.length === 0) continue
    entry.suggestions = [...entry.suggestions, ...suggestionsOf(book, entry.episode, own)]
  }
}

/** As if rules were independent witnesses: each rule counts once, by its best hit. */
export function combinedScore(suggestions: readonly Suggestion[]): number {
  const best = new Map<string, number>()
  for (const { rule, score } of suggestions) best.set(rule, Math.max(best.get(rule) ?? 0, score))
  let doubt = 1
  for (const score of best.values()) doubt *= 1 - Math.min(1, Math.max(0, score))
  return 1 - doubt
}
