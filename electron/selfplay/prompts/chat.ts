/**
 * Prompts for chat models: the instruction as one user message. The model thinks in whatever way it was taught;
 * what counts is the answer block. The chat template is the codec's (model/).
 */
import type { PromptSet } from './prompts.ts'
import { answerOf, readAnswer, readProposal } from './reading.ts'
import { proposeText, solveText } from './wording.ts'

const CLOSING = '\n\nThink first. Then give the final answer between <answer> and </answer>.'

export const CHAT_PROMPTS: PromptSet = {
  version: 'chat/1',
  prefill: '',
  chat: true,
  propose: (kind, options) => [message(proposeText(kind, options))],
  solve: (task) => [message(solveText(task))],
  readProposal: (kind, response, options) =>
    readProposal(kind, response, answerOf(response) !== null, options),
  readAnswer: (kind, response) => readAnswer(kind, response, answerOf(response) !== null),
}

function message(instruction: string) {
  return { text: instruction + CLOSING, trusted: false }
}
