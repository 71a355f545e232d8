/**
 * `kelvin runs list|show|rm|pack`: the history.
 */
import type { Command } from 'commander'
import type { Colors } from 'picocolors/types.js'
import * as v from 'valibot'
import type { RunDetail, RunRow, RunState } from '../contract/history.ts'
import type { EvalRecord } from '../contract/run.ts'
import type { Act } from './act.ts'
import { bytes, count, duration, moment, percent, ratio, table, visible } from './format.ts'
import { flag, real, text, withHome } from './options.ts'

const Options = v.strictObject({ json: flag, home: v.optional(text) })

export function addRuns(program: Command, act: Act): void {
  const runs = program.command('runs').description('the history of runs')
  addList(runs, act)
  addShow(runs, act)
  addRemove(runs, act)
  addPack(runs, act)
}

/** Loaded when asked for, so that help and usage errors need no database. */
const history = async () => {
  const [{ homeDirectory }, { withHistory, readRuns }, { showRun, removeRun }] = await Promise.all([
    import('../host/paths.ts'),
    import('../host/open-history.ts'),
    import('../host/history.ts'),
  ])
  return { homeDirectory, withHistory, readRuns, showRun, removeRun }
}

function addList(runs: Command, act: Act): void {
  const command = runs.command('list').description('all runs, newest first')
  withHome(command).action(
    act(Options, async (options, { output }) => {
      const { homeDirectory, readRuns } = await history()
      const rows = await readRuns(homeDirectory(options.home))
      output.summary({ runs: rows }, (colors) => listText(rows, colors))
      return 0
    }),
  )
}

function addShow(runs: Command, act: Act): void {
  const command = runs.command('show').argument('<run>').description('one run')
  withHome(command).action(
    act(Options, async (options, { args, output }) => {
      const { homeDirectory, withHistory, showRun } = await history()
      const home = homeDirectory(options.home)
      const detail = await withHistory(home, (store) => showRun(store, args[0] ?? ''))
      output.summary(detail, (colors) => detailText(detail, colors))
      return 0
    }),
  )
}

function addRemove(runs: Command, act: Act): void {
  const command = runs
    .command('rm')
    .argument('<run...>')
    .description('remove runs with their checkpoints; forks of them stay')
  withHome(command).action(
    act(Options, async (options, { args, output }) => {
      const { homeDirectory, withHistory, showRun, removeRun } = await history()
      const home = homeDirectory(options.home)
      const removed = await withHistory(home, (store) => {
        // A misspelt name removes nothing.
        for (const run of args) showRun(store, run)
        return args.map((run) => removeRun(store, home, run))
      })
      output.summary({ removed }, () => removed.map(({ run }) => `removed ${run}`).join('\n'))
      return 0
    }),
  )
}

const PackOptions = v.strictObject({ ...Options.entries, out: text, megabytes: real(0.01, 1_000) })
const MEGABYTE = 1e6

function addPack(runs: Command, act: Act): void {
  const command = runs
    .command('pack')
    .argument('<run>')
    .description('a finished run as the sample that ships with the workbench')
    .option('--out <dir>', 'folder to write run.jsonl.gz into', 'resources/sample-run')
    .option('--megabytes <n>', 'largest file; tasks and traces of some steps are left out', '3')
  withHome(command).action(
    act(PackOptions, async (options, { args, output }) => {
      const { homeDirectory, withHistory } = await history()
      const { packRun } = await import('../host/sample-pack.ts')
      const home = homeDirectory(options.home)
      const packed = await withHistory(home, (store) =>
        packRun(store, args[0] ?? '', options.out, options.megabytes * MEGABYTE),
      )
      output.summary(packed, () => packedText(packed))
      return 0
    }),
  )
}

function packedText({ file, bytes: size, every }: { file: string; bytes: number; every: number }) {
  const part = every === 1 ? 'of all steps' : `of one step in ${every}`
  return `${file}: ${bytes(size)}, tasks and traces ${part}`
}

function stateText(state: RunState, colors: Colors): string {
  if (state === 'running') return colors.green(state)
  return state === 'crashed' ? colors.red(state) : state
}

function stepText({ currentStep, plannedSteps }: RunRow): string {
  return plannedSteps === null ? count(currentStep) : `${count(currentStep)}/${count(plannedSteps)}`
}

function listText(rows: readonly RunRow[], colors: Colors): string {
  if (rows.length === 0) return 'No runs yet: kelvin train'
  const header = ['RUN', 'STATE', 'STEP', 'VALID TASKS', 'TIME', 'STARTED'].map((name) =>
    colors.dim(name),
  )
  const cells = rows.map((run) => [
    run.id,
    stateText(run.state, colors),
    stepText(run),
    ratio(run.valid, run.proposed),
    duration(run.seconds),
    moment(run.createdMs),
  ])
  return table(cells, header)
}

function detailText(detail: RunDetail, colors: Colors): string {
  const { run, checkpoints, evals } = detail
  const saved = checkpoints.map(({ step }) => step).join(', ')
  const size = checkpoints.reduce((sum, checkpoint) => sum + checkpoint.bytes, 0)
  const parent =
    run.parent === null ? [] : [['forked from', `${run.parent.run}@${run.parent.step}`]]
  const facts = [
    ['state', visible([stateText(run.state, colors), run.reason].join(' '))],
    ['recipe', visible(`${run.recipe}, preset ${run.preset}, seed ${run.seed}`)],
    ['model', visible(run.model.path)],
    ['engine', visible(`${run.engine} on ${run.device}`)],
    ['sandbox', visible(`level ${run.sandboxLevel}, Python ${run.pythonVersion}`)],
    ...parent,
    ['step', stepText(run)],
    ['tasks', `${ratio(run.valid, run.proposed)} valid, ${count(detail.solved)} solved`],
    ['episodes', `${count(detail.episodes)}, ${count(run.tokens)} tokens`],
    ['time', duration(run.seconds)],
    ['checkpoints', saved === '' ? 'none' : `at ${saved} (${bytes(size)})`],
    ['flags', `${detail.openFlags} open`],
  ]
  const rows = facts.map(([name = '', value = '']) => [colors.dim(name), value])
  return [colors.bold(run.id), table(rows), ...scoresText(evals, colors)].join('\n')
}

function scoresText(evals: readonly EvalRecord[], colors: Colors): string[] {
  const means = evals.filter(({ kind }) => kind === 'mean')
  if (means.length === 0) return []
  const header = ['SUITE', 'STEP', 'T', 'SCORE', '95 % INTERVAL'].map((name) => colors.dim(name))
  const rows = means.map(({ suite, step, temperature, score, low, high }) => [
    visible(suite),
    count(step),
    String(temperature),
    percent(score),
    `${percent(low)} to ${percent(high)}`,
  ])
  return ['', table(rows, header)]
}
