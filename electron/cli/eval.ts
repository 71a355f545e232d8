/**
 * `kelvin eval`: scores with intervals of a model folder or of a run's checkpoint, alone or against another.
 * Not here: measuring (host/evaluate.ts).
 */
import type { Command } from 'commander'
import * as v from 'valibot'
import { DEVICES } from '../contract/inputs.ts'
import { AppError } from '../contract/errors.ts'
import type { SuiteShelf } from '../contract/evaluation.ts'
import type { EvalOrder, EvalSummary, SuiteDetails } from '../host/evaluate.ts'
import type { Act } from './act.ts'
import { count, percent, table, visible } from './format.ts'
import type { Colors } from 'picocolors/types.js'
import { withInterrupt } from './interrupt.ts'
import { choice, flag, real, runAndStep, SEED, text, whole, withHome } from './options.ts'
import { counting, createProgress } from './progress.ts'
import type { Picture } from './progress.ts'
import { remoteOf, remoteOptions, withRemote } from './remote-options.ts'
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
  fetch: flag,
  list: flag,
  seed: SEED,
  device: choice(DEVICES),
  ...remoteOptions,
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
    .option('--fetch', "fetch files that are missing from the suites' public homes first")
    .option('--list', 'suites, whether their files are here, licences and homes; asks nothing')
    .option('--seed <s>', 'same seed, same answers', '1')
    .option('--device <device>', DEVICES.join(', '), 'cpu')
  withHome(withRemote(command)).action(
    act(Options, async (options, { output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const order = orderOf(options, () => homeDirectory(options.home))
      if (options.list === true) {
        const suites = await suitesIn(order)
        output.summary({ suites }, (colors) => listText(suites, colors))
        return 0
      }
      const summary = await withInterrupt(async ({ signal }) => {
        if (options.fetch === true) await fetchMissing(order, signal)
        return await evaluateAndShow(order, signal)
      })
      output.summary(summary, (colors) => summaryText(summary, colors))
      return 0
    }),
  )
}

async function suitesIn(order: EvalOrder): Promise<SuiteShelf['suites']> {
  const { suiteFolder } = await import('../host/evaluate.ts')
  const { suiteReports } = await import('../host/evaluate-reports.ts')
  return await suiteReports(suiteFolder(order))
}

function listText(suites: SuiteShelf['suites'], colors: Colors): string {
  const header = ['SUITE', 'FILES', 'LICENCE', 'HOME'].map((name) => colors.dim(name))
  return table(
    suites.map(({ id, state, known, licence, home }) => [
      id,
      state === 'ready' && known === false ? 'another version' : STATES[state],
      licence,
      home,
    ]),
    header,
  )
}

const STATES = { ready: 'here', answers: 'answers only', missing: 'missing' } as const

/** Says on stderr what it brings, whence and under which licence. */
async function fetchMissing(order: EvalOrder, signal: AbortSignal): Promise<void> {
  const { mkdir } = await import('node:fs/promises')
  const { suiteFolder } = await import('../host/evaluate.ts')
  const { fetchSuite } = await import('../host/evaluate-fetch.ts')
  const folder = suiteFolder(order)
  const known = new Map((await suitesIn(order)).map((report) => [report.id, report]))
  await mkdir(folder, { recursive: true })
  for (const suite of order.suites) {
    const report = known.get(suite)
    if (report?.fetch == null || report.state === 'ready') continue
    const progress = createProgress()
    progress.note(() => `${report.title} (${report.licence}) from ${report.home}`)
    try {
      const { files } = await fetchSuite(folder, suite, {
        signal,
        onProgress: (done, total) => progress.show(fetchPicture(suite, done, total)),
      })
      for (const { path, sha256 } of files) progress.note(() => `${path}: sha256 ${sha256}`)
    } finally {
      progress.close()
    }
  }
}

function fetchPicture(suite: string, done: number, total: number | null): Picture {
  const size = total === null ? '' : ` of ${count(total)}`
  const place = `fetch ${suite}: ${count(done)}${size} bytes`
  return { plain: () => place, live: () => place }
}

/** Scores, and below them how they came about. */
function summaryText({ model, against, suites, details }: EvalSummary, colors: Colors): string {
  const title = against === null ? model : `${model} against ${against}`
  const notes = Object.values(details).flatMap((one) => ['', ...detailLines(one)])
  return [colors.bold(visible(title)), suitesText(suites, colors), ...notes].join('\n')
}

function detailLines(details: SuiteDetails): string[] {
  const { title, licence, home, protocol, settings, contamination, undecided } = details
  const asked =
    settings === null
      ? []
      : [
          `template ${settings.template}, temperature ${settings.temperature}, top-p ${settings.topP}, at most ${settings.maxTokens} tokens, ${settings.samples} answers per item, seed ${settings.seed}`,
        ]
  const lost = undecided === 0 ? [] : [`${undecided} answers could not be judged: in no score`]
  return [
    `${title} (${licence}), ${home}`,
    protocol,
    ...asked,
    ...lost,
    ...curveLines(details),
    contamination,
    ...(details.failures ?? []).map(
      ({ item, reason, known }) =>
        `${visible(item)}: ${visible(reason)}${known ? '' : ' (unexpected)'}`,
    ),
  ]
}

function curveLines({ passAtK }: SuiteDetails): string[] {
  if (passAtK.length < 2) return []
  const chosen = passAtK.filter(
    ({ k }, at) => Number.isInteger(Math.log2(k)) || at === passAtK.length - 1,
  )
  return [chosen.map(({ k, mean }) => `pass@${k} ${percent(mean)}`).join(', ')]
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
    remote: remoteOf(options),
  }
}

export async function evaluateAndShow(order: EvalOrder, signal: AbortSignal): Promise<EvalSummary> {
  const { runEval } = await import('../host/evaluate.ts')
  const progress = createProgress()
  const onProgress = counting(progress, 'evaluate')
  try {
    return await runEval(order, { signal, onProgress })
  } finally {
    progress.close()
  }
}
