/**
 * How strongly a token is coloured by one of its values. Colour is never alone: the value stands beside it on hover
 * and in numeric mode.
 */

export const COLOURINGS = ['none', 'logprob', 'advantage', 'surprise'] as const
export type Colouring = (typeof COLOURINGS)[number]

/** From -1 (towards the low colour) to 1 (towards the high one). */
export function tone(colouring: Colouring, logprob: number, advantage: number): number {
  if (!Number.isFinite(logprob)) return 0
  const probability = Math.exp(Math.min(0, logprob))
  switch (colouring) {
    case 'none':
      return 0
    // Certain tokens stay plain; what the model found unlikely stands out.
    case 'logprob':
      return probability - 1
    case 'advantage':
      return Math.max(-1, Math.min(1, advantage / 2))
    // What an update moves most: the advantage where the token was not certain anyway.
    case 'surprise':
      return Math.max(-1, Math.min(1, advantage * (1 - probability)))
    default:
      return colouring satisfies never
  }
}

/** A background for a tone, from the theme's tokens; empty where there is nothing to say. */
export function toneColour(value: number): string {
  if (Math.abs(value) < 0.02) return ''
  const token = value < 0 ? '--token-low' : '--token-high'
  // At most 42 %, so that text on it keeps its contrast in every theme.
  return `color-mix(in srgb, var(${token}) ${Math.round(Math.abs(value) * 42)}%, transparent)`
}

export function nextColouring(colouring: Colouring): Colouring {
  return COLOURINGS[(COLOURINGS.indexOf(colouring) + 1) % COLOURINGS.length] ?? 'none'
}
