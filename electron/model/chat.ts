/**
 * Text to tokens and back, as the loop sees it. Not here: the tokenizer file itself (tokenizer.ts).
 */

/** A piece of a prompt. Untrusted text (model text, data) never becomes a special token. */
export type PromptPart = { readonly text: string; readonly trusted: boolean }

export type ChatMessage = {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface TextCodec {
  readonly vocabSize: number
  /** Ids that end a response. */
  readonly stopIds: readonly number[]
  /** Tokens of the parts, one after another; specials are recognised in trusted parts only. */
  encode(parts: readonly PromptPart[]): number[]
  /** Text of the tokens, special tokens written out; a final stop token is left away. */
  decode(tokens: ArrayLike<number>): string
}
