/**
 * Inputs of MBPP+ whose types JSON cannot hold, brought back: tuples, sets, complex numbers.
 * Source: evalplus at 26d6d00, evalplus/data/mbpp.py (mbpp_deserialize_inputs), by task id.
 */
import { pyFloat, pyTuple } from '../../python/value.ts'
import type { PyValue } from '../../python/value.ts'

type Change = (input: readonly PyValue[]) => readonly PyValue[]

const tuple = (value: PyValue): PyValue => ('items' in value ? pyTuple(value.items) : value)

/** The members of a list that are lists become tuples. */
const tuplesIn = (value: PyValue): PyValue =>
  value.kind === 'list' ? { kind: 'list', items: value.items.map(tuple) } : value

const deepTuple = (value: PyValue): PyValue =>
  'items' in value ? pyTuple(value.items.map(deepTuple)) : value

const first =
  (change: (value: PyValue) => PyValue): Change =>
  (input) =>
    input.map((value, at) => (at === 0 ? change(value) : value))

const each =
  (change: (value: PyValue) => PyValue): Change =>
  (input) =>
    input.map(change)

const CHANGES: readonly (readonly [ids: string, change: Change])[] = [
  [
    '2 116 132 143 222 261 273 394 399 421 424 429 470 560 579 596 616 630 726 740 744 809',
    each(tuple),
  ],
  ['63 64 70 94 120 237 272 299 400 409 417 438 473 614 780', each(tuplesIn)],
  ['75 413 444 753', first(tuplesIn)],
  ['106 750', (input) => input.map((value, at) => (at === 1 ? tuple(value) : value))],
  ['250 307 405 446 617 720 763 808', first(tuple)],
  ['259 401 445', each((value) => tuple(tuplesIn(value)))],
  ['278', first((value) => tuple(tuplesIn(value)))],
  ['722', first(tupleValues)],
  ['580 615 791', each(deepTuple)],
  [
    '115',
    first((value) =>
      value.kind === 'list' ? { ...value, items: value.items.map(setOrDict) } : value,
    ),
  ],
  ['124', (input) => input.map((value, at) => (at === 0 ? floatOf(value) : complexOf(value)))],
  ['252', each(complexOf)],
]

const BY_ID: ReadonlyMap<string, Change> = new Map(
  CHANGES.flatMap(([ids, change]) =>
    ids.split(' ').map((id): [string, Change] => [`Mbpp/${id}`, change]),
  ),
)

/** The argument list as the reference expects it. */
export function typedInput(task: string, input: readonly PyValue[]): readonly PyValue[] {
  return BY_ID.get(task)?.(input) ?? input
}

function tupleValues(value: PyValue): PyValue {
  if (!('entries' in value)) return value
  return { kind: 'dict', entries: value.entries.map(([key, held]) => [key, tuple(held)]) }
}

/** Written as `[set(item) if len(item) else {} for item in items]`. */
function setOrDict(value: PyValue): PyValue {
  if (value.kind !== 'list') return value
  if (value.items.length === 0) return { kind: 'dict', entries: [] }
  return { kind: 'set', items: value.items }
}

function floatOf(value: PyValue): PyValue {
  return value.kind === 'str' ? pyFloat(Number(value.text)) : value
}

const COMPLEX =
  /^\(?(?<re>[-+]?[\d.]+(?:e[-+]?\d+)?(?![\d.]*j))?(?<im>[-+]?[\d.]*(?:e[-+]?\d+)?)j\)?$/

function complexOf(value: PyValue): PyValue {
  if (value.kind !== 'str') return value
  const found = COMPLEX.exec(value.text.replaceAll(' ', ''))
  if (found === null) {
    const re = Number(value.text)
    return Number.isNaN(re) ? value : { kind: 'complex', re, im: 0 }
  }
  const { re = '0', im = '' } = found.groups ?? {}
  return { kind: 'complex', re: Number(re), im: /\d/.test(im) ? Number(im) : Number(`${im}1`) }
}
