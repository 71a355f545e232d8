/**
 * Traces judged by a model through the engine's own sampling: greedy, a few at a time, each answer told as it comes.
 * Not here: rubric and verdicts (safety/judge.ts), keeping what was said (handlers/review.ts).
 */
import { availableParallelism } from 'node:os'
import { AppError, throwIfCancelled } from '../contract/errors.ts'
import type { Judgement } from '../contract/review.ts'
import type { Trace } from '../contract/safety.ts'
import type { SamplingClient } from '../engine/engine.ts'
import type { RemoteEngine } from '../contract/remote.ts'
import type { ChatMessage } from '../model/chat.ts'
import { readModelConfig } from '../model/adapter-folder.ts'
import { chatParts } from '../model/template.ts'
import { openTokenizer } from '../model/tokenizer.ts'
import { openSampling } from './open-engine.ts'
import { homeDirectory } from './paths.ts'
import { judgedText, readVerdict, RUBRIC } from '../safety/judge.ts'

export type Judged = Pick<Trace, 'id' | 'role' | 'kind' | 'response'>
export type JudgeOrder = {
  /** Folder of weights and tokenizer, or, of a model at a server, of its tokenizer. */
  readonly model: string
  readonly traces: readonly Judged[]
  readonly remote?: RemoteEngine
  /** Default: the usual one. */
  readonly home?: string
}

/** What a judge said of one trace: its words, and the verdict in them. */
export type Answer = Pick<Judgement, 'episode' | 'verdict' | 'response'>

export type JudgeOptions = {
  readonly signal: AbortSignal
  readonly onAnswer: (answer: Answer) => void
}

/** A judge that answers: any engine's weights with their tokenizer. */
export type Judge = {
  readonly client: SamplingClient
  readonly context: number
  readonly stopIds: readonly number[]
  readonly encode: (messages: readonly ChatMessage[]) => number[]
  readonly decode: (tokens: ArrayLike<number>) => string
}

/** With the weights of a folder on this machine's processor, or with a model at a server. */
export async function judgeWithModel(order: JudgeOrder, options: JudgeOptions): Promise<void> {
  const config = await readModelConfig(order.model)
  const codec = await openTokenizer(order.model, config)
  const { model, remote = null, home = homeDirectory() } = order
  const workers = Math.min(2, availableParallelism())
  const engine = await openSampling(model, remote, home, { device: 'cpu', workers })
  try {
    const judge: Judge = {
      client: await engine.createSamplingClient(order.model),
      context: config.maxPositions,
      stopIds: codec.stopIds,
      encode: (messages) => codec.encode(chatParts(codec, messages, { addGenerationPrompt: true })),
      decode: (tokens) => codec.decode(tokens),
    }
    await judgeTraces(judge, order.traces, options)
  } finally {
    await engine.close()
  }
}

const AT_ONCE = 4
const ANSWER_TOKENS = 400

/** In order. A trace that the judge cannot read is a value, like an answer that holds no verdict. */
export async function judgeTraces(
  judge: Judge,
  traces: readonly Judged[],
  { signal, onAnswer }: JudgeOptions,
): Promise<void> {
  for (let at = 0; at < traces.length; at += AT_ONCE) {
    throwIfCancelled(signal)
    const asked = traces
      .slice(at, at + AT_ONCE)
      .map((trace) => ({ trace, prompt: ask(judge, trace) }))
    const fine = asked.flatMap(({ prompt }) => (prompt.ok ? [prompt.tokens] : []))
    const answers = await sample(judge, fine, signal)
    for (const { trace, prompt } of asked) {
      const words = prompt.ok ? (answers.shift() ?? '') : ''
      const verdict = prompt.ok ? readVerdict(words, trace.response) : prompt
      onAnswer({ episode: trace.id, verdict, response: words })
    }
  }
}

type Asked =
  | { readonly ok: true; readonly tokens: readonly number[] }
  | { readonly ok: false; readonly why: string }

function ask({ encode, context }: Judge, trace: Judged): Asked {
  const messages = [
    { role: 'system', content: RUBRIC },
    { role: 'user', content: judgedText(trace) },
  ] as const
  try {
    const tokens = encode(messages)
    const left = context - tokens.length
    if (left >= ANSWER_TOKENS) return { ok: true, tokens }
    const why = `rubric and trace are ${tokens.length} tokens; the judge's context of ${context} leaves no room for an answer`
    return { ok: false, why }
  } catch (cause) {
    // A tokenizer may not know the characters, a template may refuse the messages.
    if (cause instanceof AppError) return { ok: false, why: cause.message.slice(0, 300) }
    throw cause
  }
}

async function sample(
  { client, stopIds, decode }: Judge,
  prompts: readonly (readonly number[])[],
  signal: AbortSignal,
): Promise<string[]> {
  if (prompts.length === 0) return []
  const requests = prompts.map((prompt) => ({ prompt, numSamples: 1, seed: 1 }))
  const params = { maxTokens: ANSWER_TOKENS, temperature: 0, topP: 1, topK: -1, stop: stopIds }
  const sequences = await client.sample(requests, params, { signal })
  return sequences.map(([first]) => (first === undefined ? '' : decode(first.tokens)))
}
