/**
 * `kelvin flags list`: what holds of a run, or its whole trail.
 */
import type { Command } from 'commander'
import type { Colors } from 'picocolors/types.js'
import * as v from 'valibot'
import type { FlagEntry } from '../contract/history.ts'
import type { Decision } from '../contract/safety.ts'
import type { Act } from './act.ts'
import { count, moment, oneLine, table, visible } from './format.ts'
import { flag, text, whole, withHome } from './options.ts'

const Options = v.strictObject({
  json: flag,
  home: v.optional(text),
  run: text,
  rater: v.optional(text),
  category: v.optional(text),
  minSeverity: whole(1, 5),
  trail: flag,
})
type Options = v.InferOutput<typeof Options>

export function addList(flags: Command, act: Act): void {
  const command = flags
    .command('list')
    .description('flags of a run and what was decided')
    .requiredOption('--run <run>', 'which run')
    .option('--rater <name>', 'only this rater')
    .option('--category <name>', 'only this category')
    .option('--min-severity <n>', 'only from this severity on', '1')
    .option('--trail', 'every entry ever made, edits and undone ones too')
  withHome(command).action(
    act(Options, async (options, { output }) => {
      const [{ homeDirectory }, { withHistory }, { readTrail }] = await Promise.all([
        import('../host/paths.ts'),
        import('../host/open-history.ts'),
        import('../host/flags-trail.ts'),
      ])
      const found = await withHistory(homeDirectory(options.home), (store) =>
        readTrail(store, options.run, options.trail !== true),
      )
      const entries = found.flags.filter((entry) => fits(entry, options))
      for (const entry of entries) output.record(entry)
      const summary = { run: options.run, flags: entries.length, decisions: found.decisions }
      output.summary(summary, (colors) => listText(entries, found.decisions, colors))
      return 0
    }),
  )
}

function fits(entry: FlagEntry, { rater, category, minSeverity }: Options): boolean {
  if (rater !== undefined && entry.rater !== rater) return false
  if (category !== undefined && entry.category !== category) return false
  return entry.severity >= minSeverity
}

const NOTE_CHARS = 60

function listText(
  entries: readonly FlagEntry[],
  decisions: readonly Decision[],
  colors: Colors,
): string {
  const rows = entries.map((entry) => [
    visible(entry.flag).slice(0, 8),
    visible(entry.episode),
    visible(entry.rater),
    `${entry.severity}${entry.undone ? ' undone' : ''}`,
    visible(entry.category),
    oneLine(entry.note).slice(0, NOTE_CHARS),
    moment(entry.atMs),
  ])
  const header = ['FLAG', 'EPISODE', 'RATER', 'SEVERITY', 'CATEGORY', 'NOTE', 'WHEN']
  const decided = decisions.map((decision) => [
    visible(decision.episode),
    decision.verdict,
    String(decision.severity),
    visible(decision.author),
    moment(decision.atMs),
  ])
  return [
    rows.length === 0
      ? 'No flags.'
      : table(
          rows,
          header.map((name) => colors.dim(name)),
        ),
    ...(decided.length === 0
      ? []
      : [
          '',
          table(
            decided,
            ['EPISODE', 'DECIDED', 'SEVERITY', 'BY', 'WHEN'].map((name) => colors.dim(name)),
          ),
        ]),
    colors.dim(`${count(entries.length)} flags, ${count(decisions.length)} decisions`),
  ].join('\n')
}
