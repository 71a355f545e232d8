/**
 * Audit trails as rows to read, the newest first: who entered what, when, and what followed.
 * Not here: entering (flags-trail.ts, quarantine.ts).
 */
import type * as v from 'valibot'
import type { FlagEntry } from '../contract/history.ts'
import type { AuditInput, AuditPage, AuditRow } from '../contract/review.ts'
import type { Consequence, Decision } from '../contract/safety.ts'
import { readConsequencesBefore, readDecisionsBefore } from '../store/decisions.ts'
import { readFlagsBefore } from '../store/flags.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'

export function readAudit(
  store: Store,
  { run, trail, before, limit }: v.InferOutput<typeof AuditInput>,
): AuditPage {
  const found = READERS[trail](store, runKey(store, run), before, limit + 1)
  return { rows: found.slice(0, limit), more: found.length > limit }
}

type Reader = (store: Store, run: number, before: number | null, limit: number) => AuditRow[]

const READERS: Readonly<Record<v.InferOutput<typeof AuditInput>['trail'], Reader>> = {
  flags: (...of) => readFlagsBefore(...of).map(({ key, entry }) => flagRow(key, entry)),
  decisions: (...of) =>
    readDecisionsBefore(...of).map(({ key, decision }) => decisionRow(key, decision)),
  consequences: (...of) =>
    readConsequencesBefore(...of).map(({ key, consequence }) => consequenceRow(key, consequence)),
}

function flagRow(key: number, entry: FlagEntry): AuditRow {
  const quote = entry.span === null ? [] : [`“${entry.span.quote}”`]
  return {
    key,
    atMs: entry.atMs,
    author: entry.rater,
    action: entry.undone ? 'taken back' : 'flagged',
    episode: entry.episode,
    task: null,
    severity: entry.severity,
    category: entry.category,
    detail: [...entry.tags.map((tag) => `#${tag}`), entry.note, ...quote].filter(Boolean).join(' '),
  }
}

function decisionRow(key: number, decision: Decision): AuditRow {
  const isOut = decision.verdict === 'confirmed' && decision.removesTask
  const task = isOut ? ['its task leaves the buffers'] : []
  return {
    key,
    atMs: decision.atMs,
    author: decision.author,
    action: decision.verdict,
    episode: decision.episode,
    task: null,
    severity: decision.severity,
    category: decision.category,
    detail: [decision.note, ...task].filter(Boolean).join('; '),
  }
}

function consequenceRow(key: number, consequence: Consequence): AuditRow {
  return { key, ...consequence, severity: null, category: '', detail: consequence.detail }
}
