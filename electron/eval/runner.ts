/**
 * A suite put to a model: prompts, samples and verdicts in batches, each finished item noted before the next batch.
 * What was noted is never asked again, so a run that was killed goes on where it was; responses are not kept in
 * memory. The answers to an item depend on nothing but the settings and the item.
 * Not here: where notes are kept (host/eval-journal.ts), scores (scores.ts).
 */
import { throwIfCancelled } from '../contract/errors.ts'
import type { Kind } from '../contract/task.ts'
import type { RunStatus } from '../contract/verdict.ts'
import type { SampledSequence, SamplingClient } from '../engine/engine.ts'
import type { TextCodec } from '../model/chat.ts'
import { seedOf } from '../selfplay/random.ts'
import type { Ask, GradeDeps, ItemVerdict, Question } from './benchmark.ts'
import { wrong } from './benchmark.ts'
import { cutAt } from './code/extract.ts'
import type { Scored } from './scores.ts'

/** One answer as it is noted. */
export type NotedAnswer = ItemVerdict & {
  readonly response: string
  readonly tokens: ArrayLike<number>
  /** Of each token, untempered. */
  readonly logprobs: ArrayLike<number>
  readonly stopReason: SampledSequence['stopReason'] | 'unasked'
}

/** Everything about one item; noted whole or not at all. */
export type NotedItem = {
  readonly item: string
  readonly cluster: string
  readonly kind: Kind | null
  readonly prompt: string
  readonly promptTokens: number
  readonly answers: readonly NotedAnswer[]
}

export interface Journal {
  /** In the order noted; an item that was noted again counts as it was last. */
  read(): AsyncIterable<NotedItem>
  /** Durable when it returns. */
  append(items: readonly NotedItem[]): Promise<void>
}

export type SuiteSettings = {
  /** Part of every seed. */
  readonly suite: string
  readonly temperature: number
  readonly topP: number
  readonly maxTokens: number
  /** Positions of the model. */
  readonly context: number
  /** Answers per item; greedy decoding takes one. */
  readonly samples: number
  readonly seed: number
}

export type SuiteProgress = {
  readonly done: number
  readonly total: number
  /** null until a batch is done. */
  readonly secondsLeft: number | null
}

export type RunnerDeps = GradeDeps & {
  readonly sampler: SamplingClient
  readonly codec: TextCodec
  readonly journal: Journal
  /** Milliseconds, for the time left only. */
  readonly now: () => number
  readonly onProgress: (progress: SuiteProgress) => void
}

/** An answer without its text. */
export type SuiteAnswer = Scored & { readonly status: RunStatus | null }

/** Answers of the first batch. Small models finish it in no time: batches then grow, up to the most. */
const BATCH_ROWS = { first: 64, most: 1024 } as const
/** A batch that took less is followed by one of twice its size: what a kill loses stays this small. */
const GROW_BELOW_MS = 5_000

/** The verdicts of all items in their order, those of earlier sittings included. */
export async function runSuite(
  questions: readonly Question[],
  settings: SuiteSettings,
  deps: RunnerDeps,
): Promise<SuiteAnswer[]> {
  const known = await finished(questions, settings, deps.journal)
  const open = questions.filter(({ id }) => !known.has(id))
  const progress = progressOf(questions.length, open.length, deps)
  progress(0)
  let done = 0
  const size = { rows: BATCH_ROWS.first as number }
  for (const batch of batches(open, settings, deps, size)) {
    throwIfCancelled(deps.signal)
    const before = done
    const startedMs = deps.now()
    const noted = await runBatch(batch, settings, deps, (share) =>
      progress(before + share * batch.items.length),
    )
    await deps.journal.append(noted)
    for (const item of noted) known.set(item.item, slim(item))
    if (deps.now() - startedMs < GROW_BELOW_MS) size.rows = Math.min(size.rows * 2, BATCH_ROWS.most)
    done += batch.items.length
    progress(done)
  }
  return questions.flatMap((question) =>
    (known.get(question.id) ?? []).map((answer, sample) => ({ ...answer, sample, item: question })),
  )
}

type SlimAnswer = Pick<ItemVerdict, 'correct' | 'undecided' | 'status'>

const slim = ({ answers }: NotedItem): SlimAnswer[] =>
  answers.map(({ correct, undecided, status }) => ({ correct, undecided, status }))

const samplesOf = ({ temperature, samples }: SuiteSettings): number =>
  temperature === 0 ? 1 : samples

/** Items that the journal holds whole and decided; the others are asked again. */
async function finished(
  questions: readonly Question[],
  settings: SuiteSettings,
  journal: Journal,
): Promise<Map<string, SlimAnswer[]>> {
  const wanted = new Set(questions.map(({ id }) => id))
  const known = new Map<string, SlimAnswer[]>()
  for await (const noted of journal.read()) {
    const isWhole = noted.answers.length === samplesOf(settings)
    const isDecided = noted.answers.every(({ undecided }) => !undecided)
    if (wanted.has(noted.item) && isWhole && isDecided) known.set(noted.item, slim(noted))
  }
  return known
}

