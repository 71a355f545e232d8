/**
 * The nodes of a graph as the runtime should get them: none that no output needs, and those that read no other node
 * first. The runtime goes back from the last output and, of a node's inputs, takes the later ones first: what stands
 * first is computed right before it is read, and not kept through half of the graph.
 */
import type { Graph, Node } from './graph.ts'

/** g with other nodes; bodies of Loops too. */
export function scheduled(g: Graph): Graph {
  const needed = neededNodes(g)
  const made = new Set<string>()
  for (const { node } of needed) for (const { name } of node.outputs) made.add(name)
  const roots: Node[] = []
  const others: Node[] = []
  for (const { node, reads } of needed) {
    if (reads.some((name) => made.has(name))) others.push(node)
    else roots.push(node)
  }
  return { ...g, nodes: [...roots, ...others] }
}

function withBodies(node: Node): Node {
  const entries = Object.entries(node.attributes)
  if (!entries.some(([, { kind }]) => kind === 'graph')) return node
  const attributes = entries.map(([name, attribute]) => [
    name,
    attribute.kind === 'graph' ? { ...attribute, value: scheduled(attribute.value) } : attribute,
  ])
  return { ...node, attributes: Object.fromEntries(attributes) }
}

/** Nodes on the way to an output, in order, with what each reads. */
function neededNodes({ nodes, outputs }: Graph) {
  const names = new Set(outputs.map(({ name }) => name))
  const kept: { readonly node: Node; readonly reads: readonly string[] }[] = []
  for (const given of nodes.toReversed()) {
    if (!given.outputs.some(({ name }) => names.has(name))) continue
    const node = withBodies(given)
    const reads = namesRead(node)
    for (const name of reads) names.add(name)
    kept.push({ node, reads })
  }
  return kept.toReversed()
}

/** Inputs of a node, and what its body reads. */
export function namesRead({ inputs, attributes }: Node): string[] {
  const names: string[] = []
  for (const value of inputs) if (value !== null) names.push(value.name)
  for (const name in attributes) {
    const attribute = attributes[name]
    if (attribute?.kind !== 'graph') continue
    for (const node of attribute.value.nodes) names.push(...namesRead(node))
    for (const value of attribute.value.outputs) names.push(value.name)
  }
  return names
}
