import { describe, expect, test } from 'vitest'
import { passAtK, proportion, wilson } from '../../../electron/eval/intervals.ts'
import { randomFrom } from './random.ts'

describe('Wilson intervals', () => {
  test.each([
    // Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%d of %d gives %d to %d', (successes, n, low, high) => {
    const found = wilson(successes, n)
    expect(found.ok && [found.mean, found.low, found.high].map((x) => x.toFixed(4))).toEqual(
      [successes / n, low, high].map((x) => x.toFixed(4)),
    )
  })

  test('the ends are the proportions that a score test just does not reject', () => {
    for (const [successes, n] of [
      [3, 10],
      [50, 51],
      [1, 400],
    ] as const) {
      const found = wilson(successes, n, 0.99)
      if (!found.ok) throw new Error(found.why)
      for (const end of [found.low, found.high]) {
        const z = (successes / n - end) / Math.sqrt((end * (1 - end)) / n)
        expect(Math.abs(z)).toBeCloseTo(2.5758, 4)
      }
    }
  })

  test('no trial is not enough data', () => {
    expect(wilson(0, 0)).toEqual({ ok: false, why: 'not enough data' })
    expect(proportion([])).toEqual({ ok: false, why: 'not enough data' })
    expect(proportion([[{ cluster: 'a', value: 1 }], []]).ok).toBe(false)
    expect(proportion([[{ cluster: 'a', value: Number.NaN }]]).ok).toBe(false)
  })
})

describe('clustered proportions', () => {
  const items = (passes: readonly number[], cluster: (at: number) => string) =>
    passes.map((value, at) => ({ cluster: cluster(at), value }))

  test('one item per cluster is Wilson', () => {
    const passes = Array.from({ length: 263 }, (_, at) => (at < 81 ? 1 : 0))
    const [ours, wilsons] = [proportion([items(passes, String)]), wilson(81, 263)]
    if (!ours.ok || !wilsons.ok) throw new Error('no interval')
    expect(ours.low).toBeCloseTo(wilsons.low, 12)
    expect(ours.high).toBeCloseTo(wilsons.high, 12)
  })

  test('items that always agree within their cluster count once', () => {
    const passes = Array.from({ length: 130 }, (_, at) => (at % 13 < 4 ? 1 : 0))
    const thirteen = items(passes, (at) => String(at % 13))
    const [ours, wilsons] = [proportion([thirteen]), wilson(4, 13)]
    if (!ours.ok || !wilsons.ok) throw new Error('no interval')
    expect(ours.low).toBeCloseTo(wilsons.low, 12)
    expect(ours.high).toBeCloseTo(wilsons.high, 12)
  })

  test('all passed is as sure as the number of clusters, not of items', () => {
    const all = items(
      Array.from({ length: 60 }, () => 1),
      (at) => String(at % 20),
    )
    const wilsons = wilson(20, 20)
    expect(proportion([all])).toEqual(wilsons)
    expect(proportion([all]).ok && wilsons.ok && wilsons.low).toBeCloseTo(1 - 0.1611, 4)
  })

  test('95 % intervals hold the truth in about 95 % of simulated suites of three kinds', () => {
    const random = randomFrom(7)
    let held = 0
    for (let trial = 0; trial < 600; trial += 1) {
      const kinds = [0.2, 0.5, 0.8].map((rate, kind) =>
        Array.from({ length: 60 }, (_, cluster) => {
          const ofProgram = random() < 0.5 ? rate - 0.15 : rate + 0.15
          return Array.from({ length: 4 }, () => ({
            cluster: `${kind}/${cluster}`,
            value: random() < ofProgram ? 1 : 0,
          }))
        }).flat(),
      )
      const found = proportion(kinds)
      if (found.ok && found.low <= 0.5 && found.high >= 0.5) held += 1
    }
    expect(held / 600).toBeGreaterThan(0.92)
    expect(held / 600).toBeLessThan(0.98)
  })
})

describe('pass@k', () => {
  test('is 1 - C(n - c, k) / C(n, k), counted exactly', () => {
    const choose = (n: number, k: number): bigint => {
      let value = 1n
      for (let at = 0; at < k; at += 1) value = (value * BigInt(n - at)) / BigInt(at + 1)
      return n < k ? 0n : value
    }
    for (const n of [1, 5, 20, 200]) {
      for (const k of [1, 2, 5, 10, 100].filter((size) => size <= n)) {
        for (const c of [0, 1, 2, 5, 17, 199, 200].filter((count) => count <= n)) {
          const share = Number((choose(n - c, k) * 10n ** 17n) / choose(n, k)) / 1e17
          expect(passAtK(n, c, k)).toBeCloseTo(1 - share, 12)
        }
      }
    }
    expect(passAtK(5, 2, 2)).toBeCloseTo(0.7, 12)
  })

  test('is the share of all subsets of k samples that hold a pass', () => {
    const samples = [true, false, false, true, false, false, false]
    for (const k of [1, 2, 3, 6, 7]) {
      let [subsets, passing] = [0, 0]
      for (let mask = 0; mask < 2 ** samples.length; mask += 1) {
        const chosen = samples.filter((_, at) => (mask >> at) % 2 === 1)
        if (chosen.length !== k) continue
        subsets += 1
        if (chosen.includes(true)) passing += 1
      }
      expect(passAtK(7, 2, k)).toBeCloseTo(passing / subsets, 12)
    }
  })

  test('has no value for fewer samples than k, or counts that cannot be', () => {
    expect([passAtK(4, 1, 5), passAtK(4, 5, 1), passAtK(4, -1, 1), passAtK(4, 1, 0)]).toEqual(
      Array.from({ length: 4 }),
    )
  })
})
