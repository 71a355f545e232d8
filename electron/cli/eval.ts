/**
 * `kelvin eval`: scores with intervals of a model folder or of a run's checkpoint, alone or against another.
 * Not here: measuring (host/evaluate.ts).
 */
import type { Command } from 'commander'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import type { EvalOrder, EvalSummary } from '../host/evaluate.ts'
import type { Act } from './act.ts'
import { bar, count, duration, visible } from './format.ts'
import type { Colors } from 'picocolors/types.js'
import { withInterrupt } from './interrupt.ts'
import { choice, DEVICES, flag, real, runAndStep, SEED, text, whole, withHome } from './options.ts'
import { createProgress } from './progress.ts'
import type { Picture } from './progress.ts'
import { suitesText } from './train-view.ts'

const names = v.pipe(
  text,
  v.transform((given) => given.split(',').map((name) => name.trim())),
)

const Options = v.strictObject({
  json: flag,
  home: v.optional(text),
  model: v.optional(text),
  run: v.optional(runAndStep),
  suite: names,
  data: v.optional(text),
  samples: whole(1, 1_000),
  temperature: v.optional(real(0, 10)),
  limit: v.optional(whole(1, 1_000_000)),
  against: v.optional(runAndStep),
  gold: flag,
  seed: SEED,
  device: choice(DEVICES),
})
type Options = v.InferOutput<typeof Options>

export function addEval(program: Command, act: Act): void {
  const command = program
    .command('eval')
    .description('score a model on held-out suites')
    .option('--model <dir>', 'model folder; default: the embedded model')
    .option('--run <run[@step]>', "a run's checkpoint instead; default: its last")
    .option('--suite <names>', 'suites, with commas between', 'nano-heldout,nano-ood')
    .option('--data <dir>', "folder of the suites' files, when not those that ship")
    .option('--samples <k>', 'answers per item', '1')
    .option('--temperature <x>', 'default: 0 (greedy), or 1 for more than one sample')
    .option('--limit <n>', 'items per kind')
    .option('--against <run[@step]>', 'compare with this checkpoint on the same items')
    .option('--gold', "grade the suites' own solutions: a check of data and grader")
    .option('--seed <s>', 'same seed, same answers', '1')
    .option('--device <device>', DEVICES.join(', '), 'cpu')
  withHome(command).action(
    act(Options, async (options, { output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const order = orderOf(options, () => homeDirectory(options.home))
      const summary = await withInterrupt(({ signal }) => evaluateAndShow(order, signal))
      output.summary(summary, (colors) => summaryText(summary, colors))
      return 0
    }),
  )
}

/** Scores, and below them how the public ones came about. */
function summaryText({ suites, details }: EvalSummary, colors: Colors): string {
  const notes = Object.values(details).flatMap(({ title, licence, home, protocol, ...more }) => [
    '',
    `${title} (${licence}), ${home}`,
    protocol,
    `template ${more.template}, temperature ${more.temperature}, at most ${more.maxTokens} tokens, ${more.samples} answers per item, seed ${more.seed}`,
    more.contamination,
    ...(more.failures ?? []).map(
      ({ item, reason, known }) =>
        `${visible(item)}: ${visible(reason)}${known ? '' : ' (unexpected)'}`,
    ),
  ])
  return [suitesText(suites, colors), ...notes].join('\n')
}

function orderOf(options: Options, home: () => string): EvalOrder {
  const { model = null, run = null, data = null, limit = null, against = null } = options
  const { suite: suites, samples, temperature, gold, seed, device } = options
  if (model !== null && run !== null) {
    throw new AppError('usage', '--model and --run: expected one of the two, found both')
  }
  return {
    home: home(),
    model,
    run,
    suites,
    data,
    samples,
    limit,
    against,
    seed,
    device,
    // Greedy answers to one question are all the same.
    temperature: temperature ?? (samples > 1 ? 1 : 0),
    gold: gold === true,
  }
}

export async function evaluateAndShow(order: EvalOrder, signal: AbortSignal): Promise<EvalSummary> {
  const { runEval } = await import('../host/evaluate.ts')
  const progress = createProgress()
  const startedMs = Date.now()
  const onProgress = (done: number, total: number): void =>
    progress.show(pictureOf(done, total, (Date.now() - startedMs) / 1000))
  try {
    return await runEval(order, { signal, onProgress })
  } finally {
    progress.close()
  }
}

export function pictureOf(done: number, total: number, seconds: number): Picture {
  const left = done === 0 ? '' : `, ${duration((seconds * (total - done)) / done)} left`
  const place = `evaluate ${count(done)}/${count(total)}${left}`
  return { plain: () => place, live: () => `${bar(done / total)} ${place}` }
}
