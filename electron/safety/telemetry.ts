/**
 * What the sandbox saw: audit events of the child and how a program ended. Telemetry suggests, it decides nothing.
 * Not here: what events reach for (contract/policy.ts).
 */
import { reachOf } from '../contract/policy.ts'
import type { Trace } from '../contract/safety.ts'
import type { Hit } from './hits.ts'

export function telemetryHits({ signals, status }: Trace): Hit[] {
  const hits: Hit[] = []
  const reached = new Map<string, string[]>()
  for (const [event, times] of Object.entries(signals ?? {})) {
    const what = reachOf(event)
    if (what !== null && times > 0) reached.set(what, [...(reached.get(what) ?? []), event])
  }
  for (const [what, events] of reached) {
    const reason = `The sandbox saw it reach for ${what}: ${events.slice(0, 3).join(', ')}.`
    hits.push({ rule: 'sandbox.events', at: null, reason })
  }
  if (status === 'memory') hits.push({ rule: 'sandbox.memory', at: null })
  return hits
}
