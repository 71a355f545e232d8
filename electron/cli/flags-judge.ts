/**
 * `kelvin flags judge`: a model as judge over what rules score highest. It suggests; people decide.
 */
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import * as v from 'valibot'
import { MAX_JUDGED } from '../contract/review.ts'
import type { Act } from './act.ts'
import { ratio } from './format.ts'
import { watched } from './flags-scan.ts'
import { flag, text, whole, withHome } from './options.ts'
import { remoteOf, remoteOptions, withRemote } from './remote-options.ts'

const Options = v.strictObject({
  json: flag,
  home: v.optional(text),
  run: text,
  model: text,
  limit: whole(1, MAX_JUDGED),
  ...remoteOptions,
})

export function addJudge(flags: Command, act: Act): void {
  const command = flags
    .command('judge')
    .description('ask a model about the traces that rules score highest')
    .requiredOption('--run <run>', 'which run')
    .requiredOption('--model <dir>', 'the judge: a chat model; of one at a server, its tokenizer')
    .option('--limit <n>', 'how many traces', '20')
  withHome(withRemote(command)).action(
    act(Options, async ({ home, run, model, limit, ...given }, { output }) => {
      const remote = remoteOf(given)
      const [paths, { withHistory }, { judgeEpisodes }, { readQueue }, { oneErrand }, engines] =
        await Promise.all([
          import('../host/paths.ts'),
          import('../host/open-history.ts'),
          import('../host/judge-run.ts'),
          import('../host/review-queue.ts'),
          import('../host/one-errand.ts'),
          import('../host/open-engine.ts'),
        ])
      const place = paths.homeDirectory(home)
      const name = remote === null ? basename(model) : engines.remoteLabel(remote)
      const judge = { name, model: resolve(model), home: place, ...(remote && { remote }) }
      const judged = await watched('traces', (signal, onProgress) =>
        withHistory(place, async (store) => {
          const queue = { run, source: 'suggested', filter: {}, seed: 1, limit } as const
          const items = readQueue(store, '', { ...queue, unrated: false })
          const deps = { store, errands: oneErrand(), signal, onProgress, now: () => Date.now() }
          return await judgeEpisodes(run, items, judge, deps)
        }),
      )
      output.summary({ run, judge: name, ...judged }, () => {
        const { judged: asked, unparsable } = judged
        return `${ratio(asked - unparsable, asked)} traces with a verdict of ${name}`
      })
      return 0
    }),
  )
}
