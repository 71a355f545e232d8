/**
 * `kelvin export`: tasks, episodes, steps or flags of a run in a format that other programs read.
 */
import type { Command } from 'commander'
import * as v from 'valibot'
import type { Act } from './act.ts'
import { count, visible } from './format.ts'
import { withInterrupt } from './interrupt.ts'
import { choice, flag, text, withHome } from './options.ts'

/** As in host/export.ts, whose tables need more than help does. */
const WHATS = ['tasks', 'episodes', 'steps', 'flags'] as const
const FORMATS = ['csv', 'jsonl', 'parquet', 'hf', 'inspect', 'tfevents'] as const

const Options = v.strictObject({
  json: flag,
  home: v.optional(text),
  run: text,
  what: choice(WHATS),
  format: choice(FORMATS),
  out: text,
})

export function addExport(program: Command, act: Act): void {
  const command = program
    .command('export')
    .description('write a run for other programs')
    .requiredOption('--run <run>', 'which run')
    .requiredOption('--what <what>', WHATS.join(', '))
    .requiredOption('--format <format>', FORMATS.join(', '))
    .requiredOption('--out <path>', 'a file; for hf and tfevents a new folder')
  withHome(command).action(
    act(Options, async ({ home, run, what, format, out }, { output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const { withHistory } = await import('../host/open-history.ts')
      const { exportRun } = await import('../host/export.ts')
      const exported = await withInterrupt(({ signal }) =>
        withHistory(homeDirectory(home), (store) =>
          exportRun(store, { run, what, format, out }, signal),
        ),
      )
      output.summary(exported, () => `${count(exported.rows)} ${what} in ${visible(out)}`)
      return 0
    }),
  )
}
