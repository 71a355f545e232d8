/**
 * What was asked of a server, counted here: the protocol reports no costs.
 */

export type Usage = {
  requests: number
  retries: number
  promptTokens: number
  sampledTokens: number
  trainedTokens: number
  /** Wall-clock time of sampling calls. */
  samplingMs: number
}

export const newUsage = (): Usage => ({
  requests: 0,
  retries: 0,
  promptTokens: 0,
  sampledTokens: 0,
  trainedTokens: 0,
  samplingMs: 0,
})
