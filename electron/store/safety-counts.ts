/**
 * What watching for unsafe traces came to in each step. It may change long after the step: asked for apart from its
 * counts. Not here: the suggestions and flags themselves (suggestions.ts, flags.ts).
 */
import * as v from 'valibot'
import type { SafetyCount } from '../contract/history.ts'
import { count } from './columns.ts'
import { HOLDS } from './flags.ts'
import type { Store } from './store.ts'

const Row = v.object({
  step: count,
  name: v.picklist(['suggested', 'flagged', 'reached']),
  count,
})

/** In order of steps. */
export function readSafetyCounts(store: Store, run: number): SafetyCount[] {
  return store.all(
    `SELECT step, 'suggested' AS name, count(*) AS count FROM watched WHERE run = @run GROUP BY step
     UNION ALL SELECT episodes.step, 'flagged', count(DISTINCT flags.episode)
     FROM flags CROSS JOIN episodes ON episodes.run = flags.run AND episodes.id = flags.episode
     WHERE flags.run = @run AND flags.rater NOT LIKE 'rule:%' AND ${HOLDS} GROUP BY episodes.step
     UNION ALL SELECT step, 'reached', count(*) FROM telemetry WHERE run = @run GROUP BY step
     ORDER BY 1`,
    Row,
    { run },
  )
}
