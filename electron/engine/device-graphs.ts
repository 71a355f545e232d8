/**
 * The graphs of generation on a graphics device. Caches are tensors of the device that go in and come out; a run of
 * several steps is unrolled, since a Loop would wait for the CPU at every step.
 * Not here: the layers (cached-layer.ts), the draw (device-draw.ts), when what is run (device-decoder.ts).
 */
import { constant, createGraph, type Graph, input, output } from '../graph/graph.ts'
import { add, cast, less, logSoftmax, minimum, where } from '../graph/ops.ts'
import { concat, gather, gatherLast, reshape, split, zerosLike } from '../graph/ops-layout.ts'
import { sizeAt, type Value } from '../graph/value.ts'
import type { DecoderConfig } from '../model/config.ts'
import type { Weights } from '../model/parameters.ts'
import { chooseOnDevice, type DeviceDraw } from './device-draw.ts'
import { fusedAttend, type Precision } from './cached-attention.ts'
import { cachedLayer, type LayerContext, normed, type Stream } from './cached-layer.ts'
import type { Choice } from './draw.ts'
import {
  cacheInputs,
  cacheOutputs,
  type CacheShape,
  embedded,
  type WeightsOf,
} from './piece-graph.ts'

export type DeviceDecodeShape = CacheShape & { readonly steps: number; readonly choice: Choice }

/**
 * Steps of decoding. Inputs: weights, ids int32 [B, 1] (each row's next token), lengths int32 [B] (tokens in the
 * cache), limits int32 [B] (a row stands still once its cache holds that many), total int32 [] (the capacity),
 * uniforms [steps, B], inverseTemperature, topP and topK float32 [1, 1], key.L and value.L [B, Hk, capacity, D].
 * Outputs: tokens.S int32 [B, 1] of each step, logprobs [steps, B], next.key.L and next.value.L.
 */
export function deviceDecodeGraph(
  config: DecoderConfig,
  weightsOf: WeightsOf,
  shape: DeviceDecodeShape,
  precision: Precision,
): Graph {
  const g = createGraph('webgpu')
  const weights = weightsOf(g)
  const { slots, capacity, steps, choice } = shape
  const limits = input(g, 'limits', 'int32', [slots])
  const total = input(g, 'total', 'int32', [])
  const number = (name: string): Value => input(g, name, 'float32', [1, 1])
  const inputs: DeviceDraw = {
    inverseTemperature: number('inverseTemperature'),
    topP: number('topP'),
    topK: number('topK'),
  }
  const uniforms = input(g, 'uniforms', 'float32', [steps, slots])
  const draws = split(
    g,
    uniforms,
    Array.from({ length: steps }, () => 1),
    0,
  )
  let caches = cacheInputs(g, config, shape, precision)
  let ids = input(g, 'ids', 'int32', [slots, 1])
  let lengths = input(g, 'lengths', 'int32', [slots])
  const logprobs: Value[] = []
  draws.forEach((draw, step) => {
    const span = { lengths, total }
    const attend = fusedAttend(g, config, slots, capacity, span, precision)
    const context: LayerContext = { config, weights, attend }
    let stream = embedded(g, context, ids)
    caches = caches.map((past, layer) => {
      const result = cachedLayer(g, context, layer, stream, past)
      stream = result.stream
      return result.cache
    })
    const logits = logitsOf(g, config, weights, stream)
    ids = chooseOnDevice(g, choice, inputs, logits, reshape(g, draw, [slots, 1]))
    logprobs.push(reshape(g, gatherLast(g, logSoftmax(g, logits), ids), [1, slots]))
    output(g, ids, `tokens.${step}`)
    lengths = minimum(g, add(g, lengths, constant(g, 'int32', [1], [1])), limits)
  })
  output(g, concat(g, logprobs, 0), 'logprobs')
  cacheOutputs(g, caches)
  return g
}

/** Logits in float32 [M, V], whatever the weights are in. */
function logitsOf(g: Graph, config: DecoderConfig, weights: Weights, stream: Stream): Value {
  const weight = cast(g, weights.vector(g, 'model.norm.weight'), stream.hidden.dtype)
  const [normal] = normed(g, stream, weight, config.rmsEps)
  return cast(g, weights.unembed(g, normal), 'float32')
}

export const cacheTensorShape = (
  { kvHeads, headDim }: DecoderConfig,
  { slots, capacity }: CacheShape,
): number[] => [slots, kvHeads, capacity, headDim]

/** `cache` of one shape, its slots reordered by `order` int64 [slots'], longer by zeros: output `moved`. */
export function moveCacheGraph(
  config: DecoderConfig,
  from: CacheShape,
  to: CacheShape,
  precision: Precision,
): Graph {
  const g = createGraph('webgpu')
  const cache = input(g, 'cache', precision, cacheTensorShape(config, from))
  const order = input(g, 'order', 'int64', [to.slots])
  output(g, lengthened(g, gather(g, cache, order), to.capacity), 'moved')
  return g
}

function lengthened(g: Graph, cache: Value, capacity: number): Value {
  const missing = capacity - sizeAt(cache, 2)
  if (missing === 0) return cache
  const [slots, heads, , size] = cache.shape
  const shape = [slots ?? 0, heads ?? 0, missing, size ?? 0]
  return concat(g, [cache, zerosLike(g, { ...cache, shape })], 2)
}

/** `cache` with `prompt` [1, Hk, capacity', D] in every slot where `chosen` [slots, 1, 1, 1] is 1: output `placed`. */
export function placePromptGraph(
  config: DecoderConfig,
  shape: CacheShape,
  promptCapacity: number,
  precision: Precision,
): Graph {
  const g = createGraph('webgpu')
  const cache = input(g, 'cache', precision, cacheTensorShape(config, shape))
  const own = { slots: 1, capacity: promptCapacity }
  const prompt = input(g, 'prompt', precision, cacheTensorShape(config, own))
  const chosen = input(g, 'chosen', 'float32', [shape.slots, 1, 1, 1])
  const picks = less(g, constant(g, 'float32', [1, 1, 1, 1], [0.5]), chosen)
  output(g, where(g, picks, lengthened(g, prompt, shape.capacity), cache), 'placed')
  return g
}
