import { describe, expect, it } from 'vitest'
import { layoutTokens, lineOfToken } from '../../../../renderer/text/token-lines.ts'
import type { ResponseTrace } from '../../../../electron/contract/evaluation.ts'
import {
  colouringsFor,
  nextColouring,
  shownValue,
  tone,
  toneColour,
} from '../../../../renderer/text/token-colour.ts'
import type { Colouring } from '../../../../renderer/text/token-colour.ts'
import { valuesAt } from '../../../../renderer/text/token-values.ts'
import { tokenText } from '../../../../renderer/text/token-text.ts'

const plain = (lines: ReturnType<typeof layoutTokens>) =>
  lines.map((line) => line.map(({ token, text }) => `${token}:${text}`))

describe('tokens in lines', () => {
  it('break at line ends and stay with their token', () => {
    expect(plain(layoutTokens('ab\ncd', [1, 3, 5], 80))).toEqual([['0:a', '1:b\n'], ['2:cd']])
  })

  it('break where a line is full, inside a token if need be', () => {
    expect(plain(layoutTokens('abcdef', [6], 4))).toEqual([['0:abcd'], ['0:ef']])
  })

  it('never split a surrogate pair', () => {
    expect(plain(layoutTokens('aaa🙂b', [6], 4))).toEqual([['0:aaa', '0:🙂'], ['0:b']])
  })

  it('put what no token stands for into pieces of none', () => {
    expect(plain(layoutTokens('abc', [2], 80))).toEqual([['0:ab', '-1:c']])
  })

  it('lose no character of 300,000 tokens and find the line of each', () => {
    const text = 'token text\n'.repeat(60_000)
    const ends = Int32Array.from({ length: 300_000 }, (_, at) =>
      Math.min(text.length, (at + 1) * 3),
    )
    const lines = layoutTokens(text, ends, 100)
    const joined = lines.map((line) => line.map((piece) => piece.text).join('')).join('')
    expect(joined).toBe(text)
    const line = lines[lineOfToken(lines, 200_000)] ?? []
    expect(line.some(({ token }) => token >= 200_000)).toBe(true)
  })

  it('survive ends that make no sense', () => {
    const lines = layoutTokens('abc', [2, 1, -4, 99], 80)
    expect(
      lines
        .flat()
        .map(({ text }) => text)
        .join(''),
    ).toBe('abc')
  })

  it('have their characters, with line ends shown', () => {
    const trace = { response: 'a\nb', ends: Int32Array.of(2, 3) }
    expect([tokenText(trace, 0), tokenText(trace, 1)]).toEqual(['a↵', 'b'])
    expect(tokenText({ ...trace, ends: null }, 0)).toBeNull()
  })
})

describe('colours of tokens', () => {
  const trace = (advantage: number, trained = true): ResponseTrace => ({
    response: 'ab',
    tokens: Int32Array.of(1, 2),
    logprobs: Float32Array.of(0, -20),
    ends: null,
    trained,
    advantage,
    seen: {
      logprobs: Float32Array.of(Math.log(1.5), -20),
      entropy: Float32Array.of(0, 9),
      clipLow: 0.2,
      clipHigh: 0.2,
    },
  })
  const toneAt = (colouring: Colouring, token: number, of = trace(1)) =>
    tone(colouring, valuesAt(of, token))

  it('are plain for certain tokens and strong for unlikely ones', () => {
    expect(toneAt('logprob', 0)).toBe(0)
    expect(toneAt('logprob', 1)).toBeCloseTo(-1)
    expect(toneAt('none', 1)).toBe(0)
  })

  it('follow the advantage, within bounds, and are none where there is no token', () => {
    expect(toneAt('advantage', 0, trace(9))).toBe(1)
    expect(toneAt('advantage', 0, trace(-9))).toBe(-1)
    expect(toneAt('advantage', 0, trace(9, false))).toBe(0)
    expect(toneAt('surprise', 0, trace(5))).toBe(0)
    expect(toneAt('advantage', -1, trace(9))).toBe(0)
  })

  it('follow ratio and entropy where the trainer saw them', () => {
    expect([toneAt('ratio', 0), toneAt('ratio', 1)]).toEqual([1, 0])
    expect([toneAt('entropy', 0), toneAt('entropy', 1)]).toEqual([0, 1])
    const { seen: _seen, ...unseen } = trace(1)
    expect(toneAt('ratio', 0, unseen)).toBe(0)
    expect(valuesAt(unseen, 0)).toMatchObject({ newLogprob: null, ratio: null, entropy: null })
  })

  it('say what the update clipped: good tokens above, bad ones below', () => {
    expect(valuesAt(trace(1), 0)).toMatchObject({ clipped: true })
    expect(valuesAt(trace(-1), 0)).toMatchObject({ clipped: false })
    expect(valuesAt(trace(1), 0).ratio).toBeCloseTo(1.5)
  })

  it('are named by the theme and empty where there is nothing to say', () => {
    expect(toneColour(0)).toBe('')
    expect(toneColour(-1)).toContain('--token-low')
  })

  it('go round those that there are', () => {
    const among = colouringsFor(false)
    expect(among).not.toContain('ratio')
    expect(among.reduce((one) => nextColouring(one, among), among[0] ?? 'none')).toBe(among[0])
    expect(shownValue('entropy', valuesAt(trace(1), 1))).toBe(9)
  })
})
