/**
 * Data to micro-batches and back: what a worker is fed for one grid, and where its statistics belong. Pure.
 * Not here: which datum lies where in a grid (batch.ts).
 */
import { gatherSpots, type Grid } from './batch.ts'
import type { Datum, DatumOutput, LossName } from './datum.ts'
import type { ForwardBackwardOutput } from './engine.ts'
import type { GridStats, GridWork } from './protocol.ts'

type Reader = readonly [name: string, read: (datum: Datum, at: number) => number]

const CLIP = 0.2
/** Stands for no dual clip where a batch mixes both: no ratio gets there. */
const UNBOUNDED = 1e6

const LOSS_INPUTS: Readonly<Record<LossName, readonly Reader[]>> = {
  cross_entropy: [['weights', (datum, at) => datum.weights?.[at] ?? 0]],
  importance_sampling: [
    ['old', (datum, at) => datum.logprobs?.[at] ?? 0],
    ['advantages', (datum, at) => datum.advantages?.[at] ?? 0],
  ],
  ppo: [
    ['old', (datum, at) => datum.logprobs?.[at] ?? 0],
    ['advantages', (datum, at) => datum.advantages?.[at] ?? 0],
    ['clipLow', (datum) => datum.clipLow ?? CLIP],
    ['clipHigh', (datum) => datum.clipHigh ?? CLIP],
  ],
}

/** loss null: statistics only. */
export function gridWork(data: readonly Datum[], grid: Grid, loss: LossName | null): GridWork {
  const readers = loss === null ? [] : lossReaders(data, grid, loss)
  const index = (read: (spot: Grid['spots'][number]) => number): BigInt64Array => {
    const values = new BigInt64Array(grid.positions)
    grid.spots.forEach((spot, at) => (values[at] = BigInt(read(spot))))
    return values
  }
  const { rows, length, positions, ids, sequence, documents, branches } = grid
  return {
    shape: { rows, length, positions },
    loss: loss ?? 'cross_entropy',
    ids,
    sequence,
    documents,
    branches,
    rows: index(({ cell }) => cell),
    targets: index(({ datum, at }) => data[datum]?.targets[at] ?? 0),
    inputs: Object.fromEntries(
      readers.map(([name, read]) => [name, gatherSpots(data, grid, read)]),
    ),
  }
}

function lossReaders(data: readonly Datum[], grid: Grid, loss: LossName): Reader[] {
  const readers: Reader[] = [...LOSS_INPUTS[loss]]
  if (grid.kl) readers.push(['klWeight', (datum, at) => datum.klWeight?.[at] ?? 0])
  if (grid.spots.some(({ datum }) => data[datum]?.dualClip !== undefined)) {
    readers.push(['dualClip', (datum) => datum.dualClip ?? UNBOUNDED])
  }
  if (grid.spots.some(({ datum }) => data[datum]?.entropyWeight !== undefined)) {
    readers.push(['entropyWeight', (datum, at) => datum.entropyWeight?.[at] ?? 0])
  }
  return readers
}

type Metrics = {
  lossSum: number
  klSum: number
  entropySum: number
  tokens: number
  clippedTokens: number
  ratioMax: number
}

/** Statistics of all grids, sorted back to the positions of the data. stats[i] belongs to grids[i]. */
export function collect(
  data: readonly Datum[],
  grids: readonly Grid[],
  stats: readonly GridStats[],
): ForwardBackwardOutput {
  const outputs = data.map(({ tokens }): DatumOutput => ({
    logprobs: new Float32Array(tokens.length),
    entropy: new Float32Array(tokens.length),
  }))
  const metrics = { lossSum: 0, klSum: 0, entropySum: 0, tokens: 0, clippedTokens: 0, ratioMax: 0 }
  grids.forEach((grid, index) => {
    const found = stats[index] ?? {}
    metrics.lossSum += found['loss']?.[0] ?? 0
    metrics.tokens += grid.spots.length
    grid.spots.forEach(({ datum, at }, spot) => {
      const output = outputs[datum]
      if (output === undefined) return
      output.logprobs[at] = found['logprobs']?.[spot] ?? 0
      output.entropy[at] = found['entropy']?.[spot] ?? 0
      metrics.entropySum += found['entropy']?.[spot] ?? 0
      metrics.klSum += found['kl']?.[spot] ?? 0
      addRatio(metrics, data[datum], at, found['ratio']?.[spot] ?? 1)
    })
  })
  return { outputs, metrics }
}

/** A token is clipped where the clip takes its gradient away: the ratio has left the range on the advantage's side. */
function addRatio(metrics: Metrics, datum: Datum | undefined, at: number, ratio: number): void {
  const advantage = datum?.advantages?.[at] ?? 0
  const tooLow = advantage < 0 && ratio < 1 - (datum?.clipLow ?? CLIP)
  const tooHigh = advantage > 0 && ratio > 1 + (datum?.clipHigh ?? CLIP)
  if (tooLow || tooHigh) metrics.clippedTokens += 1
  metrics.ratioMax = Math.max(metrics.ratioMax, ratio)
}
