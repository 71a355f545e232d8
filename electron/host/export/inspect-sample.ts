/**
 * What every sample of an Inspect log has: one question, one answer, what they took, and the parts that may be empty
 * but that a viewer without Inspect's own reader expects to be there.
 * Not here: scores and headers (eval-log.ts, inspect.ts).
 * Source: UKGovernmentBEIS/inspect_ai at 499e6152, src/inspect_ai/log/_log.py; what the viewer reads:
 * meridianlabs-ai/ts-mono at 4df0a64, packages/inspect-common/src/types/generated.ts.
 */
type Exchange = {
  readonly model: string
  readonly prompt: string
  readonly promptTokens: number
  readonly response: string
  readonly responseTokens: number
  /** Whether the answer ended because nothing more was allowed. */
  readonly cut: boolean
}

export function exchangeOf({ model, prompt, response, cut, ...tokens }: Exchange) {
  const message = { role: 'assistant', content: response, source: 'generate', model }
  const usage = {
    input_tokens: tokens.promptTokens,
    output_tokens: tokens.responseTokens,
    total_tokens: tokens.promptTokens + tokens.responseTokens,
  }
  return {
    input: prompt,
    messages: [{ role: 'user', content: prompt, source: 'input' }, message],
    output: {
      model,
      choices: [{ message, stop_reason: cut ? 'max_tokens' : 'stop' }],
      completion: response,
      usage,
    },
    model_usage: { [model]: usage },
    role_usage: {},
    store: {},
    events: [],
    attachments: {},
  }
}
