/**
 * `kelvin flags pause`: at how many confirmed traces a run pauses by itself, from the end of the step under way.
 */
import type { Command } from 'commander'
import * as v from 'valibot'
import type { Pausing } from '../contract/review.ts'
import type { Act } from './act.ts'
import { accountName, person } from './flags-write.ts'
import { count, visible } from './format.ts'
import { flag, text, whole, withHome } from './options.ts'

const Options = v.strictObject({
  json: flag,
  home: v.optional(text),
  run: text,
  after: v.optional(whole(0, 100_000)),
  severity: whole(1, 5),
  author: v.optional(person),
})

export function addPause(flags: Command, act: Act): void {
  const command = flags
    .command('pause')
    .description('at how many confirmed traces a run pauses by itself; without --after: show it')
    .requiredOption('--run <run>', 'which run')
    .option('--after <n>', 'confirmed traces since it last paused; 0: never')
    .option('--severity <n>', 'only those of at least this severity count', '4')
    .option('--author <name>', 'who decides; else the name of this account')
  withHome(command).action(
    act(Options, async ({ home, run, after, severity, author }, { output }) => {
      const [{ homeDirectory }, { withHistory }, { setPausing, showPausing }] = await Promise.all([
        import('../host/paths.ts'),
        import('../host/open-history.ts'),
        import('../host/pausing.ts'),
      ])
      const pausing = await withHistory(homeDirectory(home), (store) => {
        if (after === undefined) return showPausing(store, run)
        const policy = { confirmed: after === 0 ? null : after, severity }
        return setPausing(store, run, { ...policy, author: author ?? accountName() }, Date.now())
      })
      output.summary({ run, ...pausing }, () => lineOf(pausing))
      return 0
    }),
  )
}

function lineOf({ confirmed, severity, counted, author }: Pausing): string {
  const who = author === null ? 'as it was started' : `set by ${visible(author)}`
  if (confirmed === null) return `confirmed traces do not pause it; ${who}`
  return `${count(confirmed)} confirmed of severity ${severity} or more pause it, ${count(counted)} so far; ${who}`
}
