/**
 * The nodes of a graph as the runtime should get them: none that no output needs, and those that read no other node
 * first. The runtime goes back from the last output and, of a node's inputs, takes the later ones first: what stands
 * first is computed right before it is read, and not kept through half of the graph.
 */
import type { Graph, Node } from './graph.ts'

/** g with other nodes; bodies of Loops too. */
export function scheduled(g: Graph): Graph {
  const nodes = g.nodes.map(withBodies)
  const needed = neededNodes(g, nodes)
  const made = new Set(needed.flatMap((node) => node.outputs.map(({ name }) => name)))
  const isRoot = (node: Node): boolean => !namesRead(node).some((name) => made.has(name))
  const roots = needed.filter(isRoot)
  return { ...g, nodes: [...roots, ...needed.filter((node) => !isRoot(node))] }
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

function neededNodes({ outputs }: Graph, nodes: readonly Node[]): Node[] {
  const names = new Set(outputs.map(({ name }) => name))
  const kept = nodes.toReversed().filter((node) => {
    if (!node.outputs.some(({ name }) => names.has(name))) return false
    for (const name of namesRead(node)) names.add(name)
    return true
  })
  return kept.toReversed()
}

/** Inputs of a node, and what its body reads. */
export function namesRead(node: Node): string[] {
  const own = node.inputs.flatMap((value) => (value === null ? [] : [value.name]))
  const body = Object.values(node.attributes).flatMap((attribute) =>
    attribute.kind === 'graph'
      ? [...attribute.value.nodes.flatMap(namesRead), ...attribute.value.outputs.map(outputName)]
      : [],
  )
  return [...own, ...body]
}

const outputName = ({ name }: { readonly name: string }): string => name
