/**
 * Runs an automaton in one look at each unit of text: states that it can be in together are one state of a
 * deterministic automaton, made when first needed and forgotten when there are too many.
 * Not here: where matches begin and end (matcher.ts).
 * Source: Cox, "Regular Expression Matching in the Wild" (RE2's lazy DFA).
 */
import { KINDS } from './alphabet.ts'
import type { Alphabet, UnitKind } from './alphabet.ts'
import type { Program } from './program.ts'
import type { Edge } from './syntax.ts'

/** Where the automaton is: before a unit, with what it came past. */
export type Place = {
  /** States that it can be in; none: nothing can match any more. */
  readonly kernel: readonly number[]
  readonly before: UnitKind
  /** By letter; the one after the last stands for the end of the text. */
  readonly steps: (Step | undefined)[]
}

/** matched: patterns that end before the unit just read. */
export type Step = { readonly to: Place; readonly matched: readonly number[] }

export interface Automaton {
  /** before: what stands on the near side of the first unit. */
  start(before: UnitKind): Place
  /** Also kept as from.steps[letter]: ask here only when it is not there. */
  step(from: Place, letter: number): Step
}

const MAX_PLACES = 4_000
const NOTHING: readonly number[] = []

/** everywhere: a match may begin at any unit, not only at the first. */
export function automatonOf(
  { states, start }: Program,
  alphabet: Alphabet,
  { everywhere, backwards }: { readonly everywhere: boolean; readonly backwards: boolean },
): Automaton {
  let places = new Map<string, Place>()

  const placeOf = (kernel: readonly number[], before: UnitKind): Place => {
    const name = `${before} ${kernel.join(' ')}`
    const known = places.get(name)
    if (known !== undefined) return known
    if (places.size >= MAX_PLACES) places = new Map()
    const made: Place = { kernel, before, steps: [] }
    places.set(name, made)
    return made
  }

  const closure = closureOf(states, backwards)

  const advance = (from: Place, letter: number): Step => {
    const far = alphabet.kinds[letter] ?? KINDS.edge
    const reached = closure(from.kernel, from.before, far)
    const matched = reached.flatMap((at) => {
      const state = states[at]
      return state?.type === 'match' ? [state.pattern] : []
    })
    const next = new Set(everywhere ? [start] : NOTHING)
    for (const at of reached) {
      const state = states[at]
      if (state?.type === 'letter' && state.letters[letter] === 1) next.add(state.next)
    }
    const to = placeOf(
      [...next].toSorted((a, b) => a - b),
      far,
    )
    return { to, matched: matched.length === 0 ? NOTHING : matched }
  }

  return {
    start: (before) => placeOf([start], before),
    step: (from, letter) => {
      const made = advance(from, letter)
      from.steps[letter] = made
      return made
    },
  }
}

type Closure = (kernel: readonly number[], near: UnitKind, far: UnitKind) => number[]

/** All states that are reached without reading, between these two neighbours. */
function closureOf(states: Program['states'], backwards: boolean): Closure {
  const seen = new Uint32Array(states.length)
  let round = 0
  return (kernel, near, far) => {
    round += 1
    const [left, right] = backwards ? [far, near] : [near, far]
    const found: number[] = []
    const pending = [...kernel]
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (seen[at] === round) continue
      seen[at] = round
      const state = states[at]
      if (state === undefined) continue
      if (state.type === 'split') pending.push(...state.next)
      else if (state.type !== 'edge') found.push(at)
      else if (HOLDS[state.edge](left, right)) pending.push(state.next)
    }
    return found
  }
}

const HOLDS: Readonly<Record<Edge, (left: UnitKind, right: UnitKind) => boolean>> = {
  start: (left) => left === KINDS.edge,
  end: (_, right) => right === KINDS.edge,
  word: (left, right) => (left === KINDS.word) !== (right === KINDS.word),
  inside: (left, right) => (left === KINDS.word) === (right === KINDS.word),
}