type Prompted = {
  readonly question: Question
  readonly ask: Ask | null
  readonly tokens: readonly number[]
}

/** maxTokens holds for all of a batch; 0: nothing can be asked. */
type Batch = { readonly items: readonly Prompted[]; readonly maxTokens: number }

/** Neighbours with the same room for an answer, as many as fill the engine. */
function* batches(
  questions: readonly Question[],
  settings: SuiteSettings,
  deps: RunnerDeps,
  size: { readonly rows: number },
): Generator<Batch> {
  const perBatch = (): number => Math.max(1, Math.floor(size.rows / samplesOf(settings)))
  let items: Prompted[] = []
  let maxTokens = 0
  for (const question of questions) {
    const prompted = promptOf(question, deps)
    const room = roomFor(prompted, settings)
    if (items.length > 0 && (room !== maxTokens || items.length >= perBatch())) {
      yield { items, maxTokens }
      items = []
    }
    maxTokens = room
    items.push(prompted)
  }
  if (items.length > 0) yield { items, maxTokens }
}

function promptOf(question: Question, { codec, template }: RunnerDeps): Prompted {
  const ask = question.ask(template)
  return { question, ask, tokens: ask === null ? [] : codec.encode(ask.parts) }
}

const ROOM_STEP = 64

/** What the context leaves, in steps, so that it depends on the item alone and neighbours still share a batch. */
function roomFor({ ask, tokens }: Prompted, { context, maxTokens }: SuiteSettings): number {
  const left = context - tokens.length
  if (ask === null || left < 1) return 0
  if (left >= maxTokens) return maxTokens
  return left < ROOM_STEP ? left : left - (left % ROOM_STEP)
}

async function runBatch(
  { items, maxTokens }: Batch,
  settings: SuiteSettings,
  deps: RunnerDeps,
  onShare: (share: number) => void,
): Promise<NotedItem[]> {
  if (maxTokens === 0) return items.map((item) => unasked(item, settings))
  const { temperature, seed, suite } = settings
  const topP = temperature === 0 ? 1 : settings.topP
  const requests = items.map(({ question, tokens }) => ({
    prompt: tokens,
    numSamples: samplesOf(settings),
    seed: seedOf('evaluation', seed, suite, question.id),
  }))
  const { sampler, codec, signal } = deps
  const params = { maxTokens, temperature, topP, topK: -1, stop: codec.stopIds }
  const onProgress = (done: number, total: number): void => onShare(total === 0 ? 0 : done / total)
  const sampled = await sampler.sample(requests, params, { signal, onProgress })
  return await Promise.all(items.map((item, at) => noteOf(item, sampled[at] ?? [], deps)))
}

async function noteOf(
  prompted: Prompted,
  sequences: readonly SampledSequence[],
  deps: RunnerDeps,
): Promise<NotedItem> {
  const { question, ask } = prompted
  const texts = sequences.map(({ tokens }) => cutAt(deps.codec.decode(tokens), ask?.ends ?? []))
  const verdicts = await question.grade(texts.map(finishedText(sequences, deps)), deps)
  const answers = sequences.map(({ tokens, logprobs, stopReason }, at): NotedAnswer => ({
    ...(verdicts[at] ?? wrong('no verdict', null)),
    response: texts[at] ?? '',
    tokens,
    logprobs,
    stopReason,
  }))
  return noted(prompted, answers)
}

function noted({ question, ask, tokens }: Prompted, answers: readonly NotedAnswer[]): NotedItem {
  const { id: item, cluster, kind } = question
  return { item, cluster, kind, prompt: promptText(ask), promptTokens: tokens.length, answers }
}

/** Only the stop token ends an answer of a nano model: what was cut is no answer, whatever it begins with. */
const finishedText =
  (sequences: readonly SampledSequence[], { template }: GradeDeps) =>
  (text: string, at: number): string =>
    template === 'nano' && sequences[at]?.stopReason === 'length' ? '' : text

const promptText = (ask: Ask | null): string =>
  ask === null ? '' : ask.parts.map(({ text }) => text).join('')

/** A question that does not fit the model is not answered, which is the model's failure and not the sandbox's. */
function unasked(prompted: Prompted, settings: SuiteSettings): NotedItem {
  const { ask, tokens } = prompted
  const reason =
    ask === null
      ? 'the file holds no question'
      : `the question has ${tokens.length} tokens, the model takes ${settings.context}`
  const answer: NotedAnswer = {
    ...wrong(reason, null),
    response: '',
    tokens: [],
    logprobs: [],
    stopReason: 'unasked',
  }
  return noted(
    prompted,
    Array.from({ length: samplesOf(settings) }, () => answer),
  )
}

function progressOf(total: number, open: number, { now, onProgress }: RunnerDeps) {
  const started = now()
  return (done: number): void => {
    const seconds = (now() - started) / 1000
    const secondsLeft = done === 0 ? null : (seconds / done) * (open - done)
    onProgress({ done: total - open + done, total, secondsLeft })
  }
}
