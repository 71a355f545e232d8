/**
 * How strongly a token is coloured by one of its values. Colour is never alone: the value stands beside it on hover
 * and in numeric mode. Not here: where the values come from (token-values.ts).
 */
import type { TokenValues } from './token-values.ts'

export const COLOURINGS = ['none', 'logprob', 'advantage', 'ratio', 'entropy', 'surprise'] as const
export type Colouring = (typeof COLOURINGS)[number]

const bounded = (value: number): number => Math.max(-1, Math.min(1, value))

/** Nats at which a token counts as wholly undecided: as if among twelve. */
const UNDECIDED = 2.5
/** Ratios that far from 1 have the full colour: usual clips are near. */
const FAR = Math.log(1.25)

/** From -1 (towards the low colour) to 1 (towards the high one); 0 where there is no value. */
export function tone(colouring: Colouring, values: TokenValues): number {
  // A piece of no token has none.
  if (!Number.isFinite(values.logprob)) return 0
  const value = toneOf(colouring, values)
  return Number.isFinite(value) ? value : 0
}

function toneOf(colouring: Colouring, values: TokenValues): number {
  const { probability, advantage, ratio, entropy } = values
  switch (colouring) {
    case 'none':
      return 0
    // Certain tokens stay plain; what the model found unlikely stands out.
    case 'logprob':
      return probability - 1
    case 'advantage':
      return bounded((advantage ?? 0) / 2)
    case 'ratio':
      return ratio === null ? 0 : bounded(Math.log(ratio) / FAR)
    case 'entropy':
      return entropy === null ? 0 : bounded(entropy / UNDECIDED)
    // What an update moves most: the advantage where the token was not certain anyway.
    case 'surprise':
      return bounded((advantage ?? 0) * (1 - probability))
    default:
      return colouring satisfies never
  }
}

/** The number that stands below a token in numeric mode; null: none is known. */
export function shownValue(colouring: Colouring, values: TokenValues): number | null {
  if (colouring === 'advantage' || colouring === 'surprise') return values.advantage
  if (colouring === 'ratio') return values.ratio
  return colouring === 'entropy' ? values.entropy : values.logprob
}

/** A background for a tone, from the theme's tokens; empty where there is nothing to say. */
export function toneColour(value: number): string {
  if (Math.abs(value) < 0.02) return ''
  const token = value < 0 ? '--token-low' : '--token-high'
  // At most 42 %, so that text on it keeps its contrast in every theme.
  return `color-mix(in srgb, var(${token}) ${Math.round(Math.abs(value) * 42)}%, transparent)`
}

/** ratio and entropy are the trainer's: without it there is nothing to colour by. */
export function colouringsFor(hasSeen: boolean): readonly Colouring[] {
  return COLOURINGS.filter((one) => hasSeen || (one !== 'ratio' && one !== 'entropy'))
}

export function nextColouring(colouring: Colouring, among: readonly Colouring[]): Colouring {
  return among[(among.indexOf(colouring) + 1) % among.length] ?? 'none'
}
