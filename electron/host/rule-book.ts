/**
 * All rules as a window shows them: built in or a user's, how often they suggest, how right they were.
 * Not here: the rules (safety/rules.ts), the user's file (rule-shelf.ts).
 */
import { AppError } from '../contract/errors.ts'
import type { RuleBook, RuleView } from '../contract/review.ts'
import { createMonitor } from '../safety/monitor.ts'
import { RULES } from '../safety/rules.ts'
import type { RuleRow } from '../safety/rules.ts'
import { asMonitorRules } from '../safety/user-rules.ts'
import type { UserRule } from '../safety/user-rules.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { countEpisodesAfter, readScan } from '../store/suggestions.ts'
import { measureRules } from './flag-ratings.ts'
import type { RuleFigures } from './flag-ratings.ts'
import type { RuleShelf } from './rule-shelf.ts'
import { rulesDigest } from './scan.ts'

export async function readRuleBook(store: Store, run: string, shelf: RuleShelf): Promise<RuleBook> {
  const { rules: own, problem } = await ownRules(shelf)
  const figures = measureRules(store, run)
  const key = runKey(store, run)
  const monitor = createMonitor(asMonitorRules(own.filter(({ enabled }) => enabled)))
  const seen = readScan(store, key, rulesDigest(monitor.book)) ?? -1
  return {
    problem,
    unscanned: countEpisodesAfter(store, key, seen),
    rules: [
      ...own.map((rule) =>
        viewOf(rule, figures, { own: draftOf(rule), trial: shelf.trialOf(rule) }),
      ),
      ...RULES.map((rule) => viewOf(rule, figures, { own: null, trial: null })),
    ],
  }
}

async function ownRules(shelf: RuleShelf) {
  try {
    return { rules: await shelf.rules(), problem: null }
  } catch (cause) {
    if (cause instanceof AppError) return { rules: [], problem: cause.message }
    throw cause
  }
}

function viewOf(
  { id, version, category, score, reason }: RuleRow,
  figures: readonly RuleFigures[],
  more: Pick<RuleView, 'own' | 'trial'>,
): RuleView {
  const found = figures.find((one) => one.rule === id && one.version === version)
  const precision = found?.precision.ok === true ? found.precision : null
  return {
    id,
    version,
    category,
    score,
    reason,
    ...more,
    episodes: found?.episodes ?? 0,
    judged: found?.judged ?? 0,
    concerns: found?.concerns ?? 0,
    precision:
      precision === null
        ? null
        : { mean: precision.mean, low: precision.low, high: precision.high },
  }
}

function draftOf(rule: UserRule): NonNullable<RuleView['own']> {
  const { id, category, score, reason, phrases, patterns, unless, roles, enabled } = rule
  const plain = { id, category, score, reason, enabled }
  return {
    ...plain,
    phrases: [...phrases],
    patterns: [...patterns],
    unless: [...(unless ?? [])],
    roles: [...(roles ?? [])],
  }
}
