/**
 * Training on a graphics device by one worker: weights, moments and gradient sums stay there; statistics, the norm and,
 * when asked, the state come back. The same steps as trainer.ts, without anybody to share them with.
 * New state comes out of every run as new tensors and the old ones are disposed of: the device writes nothing in place.
 */
import { AppError } from '../contract/errors.ts'
import { createGraph, type Graph, input, output } from '../graph/graph.ts'
import { add, reduceSumSquare } from '../graph/ops.ts'
import { elementCount } from '../graph/value.ts'
import { trainableTensors } from '../model/lora.ts'
import { graphShape } from '../model/parameters.ts'
import type { TensorSpec } from '../model/tensors.ts'
import type { DeviceFeeds, DeviceTensor } from './device.ts'
import { type DeviceMemory, disposeAll, keptOf } from './device-memory.ts'
import { type DeviceModel, feedsOf, residentInputs } from './device-weights.ts'
import { DEVICE_GROUP } from './pieces.ts'
import type { GridStats, GridWork, MomentPiece } from './protocol.ts'
import {
  accumulatorName,
  gradientGraph,
  referenceName,
  statsGraph,
  type Trained,
  updateGraph,
} from './train-graph.ts'
import {
  adamScalars,
  floats,
  lossOptions,
  shapeKey,
  type StepParams,
  wantedStats,
} from './trainer.ts'
import type { WeightArrays } from './weights.ts'

export type DeviceTrainer = {
  readonly accumulate: (work: GridWork) => Promise<GridStats>
  readonly forward: (work: GridWork) => Promise<GridStats>
  readonly clear: () => void
  /** The sum of squares of the gradients. */
  readonly reduce: () => Promise<number>
  readonly update: (step: StepParams) => Promise<void>
  readonly weights: () => Promise<WeightArrays>
  readonly moments: () => Promise<readonly MomentPiece[]>
  readonly restore: (
    weights: WeightArrays,
    first: WeightArrays,
    second: WeightArrays,
  ) => Promise<void>
}

/** Tensors of each trained weight. */
type Moments = { readonly first: DeviceTensor; readonly second: DeviceTensor }

type State = {
  readonly memory: DeviceMemory
  readonly model: DeviceModel
  readonly trained: Trained
  readonly specs: readonly TensorSpec[]
  /** Weights that KL terms refer to, where they are no part of the model; uploaded when first asked for. */
  readonly readReference: () => Promise<WeightArrays>
  readonly moments: Map<string, Moments>
  /** Empty: zeros. */
  readonly sums: Map<string, DeviceTensor>
  reference: Promise<DeviceFeeds> | null
}

export async function createDeviceTrainer(
  memory: DeviceMemory,
  model: DeviceModel,
  recompute: boolean,
  readReference: () => Promise<WeightArrays>,
): Promise<DeviceTrainer> {
  const { config, source } = model
  const specs = trainableTensors(config, source.kind === 'stored' ? source.lora : null)
  const state: State = {
    memory,
    model,
    trained: { config, source, recompute },
    specs,
    readReference,
    moments: new Map(),
    sums: new Map(),
    reference: null,
  }
  for (const spec of specs) state.moments.set(spec.name, await freshMoments(memory, spec))
  return {
    accumulate: (work) => accumulate(state, work),
    forward: (work) => forward(state, work),
    clear: () => clear(state),
    reduce: () => reduce(state),
    update: (step) => update(state, step),
    weights: () => downloads(state, (name) => model.trained[name]),
    moments: () => exportMoments(state),
    restore: (weights, first, second) => restore(state, weights, first, second),
  }
}

async function freshMoments(memory: DeviceMemory, spec: TensorSpec): Promise<Moments> {
  const shape = graphShape(spec)
  return {
    first: await memory.zeros(shape, 'float32'),
    second: await memory.zeros(shape, 'float32'),
  }
}

