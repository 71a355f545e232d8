/**
 * Training sequences as the protocol has them, and back. Callers mean token sums; a server that takes means over
 * sequences is sent every coefficient times the number of sequences and the length of its own, which cancels both.
 * Pure. Source: tinker.md section 4.
 */
import { AppError } from '../../contract/errors.ts'
import type { Profile } from '../../contract/remote.ts'
import type { Datum, DatumOutput, LossName } from '../datum.ts'
import type { ForwardBackwardOutput } from '../engine.ts'

const CLIP = 0.2
const MAX_DATUMS = 1024
const MAX_BYTES = 4_000_000
/** Of one position as JSON: two ids and two numbers. */
const POSITION_BYTES = 70

type Tensor = {
  readonly data: readonly number[]
  readonly dtype: 'int64' | 'float32'
  readonly shape: readonly number[]
}
export type WireDatum = {
  readonly model_input: unknown
  readonly loss_fn_inputs: Readonly<Record<string, Tensor>>
}

/** What the protocol cannot say is never left out in silence. Throws AppError('engine'). */
export function checkRemoteData(data: readonly Datum[]): void {
  const has = (test: (datum: Datum) => boolean): boolean => data.some(test)
  if (has(({ klWeight }) => klWeight !== undefined)) throw missing('a KL term', 'proposerKl=0')
  if (has(({ entropyWeight }) => entropyWeight !== undefined)) {
    throw missing('an entropy bonus', 'entropyCoef=0')
  }
  if (has(({ dualClip }) => dualClip !== undefined)) throw missing('a dual clip', 'dualClip=0')
  const [first] = data
  const differs = ({ clipLow, clipHigh }: Datum): boolean =>
    clipLow !== first?.clipLow || clipHigh !== first?.clipHigh
  if (has(differs)) throw missing('clip bounds per sequence', 'equal ones')
}

const missing = (what: string, fix: string): AppError =>
  new AppError('engine', `forwardBackward: the Tinker protocol has no ${what}; train with ${fix}`)

/** Ratio bounds, not distances from 1. */
export function lossConfig(
  loss: LossName | null,
  [first]: readonly Datum[],
): { readonly loss_fn_config?: Readonly<Record<string, number>> } {
  if (loss !== 'ppo') return {}
  const { clipLow = CLIP, clipHigh = CLIP } = first ?? {}
  return {
    loss_fn_config: { clip_low_threshold: 1 - clipLow, clip_high_threshold: 1 + clipHigh },
  }
}

/** scale: what the server's own normalisation is undone with. loss null: log-probs only. */
export function wireDatum(
  { tokens, targets, weights, logprobs, advantages }: Datum,
  loss: LossName | null,
  scale: number,
): WireDatum {
  const floats = (values: Float32Array | undefined, factor = 1): Tensor => ({
    data: Array.from(values ?? new Float32Array(tokens.length), (value) => value * factor),
    dtype: 'float32',
    shape: [tokens.length],
  })
  // Where there is no target any token does: its coefficient is 0.
  const next = Array.from(targets, (target, at) => (target < 0 ? (tokens[at + 1] ?? 0) : target))
  const target_tokens: Tensor = { data: next, dtype: 'int64', shape: [tokens.length] }
  const inputs: Record<string, Tensor> =
    loss === null
      ? { target_tokens }
      : loss === 'cross_entropy'
        ? { target_tokens, weights: floats(weights, scale) }
        : { target_tokens, logprobs: floats(logprobs), advantages: floats(advantages, scale) }
  const chunks = [{ type: 'encoded_text', tokens: Array.from(tokens) }]
  return { model_input: { chunks }, loss_fn_inputs: inputs }
}

export function scaleOf(
  { reduction }: Pick<Profile, 'reduction'>,
  { tokens }: Datum,
  datums: number,
): number {
  return reduction === 'seq_mean' ? datums * tokens.length : 1
}

/** Parts that fit into one request. */
export function requestsOf(data: readonly Datum[]): Datum[][] {
  const parts: Datum[][] = []
  let bytes = 0
  for (const datum of data) {
    const own = datum.tokens.length * POSITION_BYTES
    const last = parts.at(-1)
    if (last === undefined || last.length === MAX_DATUMS || bytes + own > MAX_BYTES) {
      parts.push([datum])
      bytes = own
    } else {
      last.push(datum)
      bytes += own
    }
  }
  return parts
}

/** logprobs [T] by datum, as the server saw them. */
export function outputOf(
  data: readonly Datum[],
  seen: readonly (readonly number[])[],
  loss: LossName | null,
): ForwardBackwardOutput {
  const metrics = { lossSum: 0, klSum: 0, entropySum: 0, tokens: 0, clippedTokens: 0, ratioMax: 0 }
  const outputs = data.map((datum, index): DatumOutput => {
    const { length } = datum.tokens
    const output = { logprobs: new Float32Array(length), entropy: new Float32Array(length) }
    datum.targets.forEach((target, at) => {
      if (target < 0) return
      const logprob = seen[index]?.[at] ?? 0
      output.logprobs[at] = logprob
      // The server tells no entropies. The surprise at a sampled token estimates it without bias.
      output.entropy[at] = -logprob
      metrics.tokens += 1
      metrics.entropySum -= logprob
      if (loss !== null) addLoss(metrics, datum, at, logprob, loss)
    })
    return output
  })
  return { outputs, metrics }
}

type Sums = { lossSum: number; clippedTokens: number; ratioMax: number }

function addLoss(sums: Sums, datum: Datum, at: number, logprob: number, loss: LossName): void {
  if (loss === 'cross_entropy') {
    sums.lossSum -= logprob * (datum.weights?.[at] ?? 0)
    return
  }
  const advantage = datum.advantages?.[at] ?? 0
  const ratio = advantage === 0 ? 1 : Math.exp(logprob - (datum.logprobs?.[at] ?? 0))
  const plain = ratio * advantage
  const gain = loss === 'ppo' ? Math.min(plain, clipped(ratio, datum) * advantage) : plain
  sums.lossSum -= gain
  sums.clippedTokens += gain === plain ? 0 : 1
  sums.ratioMax = Math.max(sums.ratioMax, ratio)
}

function clipped(ratio: number, { clipLow = CLIP, clipHigh = CLIP }: Datum): number {
  return Math.min(Math.max(ratio, 1 - clipLow), 1 + clipHigh)
}
