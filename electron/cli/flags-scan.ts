/**
 * `kelvin flags scan` and `kelvin flags try`: rules over stored episodes, kept or only tried out.
 */
import type { Command } from 'commander'
import * as v from 'valibot'
import type { Trial } from '../host/scan.ts'
import type { Act } from './act.ts'
import { count, oneLine, percent, ratio, table, visible } from './format.ts'
import { withInterrupt } from './interrupt.ts'
import { flag, text, withHome } from './options.ts'
import { counting, createProgress } from './progress.ts'

const ScanOptions = v.strictObject({
  json: flag,
  home: v.optional(text),
  run: text,
  rules: v.optional(text),
  again: flag,
})

export function addScan(flags: Command, act: Act): void {
  const command = flags
    .command('scan')
    .description('hold the rules against stored episodes; goes on where it was stopped')
    .requiredOption('--run <run>', 'which run')
    .option('--rules <file>', "rules of one's own beside the built-in ones; else those of the home")
    .option('--again', 'also what these rules have seen already')
  withHome(command).action(
    act(ScanOptions, async ({ home, run, rules, again }, { output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const { withHistory } = await import('../host/open-history.ts')
      const { scanRun } = await import('../host/scan.ts')
      const { openMonitor } = await import('../host/rules-file.ts')
      const folder = homeDirectory(home)
      const monitor = await openMonitor(folder, rules ?? null)
      const scanned = await watched('episodes', (signal, onProgress) =>
        withHistory(folder, (store) =>
          scanRun(store, run, monitor, { signal, onProgress, again: again === true }),
        ),
      )
      output.summary(scanned, () => {
        const { suggested, episodes } = scanned
        return `${ratio(suggested, episodes)} episodes with suggestions`
      })
      return 0
    }),
  )
}

const TryOptions = v.strictObject({
  json: flag,
  home: v.optional(text),
  run: text,
  rules: text,
})

export function addTry(flags: Command, act: Act): void {
  const command = flags
    .command('try')
    .description("what a file of one's own rules would suggest, without keeping it")
    .requiredOption('--run <run>', 'which run')
    .requiredOption('--rules <file>', 'the rules, enabled or not')
  withHome(command).action(
    act(TryOptions, async ({ home, run, rules }, { output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const { withHistory } = await import('../host/open-history.ts')
      const { tryRules } = await import('../host/scan.ts')
      const { openTrial } = await import('../host/rules-file.ts')
      const monitor = await openTrial(rules)
      const tried = await watched('episodes', (signal, onProgress) =>
        withHistory(homeDirectory(home), (store) =>
          tryRules(store, run, monitor, { signal, onProgress }),
        ),
      )
      output.summary({ run, ...tried }, () => trialText(tried.trials, tried.episodes))
      return 0
    }),
  )
}

/** One line of progress over things of this name. */
export async function watched<T>(
  what: string,
  body: (signal: AbortSignal, onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = createProgress()
  try {
    return await withInterrupt(({ signal }) => body(signal, counting(progress, what)))
  } finally {
    progress.close()
  }
}

const SHOWN_EXAMPLES = 3

function trialText(trials: readonly Trial[], episodes: number): string {
  const rows = trials.map(({ rule, version, episodes: hit, examples }) => [
    visible(`${rule}@${version}`),
    count(hit),
    percent(episodes === 0 ? 0 : hit / episodes),
    examples
      .slice(0, SHOWN_EXAMPLES)
      .map(({ quote }) => oneLine(quote).slice(0, 40))
      .join(' | '),
  ])
  return table(rows, ['RULE', 'EPISODES', 'SHARE', 'EXAMPLES'])
}