/** A micro-batch with the narrow ids that WebGPU wants. */
function gridFeeds({ ids, sequence, documents, branches, rows, targets, inputs }: GridWork) {
  const narrow = (array: BigInt64Array): Int32Array => Int32Array.from(array, Number)
  return {
    ids: narrow(ids),
    positions: sequence,
    documents,
    branches,
    rows: narrow(rows),
    targets: narrow(targets),
    ...inputs,
  }
}

async function accumulate(state: State, work: GridWork): Promise<GridStats> {
  const { memory, model, trained, specs, sums } = state
  const loss = lossOptions(work)
  if (sums.size === 0) {
    for (const spec of specs) sums.set(spec.name, await memory.zeros(graphShape(spec), 'float32'))
  }
  const accumulators = Object.fromEntries(
    [...sums].map(([name, sum]) => [accumulatorName(name), sum] as const),
  )
  const feeds = {
    ...feedsOf(model),
    ...(loss.kl ? await referenceFeeds(state) : {}),
    ...accumulators,
    ...gridFeeds(work),
  }
  const kept = Object.keys(accumulators).map((name) => `next.${name}`)
  const key = `gradient ${shapeKey(work)} ${JSON.stringify(loss)}`
  const graph = () => residentInputs(gradientGraph(trained, work.shape, loss, 'webgpu'))
  const result = await memory.run(key, graph, kept, feeds)
  for (const [name, sum] of sums) {
    sums.set(name, keptOf(result, `next.${accumulatorName(name)}`))
    sum.dispose()
  }
  return picked(floats(result.read), wantedStats(loss))
}

const picked = (stats: GridStats, names: readonly string[]): GridStats =>
  Object.fromEntries(Object.entries(stats).filter(([name]) => names.includes(name)))

async function forward({ memory, model, trained }: State, work: GridWork): Promise<GridStats> {
  const key = `stats ${shapeKey(work)}`
  const graph = () => residentInputs(statsGraph(trained, work.shape, 'webgpu'))
  const { read } = await memory.run(key, graph, [], { ...feedsOf(model), ...gridFeeds(work) })
  return floats(read)
}

/** Frozen models are their own reference. */
function referenceFeeds(state: State): Promise<DeviceFeeds> {
  state.reference ??= uploadReference(state)
  return state.reference
}

async function uploadReference({ memory, model, specs, readReference }: State) {
  const feeds: Record<string, DeviceTensor> = {}
  if (model.source.kind === 'stored') return feeds
  const weights = await readReference()
  for (const spec of specs) {
    const numbers = weights[spec.name] ?? new Float32Array(0)
    feeds[referenceName(spec.name)] = await memory.upload(numbers, graphShape(spec), 'float32')
  }
  return feeds
}

function clear({ sums }: State): void {
  disposeAll(sums.values())
  sums.clear()
}

/** Neighbours that are updated in one run: few runs for small tensors, little memory for large ones. */
function groupsOf(specs: readonly TensorSpec[]): TensorSpec[][] {
  const groups: TensorSpec[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const spec of specs) {
    size += elementCount(spec.shape)
    if (size > DEVICE_GROUP) {
      groups.push([])
      size = elementCount(spec.shape)
    }
    groups.at(-1)?.push(spec)
  }
  return groups
}

const groupKey = (group: readonly TensorSpec[]): string =>
  group.map(({ shape, kind }) => `${kind}${shape.join('x')}`).join(' ')

async function reduce({ memory, specs, sums }: State): Promise<number> {
  let squares = 0
  for (const group of groupsOf(specs)) {
    const feeds = Object.fromEntries(
      group.flatMap(({ name }, index) => {
        const sum = sums.get(name)
        return sum === undefined ? [] : [[`x.${index}`, sum] as const]
      }),
    )
    if (Object.keys(feeds).length === 0) return 0
    const key = `squares ${groupKey(group)}`
    const { read } = await memory.run(key, () => squaresGraph(group), [], feeds)
    squares += Number(read['squares']?.data[0])
  }
  return squares
}

