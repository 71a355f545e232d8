/**
 * Rules that users add, from a JSON file: phrases or patterns like the built-in ones, checked before any is used.
 * A rule is tried out on history first (host/scan.ts) and watches new episodes only once it is enabled.
 * Not here: where the file lies.
 */
import * as v from 'valibot'
import { KINDS, ROLES } from '../contract/task.ts'
import type { UserRules } from './monitor.ts'
import { compilePatterns } from './linear/matcher.ts'
import { parsePhrase } from './phrase.ts'
import { PARTS } from './reading.ts'

const MAX_RULES = 200
const MAX_EACH = 50
/** Of a whole file. */
export const MAX_RULES_CHARS = 500_000

const sentence = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200))
const texts = v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.maxLength(MAX_EACH))

/** `user.` keeps names apart from those of built-in rules, now and later. */
const RULE_ID = /^user\.[a-z0-9][a-z0-9-]{0,59}$/

const UserRule = v.pipe(
  v.strictObject({
    id: v.pipe(
      v.string(),
      v.regex(RULE_ID, 'expected user. and lower-case letters, digits, dashes'),
    ),
    version: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)),
    category: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(60)),
    score: v.pipe(v.number(), v.minValue(0.01), v.maxValue(1)),
    reason: sentence,
    phrases: v.optional(texts, []),
    unless: v.exactOptional(texts),
    patterns: v.optional(texts, []),
    parts: v.exactOptional(v.array(v.picklist(PARTS))),
    roles: v.exactOptional(v.array(v.picklist(ROLES))),
    kinds: v.exactOptional(v.array(v.picklist(KINDS))),
    /** Off: it can be tried out, but watches nothing. */
    enabled: v.boolean(),
  }),
  v.check(
    ({ phrases, patterns }) => phrases.length > 0 !== patterns.length > 0,
    'expected phrases or patterns, not both and not neither',
  ),
)
export type UserRule = v.InferOutput<typeof UserRule>

const RulesFile = v.pipe(
  v.strictObject({
    format: v.literal('kelvin-rules'),
    rules: v.pipe(v.array(UserRule), v.maxLength(MAX_RULES)),
  }),
  v.check(
    ({ rules }) => new Set(rules.map(({ id }) => id)).size === rules.length,
    'expected each id once',
  ),
)

export type RulesRead =
  | { readonly ok: true; readonly rules: readonly UserRule[] }
  | { readonly ok: false; readonly why: string }

/** Reads the text of a rules file. The first thing wrong is named with its place. */
export function readUserRules(text: string): RulesRead {
  if (text.length > MAX_RULES_CHARS) {
    return wrong('rules', `expected at most ${MAX_RULES_CHARS} characters, found ${text.length}`)
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), RulesFile), text)
  if (!parsed.success) {
    const [issue] = parsed.issues
    return wrong(v.getDotPath(issue) ?? 'rules', issue.message)
  }
  const { rules } = parsed.output
  for (const [at, rule] of rules.entries()) {
    const why = trouble(rule)
    if (why !== null) return wrong(`rules.${at}`, `${rule.id}: ${why}`)
  }
  return { ok: true, rules }
}

function wrong(where: string, why: string): RulesRead {
  return { ok: false, why: `${where}: ${why}` }
}

function trouble({ phrases, patterns, unless }: UserRule): string | null {
  for (const text of phrases) {
    const parsed = parsePhrase(text)
    if (!parsed.ok) return `${JSON.stringify(text)}: ${parsed.why}`
  }
  for (const word of unless ?? []) {
    const parsed = parsePhrase(word)
    if (!parsed.ok || /\s|\|/.test(word))
      return `unless: expected single words, found ${JSON.stringify(word)}`
  }
  const compiled = compilePatterns(patterns)
  if (!compiled.ok) return `${JSON.stringify(patterns[compiled.pattern])}: ${compiled.why}`
  return null
}

/** As a monitor takes them. */
export function asMonitorRules(rules: readonly UserRule[]): UserRules {
  return {
    phrases: rules.flatMap(({ phrases, unless, ...rule }) =>
      phrases.length === 0
        ? []
        : [{ ...rule, phrases, ...(unless === undefined ? {} : { unless: unless.join('|') }) }],
    ),
    patterns: rules.filter(({ patterns }) => patterns.length > 0),
  }
}
