/**
 * Scores of a model on reasoning items (deduction, abduction, induction), graded by the verifier of self-play.
 * Not here: intervals (scores.ts), where items come from (nano/suites.ts).
 */
import type { RunConfig } from '../contract/config.ts'
import type { TaskBody } from '../contract/task.ts'
import type { RunStatus } from '../contract/verdict.ts'
import type { Progress, SamplingClient } from '../engine/engine.ts'
import type { TextCodec } from '../model/chat.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { verify } from '../selfplay/azr/verify.ts'
import { solverView } from '../selfplay/azr/view.ts'
import { createExecution } from '../selfplay/execution.ts'
import type { PromptSet } from '../selfplay/prompts/prompts.ts'
import type { EpisodeSpec, Prompt, Response } from '../selfplay/recipe.ts'
import { play, promptOf } from '../selfplay/rollout.ts'
import { shownValue } from '../selfplay/values.ts'

/** Items of one cluster (a program) count as one for intervals. */
export type ReasoningItem = TaskBody & { readonly id: string; readonly cluster: string }

/** One answer to one item. undecided: the sandbox could not say; such answers are in no score. */
export type GradedAnswer = {
  readonly item: ReasoningItem
  readonly sample: number
  readonly correct: boolean
  readonly undecided: boolean
  readonly status: RunStatus | null
  readonly reason: string
  readonly response: string
  readonly tokens: readonly number[]
  readonly logprobs: readonly number[]
}

export type ReasoningDeps = {
  readonly sampler: SamplingClient
  readonly codec: TextCodec
  readonly prompts: PromptSet
  readonly sandbox: Sandbox
  readonly signal: AbortSignal
  readonly onProgress?: Progress
}

export type ReasoningSettings = {
  /** Limits, equality and lengths of the run; its temperature is not used. */
  readonly config: RunConfig
  /** 0: greedy. */
  readonly temperature: number
  readonly samples: number
  readonly seed: number
}

/** Every sample of every item, in order. Greedy decoding takes one sample. */
export async function gradeReasoning(
  items: readonly ReasoningItem[],
  deps: ReasoningDeps,
  settings: ReasoningSettings,
): Promise<GradedAnswer[]> {
  const { temperature, seed } = settings
  const samples = temperature === 0 ? 1 : settings.samples
  const config: RunConfig = { ...settings.config, temperature, seed, topP: 1, topK: -1 }
  const specs = items.map((item, index) => {
    const prompt = promptOf(deps.codec, deps.prompts, deps.prompts.solve(solverView(item)))
    return specOf(item, index * samples, samples, prompt)
  })
  const responses = await play({ ...deps, config }, 0, specs, deps.onProgress ?? (() => {}))
  return await grade(items, samples, responses, deps, config)
}

/** Grades given texts, one per item, as if a model had answered them. */
export async function gradeText(
  texts: readonly { readonly item: ReasoningItem; readonly text: string }[],
  deps: Pick<ReasoningDeps, 'prompts' | 'sandbox' | 'signal'>,
  config: RunConfig,
): Promise<GradedAnswer[]> {
  const items = texts.map(({ item }) => item)
  const responses = texts.map(({ item, text }, index): Response => ({
    id: item.id,
    spec: specOf(item, index, 1, { text: '', tokens: [] }),
    seed: 0,
    text,
    response: text,
    tokens: [],
    logprobs: [],
    stopReason: 'stop',
  }))
  return await grade(items, 1, responses, deps, config)
}

async function grade(
  items: readonly ReasoningItem[],
  samples: number,
  responses: readonly Response[],
  { prompts, sandbox, signal }: Pick<ReasoningDeps, 'prompts' | 'sandbox' | 'signal'>,
  config: RunConfig,
): Promise<GradedAnswer[]> {
  const { wallMs, memoryMb, outputChars } = config
  const limits = { wallMs, memoryBytes: memoryMb * 2 ** 20, outputChars }
  const execution = createExecution(sandbox, limits, signal)
  const judged = await verify({ prompts, config, execution, report: () => {} }, responses)
  return judged.flatMap(({ response, correct, undecided, status }, at): GradedAnswer[] => {
    const item = items[Math.floor(at / samples)]
    if (item === undefined) return []
    const { response: text, tokens, logprobs } = response
    const graded = { correct: correct === true, undecided, status, response: text }
    const read = prompts.readAnswer(item.kind, response.text)
    const reason = reasonOf(item, graded, read.ok ? '' : read.why)
    return [{ item, sample: at % samples, ...graded, reason, tokens, logprobs }]
  })
}

/** Why an answer is right, wrong or neither; unread: why no answer could be read from it. */
function reasonOf(
  item: ReasoningItem,
  { correct, undecided, status }: Pick<GradedAnswer, 'correct' | 'undecided' | 'status'>,
  unread: string,
): string {
  if (undecided) return 'the sandbox could not run it: not judged, and in no score'
  if (unread !== '') return unread
  if (status !== null && status !== 'ok') return `the sandbox: ${status}`
  if (item.kind !== 'deduction') {
    return `the output of the answer is ${correct ? '' : 'not '}the expected one`
  }
  return correct
    ? 'the value is the expected one'
    : `the value is not the expected one${expected(item)}`
}

const SHOWN = 80

/** For people, once an answer is wrong; empty for what is too long for a sentence. */
function expected({ pairs }: ReasoningItem): string {
  const text = shownValue(pairs[0]?.output ?? '')
  return text === '' || text.length > SHOWN ? '' : `, ${text}`
}

function specOf(item: ReasoningItem, index: number, samples: number, prompt: Prompt): EpisodeSpec {
  return {
    role: 'solve',
    kind: item.kind,
    purpose: 'attempt',
    index,
    samples,
    prompt,
    task: { ...item, step: 0 },
    references: [],
  }
}