/** Sum of squares of inputs x.I: output `squares` []. */
function squaresGraph(group: readonly TensorSpec[]): Graph {
  const g = createGraph('webgpu')
  const squares = group.map((spec, index) => {
    const x = input(g, `x.${index}`, 'float32', graphShape(spec))
    return reduceSumSquare(
      g,
      x,
      x.shape.map((_, axis) => axis),
      false,
    )
  })
  const [first, ...rest] = squares
  if (first === undefined) throw new Error('squares: expected tensors')
  output(
    g,
    rest.reduce((sum, one) => add(g, sum, one), first),
    'squares',
  )
  return g
}

async function update(state: State, step: StepParams): Promise<void> {
  for (const group of groupsOf(state.specs)) await updateGroup(state, group, step)
  clear(state)
}

async function updateGroup(
  { memory, model, moments, sums }: State,
  group: readonly TensorSpec[],
  step: StepParams,
): Promise<void> {
  const feeds: Record<string, DeviceFeeds[string]> = { ...adamScalars(step) }
  const old: DeviceTensor[] = []
  group.forEach(({ name }, index) => {
    const [weight, moment, gradient] = [model.trained[name], moments.get(name), sums.get(name)]
    if (weight === undefined || moment === undefined || gradient === undefined) {
      throw new AppError('engine', `${name}: expected a gradient, found none`)
    }
    const { first, second } = moment
    for (const [kind, tensor] of Object.entries({ weight, first, second, gradient })) {
      feeds[`${kind}.${index}`] = tensor
    }
    old.push(weight, first, second)
  })
  const kept = group.flatMap((_, index) =>
    ['weight', 'first', 'second'].map((kind) => `next.${kind}.${index}`),
  )
  const graph = () => shapedUpdateGraph(group)
  const result = await memory.run(`update ${groupKey(group)}`, graph, kept, feeds)
  group.forEach(({ name }, index) => {
    model.trained[name] = keptOf(result, `next.weight.${index}`)
    moments.set(name, {
      first: keptOf(result, `next.first.${index}`),
      second: keptOf(result, `next.second.${index}`),
    })
  })
  disposeAll(old)
}

/** updateGraph over whole tensors in their own shapes: a flat view of a tensor would be another tensor. */
function shapedUpdateGraph(group: readonly TensorSpec[]): Graph {
  return updateGraph(
    group.map((spec) => ({
      name: spec.name,
      from: 0,
      to: elementCount(spec.shape),
      decayed: spec.kind !== 'vector',
      shape: graphShape(spec),
    })),
    'webgpu',
  )
}

async function downloads(
  { memory, specs }: State,
  read: (name: string) => DeviceTensor | undefined,
): Promise<WeightArrays> {
  const arrays: WeightArrays = {}
  for (const { name } of specs) {
    const tensor = read(name)
    if (tensor !== undefined) arrays[name] = await memory.download(tensor)
  }
  return arrays
}

async function exportMoments(state: State): Promise<MomentPiece[]> {
  const first = await downloads(state, (name) => state.moments.get(name)?.first)
  const second = await downloads(state, (name) => state.moments.get(name)?.second)
  return state.specs.map(({ name }) => ({
    name,
    from: 0,
    first: first[name] ?? new Float32Array(0),
    second: second[name] ?? new Float32Array(0),
  }))
}

async function restore(
  state: State,
  weights: WeightArrays,
  first: WeightArrays,
  second: WeightArrays,
): Promise<void> {
  const { memory, model, moments, specs } = state
  for (const spec of specs) {
    const up = async (arrays: WeightArrays): Promise<DeviceTensor> => {
      const numbers = arrays[spec.name]
      if (numbers === undefined) throw new AppError('engine', `${spec.name}: no state to restore`)
      return memory.upload(numbers, graphShape(spec), 'float32')
    }
    const old = moments.get(spec.name)
    model.trained[spec.name]?.dispose()
    if (old !== undefined) disposeAll([old.first, old.second])
    model.trained[spec.name] = await up(weights)
    moments.set(spec.name, { first: await up(first), second: await up(second) })
  }
  clear(state)
}
