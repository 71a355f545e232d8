import { describe, expect, test } from 'vitest'
import {
  bootstrapDifference,
  holm,
  mcnemar,
  pairedDifference,
} from '../../../electron/eval/paired.ts'
import type { Difference, PairedItem } from '../../../electron/eval/paired.ts'
import { randomFrom } from './random.ts'

/** Hours of extra sleep of ten patients under two drugs: Student 1908, as `sleep` in R. */
const FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]
const SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
const SLEEP = FIRST.map((before, at) => ({ cluster: String(at), before, after: SECOND[at] ?? 0 }))

const changes = (prefix: string, values: readonly number[]): PairedItem[] =>
  values.map((after, at) => ({ cluster: `${prefix}${at}`, before: 0, after }))

function found(difference: Difference) {
  if (!difference.ok) throw new Error(difference.why)
  return difference
}

describe('paired difference', () => {
  test("independent items give the paired t test: R's t.test(sleep, paired = TRUE)", () => {
    const { mean, low, high, p } = found(pairedDifference([SLEEP]))
    expect(mean).toBeCloseTo(1.58, 10)
    expect(low).toBeCloseTo(0.7001142, 6)
    expect(high).toBeCloseTo(2.4598858, 6)
    expect(p).toBeCloseTo(0.002833, 6)
  })

  test("two kinds give Welch's t test: R's t.test(extra ~ group, data = sleep)", () => {
    const opposite = SECOND.map((hours) => -hours)
    const { mean, low, high, p } = found(
      pairedDifference([changes('first', FIRST), changes('second', opposite)]),
    )
    // The mean over two kinds is half the difference of means that R reports.
    expect(2 * mean).toBeCloseTo(-1.58, 10)
    expect(2 * low).toBeCloseTo(-3.3654832, 6)
    expect(2 * high).toBeCloseTo(0.2054832, 6)
    expect(p).toBeCloseTo(0.07939, 5)
  })

  test('matched proportions: approval ratings, Agresti, Categorical Data Analysis, 10.1', () => {
    const cells = [
      [794, 1, 1],
      [150, 1, 0],
      [86, 0, 1],
      [570, 0, 0],
    ] as const
    const items = cells.flatMap(([count, before, after], cell) =>
      Array.from({ length: count }, (_, at) => ({ cluster: `${cell}/${at}`, before, after })),
    )
    const { mean, low, high } = found(pairedDifference([items]))
    expect([mean.toFixed(2), low.toFixed(2), high.toFixed(2)]).toEqual(['-0.04', '-0.06', '-0.02'])
    // Standard error by his formula, sqrt((150 + 86) - 64 ** 2 / 1600) / 1600 = 0.0095.
    expect((high - low) / 2 / 1.96).toBeCloseTo(Math.sqrt(236 - 64 ** 2 / 1600) / 1600, 4)
  })

  test('clusters of one size give the t test of their means', () => {
    const clustered = SLEEP.flatMap(({ cluster, before, after }) =>
      [-3, 0, 3].map((noise) => ({ cluster, before: before + noise, after: after + 2 * noise })),
    )
    const [wide, means] = [found(pairedDifference([clustered])), found(pairedDifference([SLEEP]))]
    expect([wide.mean, wide.low, wide.high, wide.p].map((x) => x.toFixed(9))).toEqual(
      [means.mean, means.low, means.high, means.p].map((x) => x.toFixed(9)),
    )
    expect([wide.items, wide.clusters]).toEqual([30, 10])
  })

  test('clusters of several sizes give the sandwich variance, worked by hand', () => {
    // Differences a: 1 1 1, b: 0 0, c: 1 0 0. Mean 1/2; sums of residuals 3/2, -1, -1/2; sum of squares 7/2.
    const items = Array.from('aaabbccc').map((cluster, at) => ({
      cluster,
      before: 0,
      after: [1, 1, 1, 0, 0, 1, 0, 0][at] ?? 0,
    }))
    const { mean, low, high } = found(pairedDifference([items]))
    const error = Math.sqrt(((3 / 2) * (7 / 2)) / 64)
    expect(mean).toBe(0.5)
    expect((high - low) / 2).toBeCloseTo(4.302652729911275 * error, 9)
  })

  test('programs that occur in every kind are one cluster, so three copies are worth no more than one', () => {
    const three = found(pairedDifference([SLEEP, SLEEP, SLEEP]))
    const one = found(pairedDifference([SLEEP]))
    expect(three.low).toBeCloseTo(one.low, 9)
    expect(three.high).toBeCloseTo(one.high, 9)
    const apart = ['x', 'y', 'z'].map((kind) =>
      SLEEP.map((item) => ({ ...item, cluster: kind + item.cluster })),
    )
    const independent = found(pairedDifference(apart))
    expect(independent.high - independent.low).toBeLessThan((one.high - one.low) / 1.7)
  })

  test('95 % intervals hold the truth in about 95 % of simulated suites, and naive ones would not', () => {
    const random = randomFrom(11)
    let [held, naive] = [0, 0]
    for (let trial = 0; trial < 500; trial += 1) {
      const kinds = [0.05, 0.1, 0.15].map((gain, kind) =>
        Array.from({ length: 25 }, (_, program) => {
          const own = random() < 0.5 ? gain - 0.3 : gain + 0.3
          return Array.from({ length: 1 + (program % 6) }, () => ({
            cluster: `${kind}/${program}`,
            before: random() < 0.4 ? 1 : 0,
            after: random() < 0.4 + own ? 1 : 0,
          }))
        }).flat(),
      )
      const clustered = found(pairedDifference(kinds))
      const unclustered = found(
        pairedDifference(
          kinds.map((kind, k) => kind.map((item, at) => ({ ...item, cluster: `${k}/${at}` }))),
        ),
      )
      if (clustered.low <= 0.1 && clustered.high >= 0.1) held += 1
      if (unclustered.low <= 0.1 && unclustered.high >= 0.1) naive += 1
    }
    expect(held / 500).toBeGreaterThan(0.925)
    expect(held / 500).toBeLessThan(0.98)
    expect(naive).toBeLessThan(held - 10)
  })

  test('too few clusters are not enough data', () => {
    const none = { ok: false, why: 'not enough data' }
    expect(pairedDifference([])).toEqual(none)
    expect(pairedDifference([[]])).toEqual(none)
    const single = [1, 0, 1].map((after) => ({ cluster: 'a', before: 0, after }))
    expect(pairedDifference([single])).toEqual(none)
    expect(pairedDifference([SLEEP, single])).toEqual(none)
    expect(bootstrapDifference([single], { random: randomFrom(1) })).toEqual(none)
    expect(pairedDifference([changes('p', [1, Number.NaN])])).toEqual(none)
  })

  test('items that all differ alike are judged by flipping signs', () => {
    expect(found(pairedDifference([changes('p', [0, 0, 0])]))).toMatchObject({
      low: 0,
      high: 0,
      p: 1,
    })
    expect(pairedDifference([changes('p', [0.1, 0.1, 0.1])]).ok).toBe(false)
    const ten = changes(
      'p',
      Array.from({ length: 10 }, () => 0.1),
    )
    expect(found(pairedDifference([ten])).p).toBe(2 ** -9)
  })
})

