/**
 * A mathematical answer as a tree: expressions, and the things made of them that answers consist of.
 * Not here: reading (tokens.ts, latex.ts), values (evaluate.ts), equality (equivalence.ts).
 */

export type MathNode =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  /** An operator or function by name; `pm` and `mp` stand for both signs. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly MathNode[] }
  /** Tuples and intervals look alike; brackets tell them apart where they matter. */
  | {
      readonly kind: 'tuple'
      readonly brackets: string
      readonly items: readonly MathNode[]
    }
  /** Order has no meaning; `set` also forgets repeats. */
  | { readonly kind: 'list' | 'set' | 'union'; readonly items: readonly MathNode[] }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly MathNode[])[] }
  | {
      readonly kind: 'relation'
      readonly op: string
      readonly left: MathNode
      readonly right: MathNode
    }
  /** unit in one spelling, `%` for percent. */
  | { readonly kind: 'unit'; readonly value: MathNode; readonly unit: string }

export const number = (text: string): MathNode => ({ kind: 'number', text })
export const symbol = (name: string): MathNode => ({ kind: 'symbol', name })
export const call = (name: string, ...args: readonly MathNode[]): MathNode => ({
  kind: 'call',
  name,
  args,
})

export function childrenOf(node: MathNode): readonly MathNode[] {
  if ('items' in node) return node.items
  if (node.kind === 'call') return node.args
  if (node.kind === 'matrix') return node.rows.flat()
  if (node.kind === 'relation') return [node.left, node.right]
  return node.kind === 'unit' ? [node.value] : []
}

/** The tree with every node replaced, children first. */
export function mapNodes(node: MathNode, change: (node: MathNode) => MathNode): MathNode {
  const into = (child: MathNode): MathNode => mapNodes(child, change)
  if ('items' in node) return change({ ...node, items: node.items.map(into) })
  if (node.kind === 'call') return change({ ...node, args: node.args.map(into) })
  if (node.kind === 'matrix')
    return change({ ...node, rows: node.rows.map((row) => row.map(into)) })
  if (node.kind === 'relation') {
    return change({ ...node, left: into(node.left), right: into(node.right) })
  }
  return change(node.kind === 'unit' ? { ...node, value: into(node.value) } : node)
}

export function someNode(node: MathNode, wanted: (node: MathNode) => boolean): boolean {
  return wanted(node) || childrenOf(node).some((child) => someNode(child, wanted))
}

/** Names of its symbols, each once. */
export function symbolsOf(node: MathNode): string[] {
  const names = node.kind === 'symbol' ? [node.name] : childrenOf(node).flatMap(symbolsOf)
  return [...new Set(names)]
}
