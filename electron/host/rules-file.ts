/**
 * Where users keep their own rules: a file in the home, or one that is named. Read whole, checked, then used.
 * Not here: what rules may be (safety/user-rules.ts).
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, messageOf } from '../contract/errors.ts'
import { createMonitor, monitorOf } from '../safety/monitor.ts'
import type { Monitor } from '../safety/monitor.ts'
import { bindRules } from '../safety/rules.ts'
import { asMonitorRules, MAX_RULES_CHARS, readUserRules } from '../safety/user-rules.ts'
import type { UserRule } from '../safety/user-rules.ts'

export function rulesFile(home: string): string {
  return join(home, 'rules.json')
}

/** The built-in rules with the enabled ones of a file; null: those of the home, if it has any. */
export async function openMonitor(home: string, file: string | null): Promise<Monitor> {
  const rules = file === null ? await rulesOfHome(home) : await rulesOf(file)
  return createMonitor(asMonitorRules(rules.filter(({ enabled }) => enabled)))
}

/** Rules in use, with what became of the file since they were last asked for. */
export type RulesInUse = {
  readonly monitor: Monitor
  /** In words, once per change; null: nothing changed. */
  readonly change: string | null
  /** Why the file cannot be used, once; what held before goes on holding. */
  readonly problem: string | null
}

/** Rules that follow the home's file: it is looked at each time they are asked for, and read where it changed. */
export async function followRules(home: string): Promise<() => Promise<RulesInUse>> {
  const file = rulesFile(home)
  let stamp = await stampOf(file)
  let enabled = await enabledIn(home)
  let monitor = createMonitor(asMonitorRules(enabled))
  return async () => {
    const now = await stampOf(file)
    if (now === stamp) return { monitor, change: null, problem: null }
    stamp = now
    try {
      const next = await enabledIn(home)
      const isSame = JSON.stringify(next) === JSON.stringify(enabled)
      if (isSame) return { monitor, change: null, problem: null }
      monitor = createMonitor(asMonitorRules(next))
      enabled = next
      return { monitor, change: namesOf(next), problem: null }
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause
      return { monitor, change: null, problem: cause.message }
    }
  }
}

/** Tells one version of a file from the next. */
async function stampOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return ''
  }
}

async function enabledIn(home: string): Promise<readonly UserRule[]> {
  return (await rulesOfHome(home)).filter((rule) => rule.enabled)
}

function namesOf(rules: readonly UserRule[]): string {
  if (rules.length === 0) return 'only the built-in rules'
  return `on: ${rules.map(({ id, version }) => `${id}@${version}`).join(', ')}`
}

/** All rules of a file and nothing else, enabled or not. */
export async function openTrial(file: string): Promise<Monitor> {
  const { phrases, patterns } = asMonitorRules(await rulesOf(file))
  const bound = bindRules(phrases, patterns, [])
  if (!bound.ok) throw new AppError('config', `${file}: ${bound.rule}: ${bound.why}`)
  return monitorOf(bound.book)
}

/** Throws AppError('config') where the file cannot be used; none: no rules. */
export async function rulesOfHome(home: string): Promise<readonly UserRule[]> {
  const file = rulesFile(home)
  try {
    await stat(file)
  } catch {
    return []
  }
  return rulesOf(file)
}

async function rulesOf(file: string): Promise<readonly UserRule[]> {
  const read = readUserRules(await textOf(file))
  if (!read.ok) throw new AppError('config', `${file}: ${read.why}`)
  return read.rules
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size > 4 * MAX_RULES_CHARS) {
      throw new AppError('config', `${file}: expected rules, found ${size} bytes`)
    }
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('config', `${file}: cannot be read: ${messageOf(cause)}`, { cause })
  }
}
