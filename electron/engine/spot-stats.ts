/**
 * From hidden states to what losses read at each position with a target: log-prob, entropy, KL to the reference.
 * Beyond some positions a stretch at a time, computed again in the backward pass: no tensor [M, V] exists then.
 */
import { checkpointed, constant, type Graph, only } from '../graph/graph.ts'
import { klToReference, tokenStats } from '../graph/loss.ts'
import { logSoftmax } from '../graph/ops.ts'
import { concat, gather, reshape, slice, split } from '../graph/ops-layout.ts'
import { sizeAt, type Value } from '../graph/value.ts'
import type { DecoderConfig } from '../model/config.ts'
import type { Weights } from '../model/parameters.ts'

/** Each [M]; kl null where no reference takes part. */
export type SpotStats = {
  readonly logprobs: Value
  readonly entropy: Value
  readonly kl: Value | null
}

/** hidden [M, D] under some weights. */
export type Policy = { readonly weights: Weights; readonly hidden: Value }

/** targets int64 or int32 [M]; rows: positions at a time. */
export function spotStats(
  g: Graph,
  config: DecoderConfig,
  policy: Policy,
  reference: Policy | null,
  targets: Value,
  rows: number,
): SpotStats {
  const count = sizeAt(policy.hidden, 0)
  if (count <= rows) return statsOf(g, policy, reference, targets)
  const head = policy.weights.trainable(config.tied ? 'model.embed_tokens.' : 'lm_head.')
  const parts: Value[] = []
  for (let from = 0; from < count; from += rows) {
    const to = Math.min(count, from + rows)
    const own = stretch(g, targets, from, to)
    const moving = [policy, ...(reference === null ? [] : [reference])].map(({ hidden }) =>
      slice(g, hidden, 0, from, to),
    )
    const part = ([now, old]: readonly Value[]): Value[] => {
      if (now === undefined) return []
      const before = old === undefined || reference === null ? null : { ...reference, hidden: old }
      return [stacked(g, statsOf(g, { ...policy, hidden: now }, before, own))]
    }
    parts.push(only(checkpointed(g, moving, head, part), 'logits'))
  }
  return unstacked(g, concat(g, parts, 1))
}

/** Entries [from, to) of ids [M]; WebGPU has no Slice for them. */
function stretch(g: Graph, ids: Value, from: number, to: number): Value {
  if (g.target === 'cpu') return slice(g, ids, 0, from, to)
  const order = Array.from({ length: to - from }, (_, index) => from + index)
  return gather(g, ids, constant(g, 'int32', [to - from], order))
}

function statsOf(
  g: Graph,
  { weights, hidden }: Policy,
  reference: Policy | null,
  targets: Value,
): SpotStats {
  const stats = tokenStats(g, weights.unembed(g, hidden), targets)
  const { logprobs, entropy } = stats
  if (reference === null) return { logprobs, entropy, kl: null }
  const old = logSoftmax(g, reference.weights.unembed(g, reference.hidden))
  return { logprobs, entropy, kl: klToReference(g, stats, old) }
}

/** One value [2 or 3, M]: whoever asks for one part gets all, so that no distribution waits for the second. */
function stacked(g: Graph, { logprobs, entropy, kl }: SpotStats): Value {
  const rows = kl === null ? [logprobs, entropy] : [logprobs, entropy, kl]
  return concat(
    g,
    rows.map((row) => reshape(g, row, [1, ...row.shape])),
    0,
  )
}

function unstacked(g: Graph, all: Value): SpotStats {
  const ones = Array.from({ length: sizeAt(all, 0) }, () => 1)
  const [logprobs, entropy, kl] = split(g, all, ones, 0).map((row) =>
    reshape(g, row, [sizeAt(all, 1)]),
  )
  if (logprobs === undefined || entropy === undefined) throw new Error('stats: two rows expected')
  return { logprobs, entropy, kl: kl ?? null }
}
