import { describe, expect, it } from 'vitest'
import { logText } from '../../../../renderer/text/log-text.ts'
import { forTerminal, visible } from '../../../../renderer/text/neutral.ts'
import { pythonWords } from '../../../../renderer/text/python-words.ts'

const ESC = '\u001B'
const HOSTILE = [
  `${ESC}]52;c;ZXZpbA==\u0007`,
  `${ESC}]8;;https://evil.example\u0007click${ESC}]8;;\u0007`,
  `${ESC}[2J${ESC}[H${ESC}[6n`,
  `${ESC}Ptest${ESC}\\`,
  '\u009B2J',
  '\u009D8;;https://evil.example\u009C',
  `${ESC}c`,
  `${ESC}[1;1H`,
]

describe('text for the terminal', () => {
  it.each(HOSTILE)('loses every escape of %j', (text) => {
    const safe = forTerminal(text, false)
    // oxlint-disable-next-line no-control-regex -- looks for what must be gone
    expect(safe).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/)
  })

  it('keeps colours only of our own lines', () => {
    const text = `${ESC}[31mred${ESC}[0m`
    expect(forTerminal(text, true)).toBe(text)
    expect(forTerminal(text, false)).toBe('red')
  })

  it('keeps tabs, line ends and letters of every script', () => {
    expect(forTerminal('a\tb\nç 漢 🙂', false)).toBe('a\tb\nç 漢 🙂')
  })

  it('shows a log line with its own colours and none of the text', () => {
    const line = {
      seq: 1,
      atMs: 0,
      source: 'sandbox',
      level: 'error',
      run: null,
      text: `${ESC}[2Jgone`,
    } as const
    expect(logText(line, false)).toBe('00:00:00.000 ERROR sandbox  gone')
    expect(logText(line, true)).toContain(`${ESC}[31mERROR`)
  })
})

describe('text for the page', () => {
  it('shows what would hide or turn text around', () => {
    expect(visible('a\u202Eb\u200Bc')).toBe('a‹U+202E›b‹U+200B›c')
    expect(visible(`${ESC}[0m`)).toBe('‹U+001B›[0m')
  })

  it('leaves ordinary text alone', () => {
    const text = 'def f(x):\n\treturn "é≠🙂"'
    expect(visible(text)).toBe(text)
  })
})

describe('words of Python', () => {
  it('lose no character, whatever the text', () => {
    for (const text of [
      'def f(x): return "a\\"b" # done',
      "'unclosed",
      '0x1F + 1e-5j',
      '<script>alert(1)</script>',
      '"\\',
      '漢 = 🙂',
      '',
    ]) {
      expect(
        pythonWords(text)
          .map((word) => word.text)
          .join(''),
      ).toBe(text)
    }
  })

  it('know keywords, numbers, texts and comments', () => {
    expect(pythonWords('if x > 10: # ten').map(({ tone, text }) => `${tone}:${text}`)).toEqual([
      'keyword:if',
      'plain: ',
      'name:x',
      'plain: > ',
      'number:10',
      'plain:: ',
      'comment:# ten',
    ])
  })
})
