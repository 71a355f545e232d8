/**
 * Calls about rules: what they are and how right they were, the user's own, trying one out.
 */
import type { Bench } from '../bench.ts'
import { createTurns } from '../pace.ts'
import { readRuleBook } from '../rule-book.ts'
import { oneOf, trialMonitor } from '../rule-shelf.ts'
import { tryRules } from '../scan.ts'
import type { HandlersOf } from './types.ts'

export function ruleHandlers({ history, jobs, live, rules, now }: Bench): HandlersOf<'rules'> {
  return {
    'rules.list': ({ run }) => readRuleBook(history.reader, run, rules),
    'rules.save': async (draft) => {
      await rules.save(draft)
      return null
    },
    'rules.switch': async ({ id, enabled }) => {
      await rules.toggle(id, enabled)
      return null
    },
    'rules.remove': async ({ id }) => {
      await rules.remove(id)
      return null
    },
    'rules.try': async ({ run, id }) => {
      const rule = oneOf(await rules.rules(), id)
      const monitor = trialMonitor(rule)
      return jobs.start(`${id} over ${run}`, async (signal, onProgress) => {
        const turns = createTurns(() => live.all().length > 0)
        const options = { signal, onProgress, turns }
        const { episodes, trials } = await tryRules(history.reader, run, monitor, options)
        const [trial] = trials
        const hits = trial?.episodes ?? 0
        const examples = [...(trial?.examples ?? [])]
        rules.keepTrial(rule, { run, atMs: now(), episodes, hits, examples })
        return { type: 'trial', rule: id, episodes, hits }
      })
    },
  }
}
