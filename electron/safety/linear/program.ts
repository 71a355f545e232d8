/**
 * A pattern's tree as a nondeterministic automaton, forwards or backwards.
 * Not here: running it (automaton.ts). Source: Thompson 1968; Cox, "Regular Expression Matching Can Be Simple And Fast".
 */
import type { Alphabet } from './alphabet.ts'
import type { Edge, Node } from './syntax.ts'

export type State =
  | { readonly type: 'letter'; readonly letters: Uint8Array; readonly next: number }
  | { readonly type: 'edge'; readonly edge: Edge; readonly next: number }
  | { readonly type: 'split'; next: readonly number[] }
  | { readonly type: 'match'; readonly pattern: number }

export type Program = { readonly states: readonly State[]; readonly start: number }

/** What one pattern may need: counts are written out, so `.{200}` needs 200. */
export const MAX_STATES = 2_000

/** null when a pattern needs too many states. Reading backwards, what comes first comes last. */
export function programOf(
  nodes: readonly Node[],
  alphabet: Alphabet,
  backwards: boolean,
): Program | null {
  const states: State[] = []
  const limit = MAX_STATES * nodes.length
  const sets = new Map<string, Uint8Array>()
  const add = (state: State): number => {
    if (states.length < limit) states.push(state)
    return states.length - 1
  }
  const lettersOf = (node: Node & { readonly type: 'units' }): Uint8Array => {
    const name = node.units.join(' ')
    const known = sets.get(name) ?? new Uint8Array(alphabet.size)
    if (!sets.has(name)) for (const letter of alphabet.within(node.units)) known[letter] = 1
    sets.set(name, known)
    return known
  }
  /** The entry of node, which goes on at next. */
  const enter = (node: Node, next: number): number => {
    if (states.length >= limit) return next
    if (node.type === 'units') return add({ type: 'letter', letters: lettersOf(node), next })
    if (node.type === 'edge') return add({ type: 'edge', edge: node.edge, next })
    if (node.type === 'repeat') return repeat(node, next)
    if (node.type === 'any') {
      return add({ type: 'split', next: node.nodes.map((inner) => enter(inner, next)) })
    }
    const order = backwards ? node.nodes : node.nodes.toReversed()
    return order.reduce((after, inner) => enter(inner, after), next)
  }
  const repeat = ({ node, min, max }: Node & { type: 'repeat' }, next: number): number => {
    let entry = next
    if (max === Infinity) {
      const loop: State & { type: 'split' } = { type: 'split', next: [] }
      entry = add(loop)
      loop.next = [enter(node, entry), next]
    } else {
      for (let count = min; count < max && states.length < limit; count += 1) {
        entry = add({ type: 'split', next: [enter(node, entry), next] })
      }
    }
    for (let count = 0; count < min && states.length < limit; count += 1) entry = enter(node, entry)
    return entry
  }
  const starts = nodes.map((node, pattern) => enter(node, add({ type: 'match', pattern })))
  const start = add({ type: 'split', next: starts })
  return states.length >= limit ? null : { states, start }
}
