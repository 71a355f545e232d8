/**
 * Prompts for base models: plain text without special tokens, the response begun with an opening think tag.
 * Source: azr.md 3.1.
 */
import type { PromptSet } from './prompts.ts'
import { hasThinkAndAnswer, readAnswer, readProposal } from './reading.ts'
import { proposeText, solveText } from './wording.ts'

/** Opens every prompt for base models; evaluation uses it too. */
export const PREAMBLE = `Below, a user asks and an assistant answers. The assistant thinks first and answers then: its thoughts stand between <think> and </think>, its final answer between <answer> and </answer>.

User: `

export const BASE_PROMPTS: PromptSet = {
  version: 'base/1',
  prefill: '<think>',
  propose: (kind, options) => [plain(proposeText(kind, options))],
  solve: (task) => [plain(solveText(task))],
  readProposal: (kind, response, options) =>
    readProposal(kind, response, hasThinkAndAnswer(response), options),
  readAnswer: (kind, response) => readAnswer(kind, response, hasThinkAndAnswer(response)),
}

// Base models know no special tokens, so all of it is text.
function plain(instruction: string) {
  return { text: `${PREAMBLE}${instruction}\nAssistant: `, trusted: false }
}
