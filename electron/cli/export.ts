/**
 * `kelvin export`: tasks, episodes, steps, flags or evaluations of a run in a format that other programs read.
 */
import type { Command } from 'commander'
import * as v from 'valibot'
import type { Store } from '../store/store.ts'
import type { Act } from './act.ts'
import { count, visible } from './format.ts'
import { withInterrupt } from './interrupt.ts'
import { AppError } from '../contract/errors.ts'
import { choice, flag, runAndStep, text, withHome } from './options.ts'

/** As in host/export.ts and host/export-evaluations.ts, whose tables need more than help does. */
const WHATS = ['tasks', 'episodes', 'steps', 'flags', 'evals'] as const
const FORMATS = ['csv', 'jsonl', 'parquet', 'hf', 'inspect', 'tfevents'] as const

const Options = v.strictObject({
  json: flag,
  home: v.optional(text),
  run: v.optional(runAndStep),
  evaluation: v.optional(text),
  suite: v.optional(text),
  where: v.optional(text),
  what: choice(WHATS),
  format: choice(FORMATS),
  out: text,
})
type Options = v.InferOutput<typeof Options>

export function addExport(program: Command, act: Act): void {
  const command = program
    .command('export')
    .description('write a run for other programs')
    .option('--run <run[@step]>', 'which run; a step for evals only')
    .option('--evaluation <id>', 'evals: one of them, as eval names it')
    .option('--suite <name>', 'evals: of this suite only')
    .option('--where <query>', 'tasks: those that the query finds, as in the table of tasks')
    .requiredOption('--what <what>', WHATS.join(', '))
    .requiredOption('--format <format>', FORMATS.join(', '))
    .requiredOption('--out <path>', 'a file; for hf, tfevents and several evals a folder')
  withHome(command).action(
    act(Options, async (options, { output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const { withHistory } = await import('../host/open-history.ts')
      const home = homeDirectory(options.home)
      const exported = await withInterrupt(({ signal }) =>
        withHistory(home, (store) => carryOut(store, home, options, signal)),
      )
      const { what, out } = options
      output.summary(exported, () => `${count(exported.rows)} ${what} in ${visible(out)}`)
      return 0
    }),
  )
}

/** Evaluations have files of their own; everything else is a table of the run. */
async function carryOut(store: Store, home: string, options: Options, signal: AbortSignal) {
  const { run = null, evaluation = null, suite = null, where, what, format, out } = options
  if (where !== undefined && what !== 'tasks') {
    throw new AppError('usage', `--what ${what}: --where is for tasks`)
  }
  if (what === 'evals') {
    const { exportOrdered } = await import('../host/export-evaluations.ts')
    return await exportOrdered(store, { home, run, evaluation, suite, format, out }, signal)
  }
  if (run === null) throw new AppError('usage', '--run: expected a run, found none')
  if (run.step !== null || evaluation !== null || suite !== null) {
    throw new AppError('usage', `--what ${what}: a step, --evaluation and --suite are for evals`)
  }
  const { exportRun } = await import('../host/export.ts')
  const tasks = where === undefined ? {} : { tasks: { query: where } }
  return await exportRun(store, { run: run.run, what, format, out, ...tasks }, signal)
}