describe('bootstrap', () => {
  test('has the percentiles of all resamples, enumerated', () => {
    const sizes = [1, 3, 2, 1]
    const sums = [1, -1, 2, 0]
    const items = sizes.flatMap((size, at) =>
      Array.from({ length: size }, () => ({
        cluster: String(at),
        before: 0,
        after: (sums[at] ?? 0) / size,
      })),
    )
    const means: number[] = []
    for (let draw = 0; draw < 4 ** 4; draw += 1) {
      const chosen = [0, 1, 2, 3].map((place) => Math.floor(draw / 4 ** place) % 4)
      const sum = (values: number[]) => chosen.reduce((total, at) => total + (values[at] ?? 0), 0)
      means.push(sum(sums) / sum(sizes))
    }
    means.sort((a, b) => a - b)
    const at = (share: number) => means[Math.round(share * 255)] ?? 0
    const { low, high, p } = found(
      bootstrapDifference([items], { random: randomFrom(3), resamples: 40_000, confidence: 0.9 }),
    )
    expect(Math.abs(low - at(0.05))).toBeLessThan(0.06)
    expect(Math.abs(high - at(0.95))).toBeLessThan(0.06)
    const below = means.filter((mean) => mean <= 1e-12).length / 256
    expect(p).toBeCloseTo(2 * below, 1)
  })

  test('is repeated exactly by the same seed, and agrees with the t interval on many clusters', () => {
    const random = randomFrom(5)
    const kinds = ['a', 'b', 'c'].map((kind) =>
      changes(
        kind,
        Array.from({ length: 150 }, () => Math.round(random() * 2.2) - 1),
      ),
    )
    const options = () => ({ random: randomFrom(9), resamples: 4_000 })
    const [boot, exact] = [
      found(bootstrapDifference(kinds, options())),
      found(pairedDifference(kinds)),
    ]
    expect(bootstrapDifference(kinds, options())).toEqual(boot)
    expect(boot.mean).toBe(exact.mean)
    expect(Math.abs(boot.low - exact.low)).toBeLessThan(0.1 * (exact.high - exact.low))
    expect(Math.abs(boot.high - exact.high)).toBeLessThan(0.1 * (exact.high - exact.low))
    expect(Math.abs(boot.p - exact.p)).toBeLessThan(0.02)
  })

  test('draws a program that occurs in every kind for all of them at once', () => {
    const options = { random: randomFrom(2), resamples: 4_000 }
    const shared = found(bootstrapDifference([SLEEP, SLEEP, SLEEP], options))
    const one = found(bootstrapDifference([SLEEP], { ...options, random: randomFrom(2) }))
    expect(shared.high - shared.low).toBeCloseTo(one.high - one.low, 9)
  })
})

