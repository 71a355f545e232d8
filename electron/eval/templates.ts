/**
 * An instruction as each template puts it. Not here: the prompts of reasoning items (selfplay/prompts/).
 * Source: azr.md section 10: out of distribution, the preamble is used without the prefilled think tag.
 */
import { PREAMBLE } from '../selfplay/prompts/base.ts'
import type { PromptPart } from '../model/chat.ts'
import type { Ask, Template } from './benchmark.ts'

export type Wordings = {
  /** What a chat model or the preamble's user says. */
  readonly instruction: string
  /** What a base model continues. */
  readonly opening: string
  /** Where a continuation is over. */
  readonly ends: readonly string[]
}

export function asked({ instruction, opening, ends }: Wordings, template: Template): Ask {
  if (template === 'chat') return { parts: [untrusted(instruction)], ends: [] }
  if (template === 'azr')
    return { parts: [untrusted(`${PREAMBLE}${instruction}\nAssistant: `)], ends: ['\nUser:'] }
  return { parts: [untrusted(opening)], ends }
}

const untrusted = (text: string): PromptPart => ({ text, trusted: false })

/** A program as an answering model writes it. */
export const fenced = (program: string): string => `\`\`\`python\n${program}\n\`\`\``
