/**
 * What the trainer's own passes gave the tokens of responses: kept with the episode, and summed up against what the
 * sampler gave. Not here: the passes (update.ts).
 * Source: tinker-cookbook, `optim/kl_sample_train_v1` and `_v2`; http://joschu.net/blog/kl-approx.html
 */
import type { Episode, SeenTokens } from '../contract/episode.ts'
import type { DatumOutput } from '../engine/datum.ts'

type Response = Pick<Episode, 'promptTokens' | 'tokens' | 'logprobs'>

/** Of the response only: the last token of the prompt predicts its first. */
export function seenTokens(
  { promptTokens, tokens }: Response,
  { logprobs, entropy }: DatumOutput,
): SeenTokens {
  const first = Math.max(0, promptTokens.length - 1)
  const ofResponse = (values: Float32Array) =>
    Array.from(values.subarray(first, first + tokens.length))
  return { logprobs: ofResponse(logprobs), entropy: ofResponse(entropy) }
}

/** first: of the first pass, so that sampler and trainer had the same weights; last: of the last one. */
export type Seen = Response & { readonly first: DatumOutput; readonly last: DatumOutput }

export function seenMetrics(all: readonly Seen[]): Record<string, number> {
  const sums = { tokens: 0, difference: 0, squares: 0, ratio: 0 }
  for (const { promptTokens, logprobs, first, last } of all) {
    const start = promptTokens.length - 1
    logprobs.forEach((old, at) => {
      const difference = old - (first.logprobs[start + at] ?? old)
      sums.tokens += 1
      sums.difference += difference
      sums.squares += difference * difference
      sums.ratio += Math.exp((last.logprobs[start + at] ?? old) - old)
    })
  }
  const { tokens } = sums
  if (tokens === 0) return {}
  return {
    'update/klSampler1': sums.difference / tokens,
    'update/klSampler2': sums.squares / 2 / tokens,
    'update/ratioMean': sums.ratio / tokens,
  }
}
