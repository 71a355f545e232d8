/**
 * `kelvin report`: a run's review as one page that needs no network.
 */
import type { Command } from 'commander'
import * as v from 'valibot'
import type { Act } from './act.ts'
import { bytes, count, visible } from './format.ts'
import { collect, flag, text, withHome } from './options.ts'

const Options = v.strictObject({
  json: flag,
  home: v.optional(text),
  run: text,
  out: text,
  redact: flag,
  word: v.array(v.string()),
  episode: v.array(v.string()),
})

export function addReport(program: Command, act: Act): void {
  const command = program
    .command('report')
    .description('write the review of a run as one self-contained HTML file')
    .requiredOption('--run <run>', 'which run')
    .requiredOption('--out <file>', 'the file to write')
    .option('--episode <id>', 'show this one; may be repeated; else the most severe', collect, [])
    .option('--redact', 'hide names, links, addresses, paths')
    .option('--word <text>', 'redact this too; may be repeated', collect, [])
  withHome(command).action(
    act(Options, async ({ home, run, out, redact, word, episode }, { output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const { withHistory } = await import('../host/open-history.ts')
      const { writeFlagsReport } = await import('../host/flags-report.ts')
      const chosen = episode.length === 0 ? {} : { excerpts: episode }
      const hidden = redact === true || word.length > 0
      const order = { run, out, redact: hidden, words: word, ...chosen }
      const written = await withHistory(homeDirectory(home), (store) =>
        writeFlagsReport(store, order),
      )
      output.summary(
        written,
        () => `${visible(out)}: ${bytes(written.bytes)}, ${count(written.excerpts)} excerpts`,
      )
      return 0
    }),
  )
}