describe('McNemar', () => {
  test.each([
    // Fagerland, Lydersen & Laake 2013, table 2: airway hyper-responsiveness (Bentur et al.).
    [7, 1, 0.0703, 0.0391],
    // Agresti's approval ratings (150 and 86): exact2x2 for R reports 3.716e-05.
    [150, 86, 0.00003716, 0.00003],
    [5, 5, 1, 0.877],
    [1, 0, 1, 0.5],
  ])('%d against %d gives p = %d (mid-p about %d)', (before, after, exact, midP) => {
    const result = mcnemar(before, after)
    if (!result.ok) throw new Error(result.why)
    expect(result.exact).toBeCloseTo(exact, exact < 0.001 ? 8 : 4)
    expect(result.midP).toBeCloseTo(midP, 3)
  })

  test('exact p is the share of all sign flips that are at least as uneven', () => {
    for (const [before, after] of [
      [9, 3],
      [4, 4],
      [0, 6],
      [2, 11],
    ] as const) {
      const n = before + after
      let uneven = 0
      for (let mask = 0; mask < 2 ** n; mask += 1) {
        const ones = Array.from(mask.toString(2)).filter((bit) => bit === '1').length
        if (Math.abs(2 * ones - n) >= Math.abs(before - after)) uneven += 1
      }
      const result = mcnemar(before, after)
      expect(result.ok && result.exact).toBeCloseTo(uneven / 2 ** n, 12)
    }
  })

  test('no changed item is not enough data', () => {
    expect(mcnemar(0, 0)).toEqual({ ok: false, why: 'not enough data' })
  })
})

describe('Holm', () => {
  test('adjusts the worked example of step-down testing in its own order', () => {
    // Four hypotheses at 0.05: 0.005 and 0.01 fall, 0.03 and 0.04 stand (en.wikipedia.org/wiki/Holm-Bonferroni_method).
    expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => p.toFixed(3))).toEqual([
      '0.030',
      '0.060',
      '0.060',
      '0.020',
    ])
  })

  test('rejects exactly what the step-down procedure rejects', () => {
    const random = randomFrom(1)
    for (let trial = 0; trial < 300; trial += 1) {
      const pValues = Array.from({ length: 1 + Math.floor(random() * 6) }, () => random() * 0.06)
      const sorted = pValues.toSorted((a, b) => a - b)
      const stop = sorted.findIndex((p, rank) => p > 0.05 / (sorted.length - rank))
      const rejected = new Set(stop === -1 ? sorted : sorted.slice(0, stop))
      expect(holm(pValues).map((p) => p <= 0.05)).toEqual(pValues.map((p) => rejected.has(p)))
    }
    expect(holm([])).toEqual([])
    expect(holm([0.9, 0.8])).toEqual([1, 1])
  })
})
