/**
 * `kelvin pretrain`: makes a nano checkpoint from the synthetic stream. Resumable: every few minutes the state of
 * engine, stream and schedule is written to DIR.pretrain, and a later call with the same DIR goes on from there.
 * Not here: how the held-out suites are scored (eval/).
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import type { Device } from '../contract/inputs.ts'
import type { Datum } from '../engine/datum.ts'
import type { ForwardBackwardOutput, TrainingClient } from '../engine/engine.ts'
import { createLocalEngine } from '../engine/local.ts'
import { MODEL_FOLDER } from '../engine/state-folder.ts'
import { openCheckpoint, readWeights, writeCheckpoint } from '../model/checkpoint.ts'
import type { DecoderConfig } from '../model/config.ts'
import { initialWeights } from '../model/init.ts'
import { readJson } from '../model/json.ts'
import { parameterCount, tensorNames } from '../model/tensors.ts'
import { INITIAL, nanoConfig, type Size } from '../nano/architecture.ts'
import { type Sample, warmupStream } from '../nano/stream.ts'
import { SAMPLE_TYPES, type SampleType } from '../nano/weights.ts'
import { writeTokenizer } from '../nano/write-tokenizer.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { writeJsonFile } from './json-file.ts'
import { ROW_TOKENS, takeRows, warmupDatums } from './warmup-batches.ts'

export type PretrainOptions = {
  readonly out: string
  readonly size: Size
  /** Folder of the weights to start from; null: random ones. */
  readonly model: string | null
  readonly seed: number
  readonly device: Device
  /** The schedule's length: steps, or minutes of wall time summed over resumed calls. */
  readonly plan: { readonly steps: number } | { readonly minutes: number }
  readonly rows: number
  readonly learningRate: number
  /** Share of the answers worked step by step (nano/stream.ts). */
  readonly worked: number
  readonly signal?: AbortSignal
  readonly onStep?: (news: PretrainNews) => void
}

export type PretrainNews = {
  readonly step: number
  readonly tokens: number
  readonly seconds: number
  /** Share of the plan that is done, in [0, 1]. */
  readonly done: number
  readonly gradNorm: number
  /** Mean negative log-likelihood of answer tokens in nats, by type, moving average. */
  readonly losses: Readonly<Record<SampleType, number>>
}

export type PretrainSummary = {
  readonly out: string
  readonly parameters: number
  readonly tokens: number
  readonly seconds: number
  readonly steps: number
  readonly finished: boolean
}

/** Source of the schedule's numbers: measured for this model, feasibility study section 3. */
const SCHEDULE = { ramp: 100, floor: 0.02, beta1: 0.9, beta2: 0.98, weightDecay: 0.05 } as const
const SAVE_EVERY_SECONDS = 300
/** Beside the checkpoint, which is replaced as a whole. */
const stateFolder = (out: string): string => `${out}.pretrain`

const PROGRESS_FILE = 'progress.json'
/** The samples that wait for a row are a few hundred. */
const MAX_PROGRESS_MIB = 16

const Progress = v.object({
  step: v.number(),
  tokens: v.number(),
  seconds: v.number(),
  batch: v.number(),
  consumed: v.number(),
  pool: v.array(
    v.object({
      type: v.picklist(SAMPLE_TYPES),
      tokens: v.pipe(v.array(v.number()), v.readonly()),
      answerStart: v.number(),
      batch: v.number(),
    }),
  ),
})
type Progress = v.InferOutput<typeof Progress>

/** Learning rate at a share of the plan: linear ramp over the first steps, then a cosine to the floor. */
export function warmupRate(peak: number, step: number, done: number): number {
  const ramp = Math.min(1, (step + 1) / SCHEDULE.ramp)
  const cosine = (1 + Math.cos(Math.PI * Math.min(1, done))) / 2
  return peak * ramp * (SCHEDULE.floor + (1 - SCHEDULE.floor) * cosine)
}

export async function pretrain(
  options: PretrainOptions,
  sandbox: Pick<Sandbox, 'run'>,
): Promise<PretrainSummary> {
  const config = nanoConfig(options.size)
  const folder = stateFolder(options.out)
  const engine = createLocalEngine({ device: options.device })
  try {
    const training = await engine.createTrainingClient(await initialFolder(options))
    const progress = await resumeProgress(folder, training)
    const finished = await runSteps(options, sandbox, training, progress)
    await saveProgress(folder, training, progress)
    await writeCheckpoint(
      options.out,
      config,
      await readWeights(join(folder, 'state', MODEL_FOLDER)),
      {
        dtype: 'float32',
        tokenizerFrom: join(folder, 'initial'),
      },
    )
    const { tokens, seconds, step } = progress
    return {
      out: options.out,
      parameters: parameterCount(config),
      tokens,
      seconds,
      steps: step,
      finished,
    }
  } finally {
    await engine.close()
  }
}

/** The folder of first weights; written once. */
async function initialFolder({ out, size, seed, model }: PretrainOptions): Promise<string> {
  const folder = join(stateFolder(out), 'initial')
  const config = nanoConfig(size)
  await mkdir(folder, { recursive: true })
  await writeTokenizer(folder)
  const weights =
    model === null
      ? initialWeights(config, { seed, ...INITIAL })
      : await startWeights(model, config)
  await writeCheckpoint(folder, config, weights, { dtype: 'float32', tokenizerFrom: folder })
  return folder
}

