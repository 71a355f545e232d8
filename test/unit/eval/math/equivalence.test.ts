import { describe, expect, test } from 'vitest'
import { equivalent } from '../../../../electron/eval/math/equivalence.ts'
import { EQUIVALENTS } from './equivalents.ts'
import { NEAR_MISS_PAIRS } from './near-misses.ts'

describe('equivalence of mathematical answers', () => {
  test('at least 300 near misses are all refused', () => {
    expect(NEAR_MISS_PAIRS.length).toBeGreaterThanOrEqual(300)
    const accepted = NEAR_MISS_PAIRS.filter(
      ([reference, answer]) => equivalent(reference, answer).equal,
    )
    expect(accepted).toEqual([])
  })

  test('right answers in other words are taken', () => {
    const refused = EQUIVALENTS.flatMap(([reference, ...right]) =>
      right.flatMap((answer) => {
        const { equal, reason } = equivalent(reference, answer)
        return equal ? [] : [[reference, answer, reason]]
      }),
    )
    expect(refused).toEqual([])
  })

  test('every reference equals itself', () => {
    const refused = NEAR_MISS_PAIRS.filter(([reference]) => !equivalent(reference, reference).equal)
    expect(refused).toEqual([])
  })

  test('a tolerance holds for decimals only', () => {
    const rules = { tolerance: 1e-4 }
    expect(equivalent('1.6', '1.60001', rules).equal).toBe(true)
    expect(equivalent('1.6', '1.61', rules).equal).toBe(false)
    expect(equivalent('\\frac{8}{5}', '\\frac{80001}{50000}', rules).equal).toBe(false)
    expect(equivalent('4.5e33', '4.50002e33', rules).equal).toBe(true)
  })

  test('an error that the suite allows is absolute', () => {
    expect(equivalent('18.8', '18.85', { error: 0.1 }).equal).toBe(true)
    expect(equivalent('18.8', '18.95', { error: 0.1 }).equal).toBe(false)
  })

  test('commas separate where the reference is a list', () => {
    expect(equivalent('100,500', '500,100', { list: true }).equal).toBe(true)
    expect(equivalent('100,500', '100500', { list: true }).equal).toBe(false)
    expect(equivalent('100,500', '100500').equal).toBe(true)
  })

  test('hostile answers cost no more than others', () => {
    const bombs = [
      '9^{9^{9^{9^{9}}}}',
      '(10^{10^{10}})!',
      '\\binom{10^9}{10^8}',
      '{'.repeat(3_000),
      '('.repeat(2_000) + '1' + ')'.repeat(2_000),
      '\\frac{1}{'.repeat(500) + '1' + '}'.repeat(500),
      'x'.repeat(4_000),
      '1'.repeat(4_000) + '!',
      '\\sin(10^{100000})',
      '2^{-10^{9}}',
      '1e999999999',
      '\\sqrt[0]{5}',
      '\\frac{1}{0}',
      '0^0',
      '\\log_1 5',
    ]
    for (const bomb of bombs) {
      expect(equivalent('42', bomb).equal).toBe(false)
      expect(equivalent(bomb, '42').equal).toBe(false)
    }
  })
})
