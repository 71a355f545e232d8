/**
 * `kelvin flags import` and `kelvin flags export`: flags and decisions between machines.
 */
import type { Command } from 'commander'
import * as v from 'valibot'
import type { Act } from './act.ts'
import { count, visible } from './format.ts'
import { withInterrupt } from './interrupt.ts'
import { choice, collect, flag, text, withHome } from './options.ts'

const ImportOptions = v.strictObject({ json: flag, home: v.optional(text) })

export function addFlagsImport(flags: Command, act: Act): void {
  const command = flags
    .command('import')
    .argument('<file>')
    .description('merge exported flags; the same file again changes nothing')
  withHome(command).action(
    act(ImportOptions, async ({ home }, { args, output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const { withHistory } = await import('../host/open-history.ts')
      const { importFlags } = await import('../host/flags-exchange.ts')
      const imported = await withInterrupt(({ signal }) =>
        withHistory(homeDirectory(home), (store) =>
          importFlags(store, args[0] ?? '', Date.now, signal),
        ),
      )
      for (const [run, entries] of Object.entries(imported.unknownRuns)) {
        output.note(
          `run ${visible(run)} is not in this history: ${count(entries)} entries left out`,
        )
      }
      if (imported.misquoted > 0) {
        output.note(`${count(imported.misquoted)} flags quote what their episode does not say`)
      }
      output.summary(imported, () => `${count(imported.added)} new, ${count(imported.known)} known`)
      return 0
    }),
  )
}

const ExportOptions = v.strictObject({
  json: flag,
  home: v.optional(text),
  run: text,
  out: text,
  format: choice(['jsonl', 'csv', 'parquet']),
  redact: flag,
  word: v.array(v.string()),
})

export function addFlagsExport(flags: Command, act: Act): void {
  const command = flags
    .command('export')
    .description('write flags and decisions for another machine, or as a table')
    .requiredOption('--run <run>', 'which run')
    .requiredOption('--out <file>', 'the file to write')
    .option('--format <format>', 'jsonl merges elsewhere; csv and parquet are for reading', 'jsonl')
    .option('--redact', 'hide names, links, addresses, paths')
    .option('--word <text>', 'redact this too; may be repeated', collect, [])
  withHome(command).action(
    act(ExportOptions, async ({ home, run, out, format, redact, word }, { output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const { withHistory } = await import('../host/open-history.ts')
      const written = await withInterrupt(({ signal }) =>
        withHistory(homeDirectory(home), async (store) => {
          const order = { run, out, redact: redact === true || word.length > 0, words: word }
          if (format === 'jsonl') {
            const { exportFlags } = await import('../host/flags-exchange.ts')
            return await exportFlags(store, order, signal)
          }
          const { exportReview } = await import('../host/flags-export.ts')
          const rows = await exportReview(store, { ...order, format }, signal)
          return { run, out, rows }
        }),
      )
      output.summary(written, () => {
        if ('rows' in written) return `${count(written.rows)} entries in ${visible(out)}`
        const { flags: entries, decisions } = written
        return `${count(entries)} entries and ${count(decisions)} decisions in ${visible(out)}`
      })
      return 0
    }),
  )
}
