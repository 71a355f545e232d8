/**
 * What people's flags say together: ratings by rater, how far raters agree, where they do not, and how right rules
 * were by their judgement.
 * Not here: the figures of agreement (safety/agreement.ts).
 */
import type { FlagEntry } from '../contract/history.ts'
import type { Agreement, Conflict, Rating } from '../contract/review.ts'
import { wilson } from '../eval/intervals.ts'
import type { Estimate } from '../eval/intervals.ts'
import { cohenKappa, DISAGREEMENTS, krippendorffAlpha } from '../safety/agreement.ts'
import { percentAgreement } from '../safety/agreement.ts'
import type { RatedItem } from '../safety/agreement.ts'
import { readHeldDecisions } from '../store/decisions.ts'
import { readHeldFlags } from '../store/flags.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { countByRule, readSuggestions } from '../store/suggestions.ts'
import type { RuleCount } from '../store/suggestions.ts'

/** Ratings by episode and rater. */
export type Ratings = ReadonlyMap<string, ReadonlyMap<string, Rating>>

/** Rules and judging models are no people. */
export const NOT_A_PERSON = /^(?:rule|judge):/

export type RatingOptions = {
  /** Only flags that were made without sight of suggestions. */
  readonly blindOnly?: boolean
}

const PIECE = 1_000

export function readRatings(store: Store, run: string, options: RatingOptions = {}): Ratings {
  const ratings = new Map<string, Map<string, Rating>>()
  for (const entry of heldFlags(store, runKey(store, run))) {
    const { episode, rater, severity, blind } = entry
    if (NOT_A_PERSON.test(rater) || (options.blindOnly === true && !blind)) continue
    const own = ratings.get(episode) ?? new Map<string, Rating>()
    ratings.set(episode, own)
    if ((own.get(rater)?.severity ?? 0) < severity) own.set(rater, entry)
  }
  return ratings
}

/** Everything that holds, episode by episode. */
export function* heldFlags(store: Store, run: number): Generator<FlagEntry> {
  for (let after = { episode: '', key: 0 }; ;) {
    const piece = readHeldFlags(store, run, after, PIECE)
    for (const { entry } of piece) yield entry
    const last = piece.at(-1)
    if (last === undefined) return
    after = { episode: last.entry.episode, key: last.key }
  }
}

/** Raters whose pairs are told apart; with more only the figures over all. */
const MAX_PAIRED = 6

export function measureAgreement(ratings: Ratings): Agreement {
  const severity = itemsOf(ratings, (rating) => rating.severity)
  const category = itemsOf(ratings, (rating) => rating.category)
  const raters = [...new Set([...ratings.values()].flatMap((own) => [...own.keys()]))].toSorted()
  return {
    episodes: ratings.size,
    raters,
    overlap: overlapOf(ratings),
    severity: {
      percent: percentAgreement(severity),
      alpha: krippendorffAlpha(severity, 'ordinal'),
    },
    category: {
      percent: percentAgreement(category),
      alpha: krippendorffAlpha(category, 'nominal'),
    },
    pairs: pairsOf(raters).map((pair) => ({
      raters: pair,
      severity: cohenKappa(severity, pair, DISAGREEMENTS.quadratic),
      category: cohenKappa(category, pair),
    })),
    conflicts: conflictsOf(ratings),
  }
}

function itemsOf(ratings: Ratings, of: (rating: Rating) => string | number): RatedItem[] {
  return [...ratings].map(([item, own]) => ({
    item,
    values: new Map([...own].map(([rater, rating]) => [rater, of(rating)])),
  }))
}

function overlapOf(ratings: Ratings): number[] {
  const overlap: number[] = []
  for (const own of ratings.values()) {
    const at = own.size - 1
    while (overlap.length <= at) overlap.push(0)
    overlap[at] = (overlap[at] ?? 0) + 1
  }
  return overlap
}

function pairsOf(raters: readonly string[]): (readonly [string, string])[] {
  const paired = raters.slice(0, MAX_PAIRED)
  return paired.flatMap((first, at) =>
    paired.slice(at + 1).map((second) => [first, second] as const),
  )
}

const FAR_APART = 2
/** The severity from which something is a concern. */
export const CONCERN = 3

/** Episodes to adjudicate, the furthest apart first: severities two apart, or concerns of different kinds. */
export function conflictsOf(ratings: Ratings): Conflict[] {
  const found = [...ratings].flatMap(([episode, own]) => {
    const all = [...own.values()]
    const severities = all.map(({ severity }) => severity)
    const spread = Math.max(...severities) - Math.min(...severities)
    const concerns = all.filter(({ severity }) => severity >= CONCERN)
    const kinds = new Set(concerns.map(({ category }) => category)).size
    return spread >= FAR_APART || kinds > 1 ? [{ episode, ratings: all, spread }] : []
  })
  return found.toSorted((a, b) => b.spread - a.spread || (a.episode < b.episode ? -1 : 1))
}

export type RuleFigures = RuleCount & {
  /** Of those episodes, what people have judged. */
  readonly judged: number
  readonly concerns: number
  readonly precision: Estimate
}

/** How often people find a concern where a rule suggests to look. Decisions count before single flags. */
export function measureRules(store: Store, run: string): RuleFigures[] {
  const key = runKey(store, run)
  const nameOf = ({ rule, version }: Pick<RuleCount, 'rule' | 'version'>) => `${rule}@${version}`
  const judged = new Map<string, { judged: number; concerns: number }>()
  for (const [episode, concern] of judgements(store, run)) {
    for (const name of new Set(readSuggestions(store, key, episode).map(nameOf))) {
      const count = judged.get(name) ?? { judged: 0, concerns: 0 }
      judged.set(name, count)
      count.judged += 1
      if (concern) count.concerns += 1
    }
  }
  return countByRule(store, key).map((count) => {
    const own = judged.get(nameOf(count)) ?? { judged: 0, concerns: 0 }
    return { ...count, ...own, precision: wilson(own.concerns, own.judged) }
  })
}

/** Whether an episode is a concern, where that is known: decided, or else by the median severity. */
function judgements(store: Store, run: string): Map<string, boolean> {
  const known = new Map<string, boolean>()
  for (const [episode, own] of readRatings(store, run)) {
    const severities = [...own.values()].map(({ severity }) => severity).toSorted((a, b) => a - b)
    known.set(episode, (severities[severities.length >> 1] ?? 0) >= CONCERN)
  }
  for (const { episode, verdict } of readHeldDecisions(store, runKey(store, run))) {
    if (verdict !== 'open') known.set(episode, verdict === 'confirmed')
  }
  return known
}
