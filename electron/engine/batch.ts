/**
 * Packs datums into grids of B rows of T tokens. Several datums share a row; datums with the same prompt share
 * its tokens as the trunk of a tree (one prompt and its n answers are one document with n branches).
 * Pure. Not here: which worker gets which grid (local.ts).
 */
import type { Datum } from './datum.ts'

/** One position with a target: where its hidden state lies and what it came from. */
export type Spot = { readonly cell: number; readonly datum: number; readonly at: number }

/** One micro-batch. Arrays of B * T cells; spots are the positions with a target, padded to `positions`. */
export type Grid = {
  readonly rows: number
  readonly length: number
  readonly positions: number
  readonly ids: BigInt64Array
  readonly sequence: BigInt64Array
  readonly documents: Float32Array
  readonly branches: Float32Array
  readonly spots: readonly Spot[]
  /** Whether any datum in it has a KL weight. */
  readonly kl: boolean
}

export type BatchLimits = {
  /** Cells (tokens with padding) of one micro-batch; a longer datum has one for itself. */
  readonly tokens: number
  /** Shortest row; rows are this times a power of two. */
  readonly row: number
}

/** Shorter shared prompts are not worth a tree. */
const MIN_TRUNK = 4

type Document = {
  /** Datum indices; all have the trunk's tokens in common. */
  readonly members: readonly number[]
  readonly trunk: number
  readonly length: number
}

/** Grids that hold every datum once, those with KL weights apart. Deterministic in the order of data. */
export function packGrids(data: readonly Datum[], limits: BatchLimits): Grid[] {
  const indices = data.map((_, index) => index)
  const withKl = indices.filter((index) => data[index]?.klWeight !== undefined)
  const without = indices.filter((index) => data[index]?.klWeight === undefined)
  return [...packPart(data, without, limits, false), ...packPart(data, withKl, limits, true)]
}

function packPart(
  data: readonly Datum[],
  indices: readonly number[],
  limits: BatchLimits,
  kl: boolean,
): Grid[] {
  const isLong = (index: number): boolean => lengthOf(data, index) > limits.tokens
  const short = indices.filter((index) => !isLong(index))
  const long = Map.groupBy(indices.filter(isLong), (index) =>
    rowLength(lengthOf(data, index), limits),
  )
  const shortest = Math.max(limits.row, ...short.map((index) => lengthOf(data, index)))
  return [
    ...packLength(data, short, rowLength(shortest, limits), limits, kl),
    ...[...long]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([length, own]) => packLength(data, own, length, limits, kl)),
  ]
}

const lengthOf = (data: readonly Datum[], index: number): number => data[index]?.tokens.length ?? 0

/** Grids of rows of one length. */
function packLength(
  data: readonly Datum[],
  indices: readonly number[],
  length: number,
  limits: BatchLimits,
  kl: boolean,
): Grid[] {
  if (indices.length === 0) return []
  const rows = packRows(documentsOf(data, indices, length), length)
  const perGrid = Math.max(1, Math.floor(limits.tokens / length))
  const grids = Math.ceil(rows.length / perGrid)
  return Array.from({ length: grids }, (_, index) =>
    fillGrid(data, rows.slice(index * perGrid, (index + 1) * perGrid), perGrid, length, kl),
  )
}

/** Up to a micro-batch a power of two, or the micro-batch itself; beyond it quarters of one, so that few differ. */
export function rowLength(longest: number, limits: BatchLimits): number {
  if (longest > limits.tokens) {
    const step = Math.max(limits.row, 2 ** Math.floor(Math.log2(longest)) / 4)
    return Math.ceil(longest / step) * step
  }
  let length = limits.row
  while (length < longest) length *= 2
  return Math.min(length, Math.max(limits.tokens, longest))
}

/** First position with a target: everything up to and with it is the prompt. */
function trunkLength(datum: Datum): number {
  return datum.targets.findIndex((target) => target >= 0) + 1
}

