/**
 * The user's own rules as a window works with them: kept in the same file that a person may edit, off until they were
 * tried out on history as they stand. Trials are remembered by what a rule finds, so that an edit asks for a new one.
 * Not here: what rules may be (safety/user-rules.ts), trying them (scan.ts).
 */
import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import type { RuleDraft, RuleTrial } from '../contract/review.ts'
import { monitorOf } from '../safety/monitor.ts'
import type { Monitor } from '../safety/monitor.ts'
import { bindRules } from '../safety/rules.ts'
import { asMonitorRules, readUserRules } from '../safety/user-rules.ts'
import type { UserRule } from '../safety/user-rules.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'
import { rulesFile, rulesOfHome } from './rules-file.ts'

const MAX_TRIALS = 200

const Trial = v.object({
  run: v.string(),
  atMs: v.number(),
  episodes: v.number(),
  hits: v.number(),
  examples: v.array(v.object({ episode: v.string(), quote: v.string() })),
})
const Trials = v.record(v.string(), Trial)

export type RuleShelf = {
  /** Throws AppError('config') where the file cannot be used. */
  readonly rules: () => Promise<readonly UserRule[]>
  readonly trialOf: (rule: UserRule) => RuleTrial | null
  readonly keepTrial: (rule: UserRule, trial: RuleTrial) => void
  readonly save: (draft: RuleDraft) => Promise<void>
  readonly toggle: (id: string, enabled: boolean) => Promise<void>
  readonly remove: (id: string) => Promise<void>
}

export function openRuleShelf(home: string, trialsFile: string, now: () => number): RuleShelf {
  const found = readJsonFile(trialsFile, now())
  const parsed = v.safeParse(Trials, found.type === 'value' ? found.value : {})
  const trials = new Map<string, RuleTrial>(Object.entries(parsed.success ? parsed.output : {}))
  const rules = () => rulesOfHome(home)
  const change = async (to: (rules: readonly UserRule[]) => readonly UserRule[]) =>
    write(home, to(await rules()))
  const trialOf = (rule: UserRule): RuleTrial | null => trials.get(digestOf(rule)) ?? null
  return {
    rules,
    trialOf,
    keepTrial: (rule, trial) => {
      trials.set(digestOf(rule), trial)
      for (const old of trials.keys()) {
        if (trials.size <= MAX_TRIALS) break
        trials.delete(old)
      }
      writeJsonFile(trialsFile, Object.fromEntries(trials))
    },
    save: (draft) =>
      change((all) => {
        const before = all.find(({ id }) => id === draft.id)
        const next = ruleOf(draft, before)
        if (before === undefined) return [...all, next]
        return all.map((rule) => (rule.id === draft.id ? next : rule))
      }),
    toggle: (id, enabled) =>
      change((all) => {
        const rule = oneOf(all, id)
        if (enabled && trialOf(rule) === null) {
          throw new AppError(
            'usage',
            `${id}: expected a rule that was tried out on history as it stands, found none`,
          )
        }
        return all.map((one) => (one.id === id ? { ...one, enabled } : one))
      }),
    remove: (id) =>
      change((all) => {
        const gone = oneOf(all, id)
        return all.filter((rule) => rule !== gone)
      }),
  }
}

export function oneOf(rules: readonly UserRule[], id: string): UserRule {
  const rule = rules.find((one) => one.id === id)
  if (rule !== undefined) return rule
  throw new AppError('usage', `${id}: expected a rule of the user, found none`)
}

/** That rule alone, on or off. */
export function trialMonitor(rule: UserRule): Monitor {
  const { phrases, patterns } = asMonitorRules([rule])
  const bound = bindRules(phrases, patterns, [])
  if (!bound.ok) throw new AppError('config', `${rule.id}: ${bound.why}`)
  return monitorOf(bound.book)
}

/** A rule that finds something else is another version, and off. */
function ruleOf(draft: RuleDraft, before: UserRule | undefined): UserRule {
  const { unless, roles, ...rest } = draft
  const next: UserRule = {
    version: 1,
    enabled: false,
    ...keptOf(before),
    ...rest,
    ...(unless.length === 0 ? {} : { unless }),
    ...(roles.length === 0 ? {} : { roles }),
  }
  if (before === undefined || digestOf(next) === digestOf(before)) return next
  return { ...next, version: before.version + 1, enabled: false }
}

/** What a window does not show of a rule. */
function keptOf(before: UserRule | undefined): Partial<UserRule> {
  if (before === undefined) return {}
  const { phrases: _, patterns: __, unless: ___, roles: ____, ...kept } = before
  return kept
}

/** Everything that decides what a rule finds. */
function digestOf({ id, phrases, patterns, unless, parts, roles, kinds }: UserRule): string {
  const text = JSON.stringify([
    id,
    phrases,
    patterns,
    unless ?? [],
    parts ?? [],
    roles ?? [],
    kinds ?? [],
  ])
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function write(home: string, rules: readonly UserRule[]): void {
  const file = { format: 'kelvin-rules', rules }
  const read = readUserRules(JSON.stringify(file))
  if (!read.ok) throw new AppError('usage', read.why)
  writeJsonFile(rulesFile(home), file)
}
