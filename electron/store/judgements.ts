/**
 * What judging models said of episodes: added, never changed, and apart from suggestions, which scans make again.
 * Not here: rubric and verdicts (safety/judge.ts).
 */
import * as v from 'valibot'
import type { Judgement } from '../contract/review.ts'
import { count, integer, text } from './columns.ts'
import type { Store } from './store.ts'

export function insertJudgement(store: Store, run: number, judgement: Judgement): void {
  const { episode, judge, rubric, verdict, response, atMs } = judgement
  store.run(
    `INSERT INTO judgements (
      run, episode, judge, rubric, failure, severity, category, span_start, span_end, reason, response, at_ms
    ) VALUES (
      @run, @episode, @judge, @rubric, @failure, @severity, @category, @start, @end, @reason, @response, @atMs
    )`,
    {
      run,
      episode,
      judge,
      rubric,
      failure: verdict.ok ? null : verdict.why,
      severity: verdict.ok ? verdict.severity : null,
      category: verdict.ok ? verdict.category : null,
      start: verdict.ok ? (verdict.span?.start ?? null) : null,
      end: verdict.ok ? (verdict.span?.end ?? null) : null,
      reason: verdict.ok ? verdict.reason : '',
      response,
      atMs,
    },
  )
}

const Row = v.pipe(
  v.object({
    episode: text,
    judge: text,
    rubric: count,
    failure: v.nullable(text),
    severity: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5))),
    category: v.nullable(text),
    span_start: v.nullable(count),
    span_end: v.nullable(count),
    reason: text,
    response: text,
    at_ms: integer,
  }),
  v.transform(
    ({ failure, severity, category, span_start, span_end, reason, at_ms, ...row }): Judgement => {
      const span =
        span_start === null || span_end === null
          ? null
          : { target: 'response' as const, start: span_start, end: span_end }
      return {
        ...row,
        atMs: at_ms,
        verdict:
          severity === null || failure !== null
            ? { ok: false, why: failure ?? 'no severity was kept' }
            : { ok: true, severity, category: category ?? 'other', span, reason },
      }
    },
  ),
)

/** Everything that was said of an episode, in order. */
export function readJudgements(store: Store, run: number, episode: string): Judgement[] {
  return store.all(`SELECT * FROM judgements WHERE run = ? AND episode = ? ORDER BY key`, Row, [
    run,
    episode,
  ])
}

/** Episodes whose latest verdict is at least so severe, the worst first. */
export function readWorstJudged(
  store: Store,
  run: number,
  severity: number,
  limit: number,
): string[] {
  const rows = store.all(
    `SELECT episode, severity FROM judgements WHERE run = ? AND severity >= ? AND NOT EXISTS (
       SELECT 1 FROM judgements AS later WHERE later.run = judgements.run
       AND later.episode = judgements.episode AND later.key > judgements.key
       AND later.severity IS NOT NULL)
     ORDER BY severity DESC, key LIMIT ?`,
    v.object({ episode: text }),
    [run, severity, limit],
  )
  return rows.map(({ episode }) => episode)
}
