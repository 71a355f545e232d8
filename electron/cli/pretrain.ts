/**
 * `kelvin pretrain`: makes a nano checkpoint from the synthetic stream. Stopped and called again, it goes on.
 * Not here: the training (host/pretrain.ts).
 */
import type { Command } from 'commander'
import type { Colors } from 'picocolors/types.js'
import * as v from 'valibot'
import { DEVICES } from '../contract/inputs.ts'
import { AppError } from '../contract/errors.ts'
import type { SuiteScore } from '../contract/news.ts'
import type { EvalOrder } from '../host/evaluate.ts'
import type { PretrainNews, PretrainOptions, PretrainSummary } from '../host/pretrain.ts'
import { WORKED_SHARE } from '../nano/weights.ts'
import type { Act } from './act.ts'
import { evaluateAndShow } from './eval.ts'
import { bar, count, duration, percent, visible } from './format.ts'
import { withInterrupt } from './interrupt.ts'
import type { Interrupt } from './interrupt.ts'
import { choice, flag, real, SEED, text, whole, withJson } from './options.ts'
import type { Output } from './output.ts'
import { createProgress } from './progress.ts'
import type { Picture } from './progress.ts'
import { suitesText } from './train-view.ts'

const SIZES = ['tiny', 'nano', 'micro', 'mini'] as const

const Options = v.strictObject({
  json: flag,
  out: text,
  minutes: v.optional(real(0.01, 100_000)),
  steps: v.optional(whole(1, 100_000_000)),
  size: choice(SIZES),
  seed: SEED,
  device: choice(DEVICES),
  model: v.optional(text),
  rate: real(1e-6, 1),
  worked: real(0, 1),
  evaluate: v.boolean(),
})
type Options = v.InferOutput<typeof Options>

const DEFAULT_MINUTES = 18
/** Rows of 128 tokens a step. */
const ROWS = 16

export function addPretrain(program: Command, act: Act): void {
  const command = program
    .command('pretrain')
    .description('make a nano checkpoint from the synthetic stream')
    .requiredOption('--out <dir>', 'new model folder, or one to go on with')
    .option('--minutes <m>', `plan by time, default ${DEFAULT_MINUTES}`)
    .option('--steps <n>', 'plan by steps instead')
    .option('--size <size>', SIZES.join(', '), 'nano')
    .option('--seed <s>', 'every random choice follows from it', '1')
    .option('--device <device>', DEVICES.join(', '), 'cpu')
    .option('--model <dir>', 'start from the weights of this nano checkpoint, not from random ones')
    .option('--rate <r>', 'peak learning rate', '0.003')
    .option('--worked <share>', 'share of the answers worked step by step', String(WORKED_SHARE))
    .option('--no-evaluate', 'skip the held-out suite at the end')
  withJson(command).action(
    act(Options, async (options, { output }) => {
      const summary = await withInterrupt((interrupt) => warmUpAndScore(options, interrupt, output))
      output.summary(summary, (colors) => summaryText(summary, colors))
      return summary.finished ? 0 : 130
    }),
  )
}

/** heldOut: null when it was stopped before its end, or not asked for. */
type Summary = PretrainSummary & { readonly heldOut: SuiteScore | null }

async function warmUpAndScore(
  options: Options,
  interrupt: Interrupt,
  output: Output,
): Promise<Summary> {
  const summary = await warmUp(options, interrupt, output)
  if (!summary.finished || !options.evaluate) return { ...summary, heldOut: null }
  const { suites } = await evaluateAndShow(heldOutOrder(options), interrupt.signal)
  return { ...summary, heldOut: suites[SUITE] ?? null }
}

const SUITE = 'nano-heldout'

/** Greedy, all items. */
function heldOutOrder({ out, seed }: Options): EvalOrder {
  return {
    home: '',
    model: out,
    run: null,
    suites: [SUITE],
    data: null,
    samples: 1,
    temperature: 0,
    limit: null,
    against: null,
    gold: false,
    seed,
    device: 'cpu',
  }
}

async function warmUp(
  options: Options,
  { signal }: Interrupt,
  output: Output,
): Promise<PretrainSummary> {
  const plan = planOf(options)
  const { pretrain } = await import('../host/pretrain.ts')
  const { requireModelTarget } = await import('../host/model-target.ts')
  const { withSandbox } = await import('../host/programs.ts')
  const { out, size, seed, device, model = null, rate, worked } = options
  await requireModelTarget(out)
  const progress = createProgress()
  const onStep = (news: PretrainNews): void => {
    if (news.step === 1 || news.step % RECORD_EVERY === 0) output.record({ type: 'step', ...news })
    progress.show(pictureOf(news))
  }
  const schedule = { plan, rows: ROWS, learningRate: rate, worked }
  const order: PretrainOptions = { out, size, seed, device, model, ...schedule, signal, onStep }
  try {
    return await withSandbox({}, (sandbox) => pretrain(order, sandbox))
  } finally {
    progress.close()
  }
}

const RECORD_EVERY = 100

function planOf({ steps, minutes }: Options): PretrainOptions['plan'] {
  if (steps === undefined) return { minutes: minutes ?? DEFAULT_MINUTES }
  if (minutes === undefined) return { steps }
  throw new AppError('usage', '--steps and --minutes: expected one of the two, found both')
}

export function pictureOf({ step, tokens, seconds, done, losses }: PretrainNews): Picture {
  const left = duration((seconds * (1 - done)) / done)
  const speed = `${count(tokens / seconds)} tokens/s`
  const answers = Object.entries(losses)
    .filter(([, loss]) => Number.isFinite(loss))
    .map(([type, loss]) => `${type} ${loss.toFixed(2)}`)
    .join('  ')
  const place = `step ${count(step)}, ${percent(done)}, ${left} left, ${speed}`
  return {
    plain: () => `${place}; loss ${answers}`,
    live: (colors) => `${bar(done)} ${place}\n${colors.dim(`answer loss  ${answers}`)}`,
  }
}

function summaryText(summary: Summary, colors: Colors): string {
  const { out, parameters, tokens, seconds, finished, heldOut } = summary
  const what = `${count(parameters)} parameters, ${count(tokens)} tokens, ${duration(seconds)}`
  const end = finished ? '' : '\nStopped early; the same command goes on from here.'
  const scores = heldOut === null ? '' : `\n\n${suitesText({ [SUITE]: heldOut }, colors)}`
  return `${visible(out)}: ${what}${end}${scores}`
}
