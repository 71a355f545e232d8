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
const WHATS = ['tasks', 'episodes', 'steps', 'flags', 'evals', 'model'] as const
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
    .option('--run <run[@step]>', 'which run; a step for evals and a model only')
    .option('--evaluation <id>', 'evals: one of them, as eval names it')
    .option('--suite <name>', 'evals: of this suite only')
    .option('--where <query>', 'tasks: those that the query finds, as in the table of tasks')
    .requiredOption('--what <what>', WHATS.join(', '))
    .requiredOption('--format <format>', FORMATS.join(', '))
    .requiredOption('--out <path>', 'a file; for hf, a model, tfevents and several evals a folder')
  withHome(command).action(
    act(Options, async (options, { output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const { withHistory } = await import('../host/open-history.ts')
      const home = homeDirectory(options.home)
      const exported = await withInterrupt(({ signal }) =>
        withHistory(home, (store) => carryOut(store, home, options, signal)),
      )
      const { what, out } = options
      const found = what === 'model' ? 'a model' : `${count(exported.rows)} ${what}`
      output.summary(exported, () => `${found} in ${visible(out)}`)
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
  if (what === 'model') return await modelOut(store, home, run, format, out)
  return await tableOut(store, run, { ...options, what }, signal)
}

type Tabled = Options & { readonly what: Exclude<Options['what'], 'model' | 'evals'> }

async function tableOut(
  store: Store,
  run: At,
  { evaluation, suite, where, what, format, out }: Tabled,
  signal: AbortSignal,
) {
  if (run.step !== null || evaluation !== undefined || suite !== undefined) {
    throw new AppError('usage', `--what ${what}: a step, --evaluation and --suite are for evals`)
  }
  const { exportRun } = await import('../host/export.ts')
  const tasks = where === undefined ? {} : { tasks: { query: where } }
  return await exportRun(store, { run: run.run, what, format, out, ...tasks }, signal)
}

type At = NonNullable<Options['run']>

async function modelOut(
  store: Store,
  home: string,
  { run, step }: At,
  format: Options['format'],
  out: string,
) {
  if (format !== 'hf') {
    throw new AppError('usage', `--what model: expected --format hf, found ${format}`)
  }
  const { exportable, exportModel } = await import('../host/export-model.ts')
  const found = exportable(store, home, run, step)
  await exportModel(found, out)
  return { run, step: found.step, what: 'model', format, out, rows: 1 }
}