/** Groups datums with equal prompts, splitting where a tree would outgrow a row. */
function documentsOf(data: readonly Datum[], indices: readonly number[], row: number): Document[] {
  const open = new Map<string, { members: number[]; trunk: number; length: number }>()
  const documents: Document[] = []
  for (const index of indices) {
    const datum = data[index]
    if (datum === undefined) continue
    const trunk = trunkLength(datum)
    if (trunk < MIN_TRUNK) {
      documents.push({ members: [index], trunk: 0, length: datum.tokens.length })
      continue
    }
    const key = datum.tokens.subarray(0, trunk).join(' ')
    const known = open.get(key)
    const branch = datum.tokens.length - trunk
    if (known !== undefined && known.length + branch <= row) {
      known.members.push(index)
      known.length += branch
      continue
    }
    const fresh = { members: [index], trunk, length: datum.tokens.length }
    open.set(key, fresh)
    documents.push(fresh)
  }
  return documents
}

/** First fit, longest first. */
function packRows(documents: readonly Document[], length: number): Document[][] {
  const order = documents.toSorted(
    (a, b) => b.length - a.length || (a.members[0] ?? 0) - (b.members[0] ?? 0),
  )
  const rows: { documents: Document[]; left: number }[] = []
  for (const document of order) {
    const row = rows.find(({ left }) => left >= document.length)
    if (row === undefined) rows.push({ documents: [document], left: length - document.length })
    else {
      row.documents.push(document)
      row.left -= document.length
    }
  }
  return rows.map((row) => row.documents)
}

function fillGrid(
  data: readonly Datum[],
  packed: readonly (readonly Document[])[],
  rows: number,
  length: number,
  kl: boolean,
): Grid {
  const cells = rows * length
  const grid = {
    rows,
    length,
    ids: new BigInt64Array(cells),
    sequence: new BigInt64Array(cells),
    documents: new Float32Array(cells).fill(-1),
    branches: new Float32Array(cells),
    kl,
  }
  const spots: Spot[] = []
  packed.forEach((documents, row) => {
    let cell = row * length
    documents.forEach((document, number) => {
      cell = placeDocument(data, document, number, cell, grid, spots)
    })
  })
  return { ...grid, spots, positions: roundPositions(spots.length, cells) }
}

type Cells = Pick<Grid, 'ids' | 'sequence' | 'documents' | 'branches'>

function placeDocument(
  data: readonly Datum[],
  { members, trunk }: Document,
  number: number,
  start: number,
  grid: Cells,
  spots: Spot[],
): number {
  let cell = start
  members.forEach((index, branch) => {
    const datum = data[index]
    if (datum === undefined) return
    // The trunk is written once, by the first member; later members begin behind it.
    const from = branch === 0 ? 0 : trunk
    for (let at = from; at < datum.tokens.length; at += 1, cell += 1) {
      grid.ids[cell] = BigInt(datum.tokens[at] ?? 0)
      grid.sequence[cell] = BigInt(at)
      grid.documents[cell] = number
      grid.branches[cell] = at < trunk ? 0 : branch + 1
      if ((datum.targets[at] ?? -1) >= 0) spots.push({ cell, datum: index, at })
    }
    // The last prompt token predicts the first answer token of every branch.
    if (branch > 0) spots.push({ cell: start + trunk - 1, datum: index, at: trunk - 1 })
  })
  return cell
}

/** Few distinct sizes, so that few sessions are made: half the cells, all of them, and so on in powers of two. */
function roundPositions(count: number, cells: number): number {
  let positions = Math.max(1, Math.ceil(cells / 2))
  while (positions < count) positions *= 2
  return positions
}

/** A loss input gathered at the spots of a grid, zero behind them. */
export function gatherSpots(
  data: readonly Datum[],
  grid: Grid,
  read: (datum: Datum, at: number) => number,
): Float32Array {
  const values = new Float32Array(grid.positions)
  grid.spots.forEach(({ datum, at }, index) => {
    const source = data[datum]
    if (source !== undefined) values[index] = read(source, at)
  })
  return values
}