/** Throws AppError('usage') for a model of another size or vocabulary. */
async function startWeights(model: string, config: DecoderConfig) {
  const found = (await openCheckpoint(model)).config
  if (!isDeepStrictEqual(tensorNames(found), tensorNames(config))) {
    const wanted = `${parameterCount(config)} parameters of a nano model`
    throw new AppError(
      'usage',
      `--model ${model}: expected the ${wanted}, found ${parameterCount(found)} of another shape`,
    )
  }
  return await readWeights(model)
}

async function resumeProgress(folder: string, training: TrainingClient): Promise<Progress> {
  const file = join(folder, PROGRESS_FILE)
  const progress = await readJson(file, Progress, MAX_PROGRESS_MIB)
  if (progress === null) return { step: 0, tokens: 0, seconds: 0, batch: 0, consumed: 0, pool: [] }
  await training.loadState(join(folder, 'state'))
  return progress
}

async function saveProgress(
  folder: string,
  training: TrainingClient,
  progress: Progress,
): Promise<void> {
  await training.saveState(join(folder, 'state'))
  writeJsonFile(join(folder, PROGRESS_FILE), progress)
}

function shareDone({ plan }: PretrainOptions, { step, seconds }: Progress): number {
  return 'steps' in plan ? step / plan.steps : seconds / (plan.minutes * 60)
}

/** Trains until the plan is done or the signal fires; true when the plan is done. */
async function runSteps(
  options: PretrainOptions,
  sandbox: Pick<Sandbox, 'run'>,
  training: TrainingClient,
  progress: Progress,
): Promise<boolean> {
  const batches = batchesOf(options, sandbox, progress)
  const losses = createLosses()
  let savedAt = progress.seconds
  let coming = batches.next()
  while (shareDone(options, progress) < 1 && options.signal?.aborted !== true) {
    const started = performance.now()
    const { samples, data, after } = (await coming).value
    const running = training.forwardBackward(data, 'cross_entropy')
    coming = batches.next()
    losses.add(samples, await running)
    const gradNorm = await step(options, training, progress)
    progress.tokens += data.reduce((sum, { tokens }) => sum + tokens.length, 0)
    progress.seconds += (performance.now() - started) / 1000
    Object.assign(progress, after)
    const { tokens, seconds } = progress
    const done = shareDone(options, progress)
    options.onStep?.({
      step: progress.step,
      tokens,
      seconds,
      done,
      gradNorm,
      losses: losses.means(),
    })
    if (seconds - savedAt < SAVE_EVERY_SECONDS) continue
    savedAt = seconds
    await saveProgress(stateFolder(options.out), training, progress)
  }
  return shareDone(options, progress) >= 1
}

async function step(
  options: PretrainOptions,
  training: TrainingClient,
  progress: Progress,
): Promise<number> {
  const learningRate = warmupRate(options.learningRate, progress.step, shareDone(options, progress))
  const { beta1, beta2, weightDecay } = SCHEDULE
  const params = { learningRate, beta1, beta2, weightDecay, eps: 1e-8, gradClipNorm: 1 }
  const { gradNorm } = await training.optimStep(params)
  progress.step += 1
  return gradNorm
}

type Batch = {
  readonly samples: readonly Sample[]
  readonly data: readonly Datum[]
  /** Where the stream stands once this batch is taken. */
  readonly after: Partial<Progress>
}

async function* batchesOf(
  { seed, rows, worked }: PretrainOptions,
  sandbox: Pick<Sandbox, 'run'>,
  progress: Progress,
): AsyncGenerator<Batch, never, void> {
  const stream = warmupStream({ seed, sandbox, worked, from: progress.batch })
  const pool: Sample[] = [...progress.pool]
  let { batch, consumed } = progress
  for (let skip = 0; skip < consumed; skip += 1) await stream.next()
  for (;;) {
    while (pool.length < 2 * rows * (ROW_TOKENS / 24)) {
      const { value } = await stream.next()
      consumed = value.batch === batch ? consumed + 1 : 1
      batch = value.batch
      pool.push(value)
    }
    const samples = takeRows(pool, rows)
    yield { samples, data: warmupDatums(samples), after: { batch, consumed, pool: [...pool] } }
  }
}

const SMOOTHING = 0.99

function createLosses() {
  const means: Record<SampleType, number> = { SD: NaN, SA: NaN, SI: NaN, PD: NaN, PA: NaN, PI: NaN }
  return {
    means: (): Readonly<Record<SampleType, number>> => ({ ...means }),
    add: (samples: readonly Sample[], { outputs }: ForwardBackwardOutput): void => {
      samples.forEach(({ type, answerStart }, index) => {
        const answer = outputs[index]?.logprobs.subarray(answerStart - 1) ?? new Float32Array(0)
        const loss = -answer.reduce((sum, logprob) => sum + logprob, 0) / answer.length
        means[type] = Number.isNaN(means[type])
          ? loss
          : SMOOTHING * means[type] + (1 - SMOOTHING) * loss
      })
    },
  }
}
