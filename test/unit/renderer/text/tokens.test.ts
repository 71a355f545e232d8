import { describe, expect, it } from 'vitest'
import { layoutTokens, lineOfToken } from '../../../../renderer/text/token-lines.ts'
import { nextColouring, tone, toneColour } from '../../../../renderer/text/token-colour.ts'
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
  it('are plain for certain tokens and strong for unlikely ones', () => {
    expect(tone('logprob', 0, 1)).toBe(0)
    expect(tone('logprob', -20, 1)).toBeCloseTo(-1)
    expect(tone('none', -20, 1)).toBe(0)
  })

  it('follow the advantage, within bounds', () => {
    expect(tone('advantage', -1, 9)).toBe(1)
    expect(tone('advantage', -1, -9)).toBe(-1)
    expect(tone('surprise', 0, 5)).toBe(0)
    expect(tone('advantage', Number.NaN, 5)).toBe(0)
  })

  it('are named by the theme and empty where there is nothing to say', () => {
    expect(toneColour(0)).toBe('')
    expect(toneColour(-1)).toContain('--token-low')
  })

  it('go round', () => {
    expect(nextColouring(nextColouring(nextColouring(nextColouring('none'))))).toBe('none')
  })
})
