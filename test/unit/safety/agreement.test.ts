import { expect, test } from 'vitest'
import { cohenKappa, DISAGREEMENTS, krippendorffAlpha } from '../../../electron/safety/agreement.ts'
import { percentAgreement } from '../../../electron/safety/agreement.ts'
import type { RatedItem, Value } from '../../../electron/safety/agreement.ts'

/** One row per rater, `.` where a rater said nothing. */
function rated(...rows: readonly string[]): RatedItem[] {
  const raters = rows.map((row) => row.split(' '))
  return (raters[0] ?? []).map((_, at) => ({
    item: String(at),
    values: new Map(
      raters.flatMap((row, rater): [string, Value][] => {
        const cell = row[at] ?? '.'
        return cell === '.' ? [] : [[`r${rater}`, /^\d/.test(cell) ? Number(cell) : cell]]
      }),
    ),
  }))
}

/** Two raters from a table of counts: rows are what the first said. */
function fromTable(table: readonly (readonly number[])[]): RatedItem[] {
  return table.flatMap((row, a) =>
    row.flatMap((count, b) =>
      Array.from({ length: count }, (_, at) => ({
        item: `${a}/${b}/${at}`,
        values: new Map([
          ['r0', a],
          ['r1', b],
        ]),
      })),
    ),
  )
}

const PAIR = ['r0', 'r1'] as const

/** Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011.1.25), examples A, B and C. */
const KRIPPENDORFF_A = rated('0 1 0 0 0 0 0 0 1 0', '1 1 1 0 0 1 0 0 0 0')
const KRIPPENDORFF_B = rated('a a b b d c c c e d d a', 'b a b b b c c c e d d d')
const KRIPPENDORFF_C = rated(
  '1 2 3 3 2 1 4 1 2 . . .',
  '1 2 3 3 2 2 4 1 2 5 . 3',
  '. 3 3 3 2 3 4 2 2 5 1 .',
  '1 2 3 3 2 4 4 1 2 5 1 .',
)

test.each([
  ['A, two raters and two values', KRIPPENDORFF_A, 'nominal', 0.095],
  ['B, two raters and five names', KRIPPENDORFF_B, 'nominal', 0.692],
  ['C, four raters with gaps, nominal', KRIPPENDORFF_C, 'nominal', 0.743],
  ['C, ordinal', KRIPPENDORFF_C, 'ordinal', 0.815],
  ['C, interval', KRIPPENDORFF_C, 'interval', 0.849],
] as const)("alpha is that of Krippendorff's example %s", (_, items, level, published) => {
  expect(krippendorffAlpha(items, level)?.value).toBeCloseTo(published, 3)
})

/** Cohen 1968, Psychological Bulletin 70, table 1: proportions of 200 cases with his own weights. */
const COHEN_1968 = fromTable([
  [88, 10, 2],
  [14, 40, 6],
  [18, 10, 12],
])
const COHEN_WEIGHTS = [
  [0, 1, 3],
  [1, 0, 6],
  [3, 6, 0],
]

test('kappa and weighted kappa are those that Cohen reports', () => {
  const own = (a: Value, b: Value) => COHEN_WEIGHTS[Number(a)]?.[Number(b)] ?? Number.NaN
  expect(cohenKappa(COHEN_1968, PAIR)?.value).toBeCloseTo(0.492, 3)
  expect(cohenKappa(COHEN_1968, PAIR, own)?.value).toBeCloseTo(0.348, 3)
})

test('linear weights give what vcd::Kappa prints for the couples of Agresti and Winner', () => {
  const couples = fromTable([
    [7, 7, 2, 3],
    [2, 8, 3, 7],
    [1, 5, 4, 9],
    [2, 8, 9, 14],
  ])
  expect(cohenKappa(couples, PAIR)?.value).toBeCloseTo(0.1293, 4)
  expect(cohenKappa(couples, PAIR, DISAGREEMENTS.linear)?.value).toBeCloseTo(0.2374, 4)
})

test('quadratic weights give what psych::cohen.kappa prints for its first example', () => {
  const items = rated('1 2 3 4 5 6 7 8 9', '1 3 1 6 1 5 5 6 7')
  expect(cohenKappa(items, PAIR)?.value).toBeCloseTo(0, 2)
  expect(cohenKappa(items, PAIR, DISAGREEMENTS.quadratic)?.value).toBeCloseTo(0.68, 2)
})

test('percent agreement is the share of agreeing pairs', () => {
  expect(percentAgreement(KRIPPENDORFF_A)?.value).toBeCloseTo(0.6, 12)
  expect(percentAgreement(rated('a a', 'a b', 'a b'))?.value).toBeCloseTo((1 + 1 / 3) / 2, 12)
})

test('the same seed gives the same interval, which holds the value', () => {
  const first = krippendorffAlpha(KRIPPENDORFF_C, 'ordinal', { resamples: 500, seed: 7 })
  expect(krippendorffAlpha(KRIPPENDORFF_C, 'ordinal', { resamples: 500, seed: 7 })).toEqual(first)
  expect(first?.low).toBeLessThan(0.815)
  expect(first?.high).toBeGreaterThan(0.815)
  expect(first?.items).toBe(11)
})

test('perfect agreement is 1, and nothing to disagree about is no figure', () => {
  const same = rated('1 2 3', '1 2 3')
  expect(krippendorffAlpha(same, 'interval')?.value).toBe(1)
  expect(cohenKappa(same, PAIR)?.value).toBe(1)
  expect(krippendorffAlpha(rated('1 1', '1 1'), 'nominal')).toBeNull()
  expect(cohenKappa(rated('1 1', '1 1'), PAIR)).toBeNull()
  expect(percentAgreement(rated('1 2'))).toBeNull()
  expect(krippendorffAlpha([], 'nominal')).toBeNull()
})

test('two raters who share no item have no kappa', () => {
  expect(cohenKappa(rated('1 . 2', '. 1 .'), PAIR)).toBeNull()
})
