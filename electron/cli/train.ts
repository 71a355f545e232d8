/**
 * `kelvin train`: one-click self-play. The training runs in a process of its own; this one shows it.
 * Not here: the training (host/train.ts), keeping that process up (host/supervisor.ts).
 */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import * as v from 'valibot'
import { DEVICES } from '../contract/inputs.ts'
import { parseSettings, PRESETS, resolveConfig } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import type { TrainNews, TrainOrder } from '../contract/news.ts'
import { requireRemote } from '../contract/remote.ts'
import type { Supervised } from '../host/supervisor.ts'
import type { Act } from './act.ts'
import { exitOf, isDebugging, unexpected } from './failure.ts'
import type { ExitCode } from './failure.ts'
import { oneLine } from './format.ts'
import { listenForInterrupt } from './interrupt.ts'
import { choice, collect, flag, real, runAndStep, SEED, text, whole, withHome } from './options.ts'
import type { Output } from './output.ts'
import { createProgress } from './progress.ts'
import { remoteOf, remoteOptions, withRemote } from './remote-options.ts'
import { createTrainView, remarkOf, summaryText } from './train-view.ts'

const Options = v.strictObject({
  json: flag,
  home: v.optional(text),
  recipe: choice(['azr']),
  preset: text,
  model: v.optional(text),
  ...remoteOptions,
  serverAdam: flag,
  device: choice(DEVICES),
  steps: v.optional(whole(1, 1_000_000)),
  minutes: v.optional(real(0.01, 100_000)),
  seed: v.optional(SEED),
  set: v.array(v.string()),
  seeds: v.optional(text),
  resume: v.optional(text),
  fork: v.optional(runAndStep),
  evaluate: v.boolean(),
  acceptNoIsolation: flag,
})
type Options = v.InferOutput<typeof Options>

export function addTrain(program: Command, act: Act): void {
  const command = program
    .command('train')
    .description('self-play: propose tasks, solve them, learn from both')
    .option('--recipe <recipe>', 'azr', 'azr')
    .option('--preset <preset>', Object.keys(PRESETS).join(', '), 'nano')
    .option('--model <dir>', "model folder; default: the preset's own")
    .option('--device <device>', DEVICES.join(', '), 'cpu')
    .option('--steps <n>', "how many steps; default: the preset's")
    .option('--minutes <m>', 'plan by time instead')
    .option('--seed <s>', 'every random choice of the run follows from it')
    .option('--set <key=value>', 'change a setting of the preset; repeat for more', collect, [])
    .option('--seeds <file>', 'tasks to begin with, one JSON object per line')
    .option('--resume <run>', 'go on with a run that was stopped')
    .option('--fork <run@step>', 'begin a new run at a checkpoint of another')
    .option('--no-evaluate', 'skip the held-out suites before and after')
    .option('--accept-no-isolation', 'train where the sandbox isolates nothing (level 0)')
    .option('--server-adam', "accept the server's own Adam constants")
  withHome(withRemote(command)).action(
    act(Options, async (options, { output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const order = orderOf(options, () => homeDirectory(options.home))
      return await trainAndShow(order, output)
    }),
  )
}

/** Checks what can be checked without starting anything. */
function orderOf(options: Options, home: () => string): TrainOrder {
  const { recipe, preset, engine, device, evaluate, set: settings, model = null } = options
  const { steps = null, minutes = null, seed = null, resume = null } = options
  requireOneOf(options, 'steps', 'minutes')
  requireOneOf(options, 'resume', 'fork')
  requireOneOf(options, 'resume', 'seeds')
  requireOneOf(options, 'fork', 'seeds')
  const remote = remoteOf(options)
  const config = resolveConfig(preset, parseSettings(settings))
  if (remote !== null && resume === null) requireRemote(config, remote)
  return {
    home: home(),
    recipe,
    preset,
    model,
    engine,
    device,
    steps,
    minutes,
    seed,
    settings: [...settings],
    ...(options.seeds === undefined ? {} : { seeds: resolve(options.seeds) }),
    resume,
    fork: forkOf(options),
    evaluate,
    acceptNoIsolation: options.acceptNoIsolation === true,
    ...(remote === null ? {} : { remote }),
  }
}

function requireOneOf(options: Options, one: keyof Options, other: keyof Options): void {
  if (options[one] === undefined || options[other] === undefined) return
  throw new AppError('usage', `--${one} and --${other}: expected one of the two, found both`)
}

function forkOf({ fork }: Options): TrainOrder['fork'] {
  if (fork === undefined) return null
  const { run, step } = fork
  if (step !== null) return { run, step }
  throw new AppError('usage', `--fork: expected RUN@STEP, found ${JSON.stringify(run)}`)
}

async function trainAndShow(order: TrainOrder, output: Output): Promise<ExitCode> {
  const { superviseTraining } = await import('../host/supervisor.ts')
  const interrupt = listenForInterrupt()
  const progress = createProgress()
  const view = createTrainView()
  const asked = (): void => progress.note(() => 'saving; interrupt again to end at once')
  interrupt.signal.addEventListener('abort', asked)
  const onNews = (news: TrainNews): void => {
    if (isRecord(news)) output.record(news)
    view.add(news)
    progress.note((colors) => remarkOf(news, colors))
    if (!isEnd(news)) progress.show(view.picture())
  }
  // What the trainer writes there is stacks and the complaints of drivers.
  const onOutput = (text: string): void => {
    if (isDebugging()) process.stderr.write(text)
  }
  const { signal, force } = interrupt
  try {
    const end = await superviseTraining(order, { signal, force, onNews, onOutput })
    progress.close()
    return tellEnd(end, force.aborted, output)
  } finally {
    progress.close()
    interrupt.close()
  }
}

const isEnd = ({ type }: TrainNews): boolean => type === 'done' || type === 'failed'

/** Phases come many times a second and are for progress only; the end is the summary. */
const isRecord = (news: TrainNews): boolean => news.type !== 'phase' && !isEnd(news)

function tellEnd(end: Supervised, forced: boolean, output: Output): ExitCode {
  if (end.ok) {
    output.summary(end.summary, (colors) => summaryText(end.summary, colors))
    return end.summary.interrupted ? 130 : 0
  }
  const { code, message, run } = end
  output.record({ type: 'failed', code, message, run })
  if (code === 'cancelled') {
    output.note('kelvin: interrupted before the first step')
    return 130
  }
  output.note(`kelvin: ${code === 'internal' ? unexpected(message) : oneLine(message)}`)
  // Once there is a run, nothing on the command line was wrong with it.
  return forced ? 130 : run === null ? exitOf(code) : 1
}
