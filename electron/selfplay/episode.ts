/**
 * Scored responses as episodes: what is stored, shown and judged by safety rules.
 */
import type { Episode } from '../contract/episode.ts'
import type { Response, ScoredProposal, ScoredSolution } from './recipe.ts'

export type Scored = ScoredProposal | ScoredSolution

/** An episode before the update: no advantage, not trained. */
export function episodeOf(step: number, promptVersion: string, scored: Scored): Episode {
  const { response, task, status, correct, reward, rewardParts } = scored
  return {
    ...bare(step, promptVersion, response),
    task: task?.id ?? null,
    status,
    outcomes: 'probes' in scored ? scored.probes : scored.outcomes,
    correct,
    reward: reward ?? 0,
    rewardParts,
  }
}

/** An episode of which only the response is known yet. */
export function bare(step: number, promptVersion: string, response: Response): Episode {
  const { spec } = response
  return {
    id: response.id,
    step,
    role: spec.role,
    kind: spec.kind,
    purpose: spec.purpose,
    task: spec.task?.id ?? null,
    prompt: spec.prompt.text,
    promptTokens: spec.prompt.tokens,
    promptVersion,
    references: spec.references.map(({ id }) => id),
    response: response.response,
    tokens: response.tokens,
    logprobs: response.logprobs,
    stopReason: response.stopReason,
    seed: response.seed,
    status: null,
    outcomes: [],
    correct: null,
    reward: 0,
    rewardParts: {},
    advantage: 0,
    trained: false,
  }
}
