import { expect, test } from 'vitest'
import { redact } from '../../../electron/safety/redact.ts'

test.each([
  ['see https://a.example/x?y=1 now', 'see [link redacted] now'],
  ['mail ann.b+c@lab.example.org.', 'mail [e-mail redacted].'],
  ['in /home/ann/run and C:\\Users\\ann', 'in [path redacted] and [path redacted]'],
  ['at 10.1.2.3', 'at [address redacted]'],
  ['key hf_abcdefghijklmnop1234', 'key [key redacted]'],
  ['def f(x): return x / 2 # a.b@', 'def f(x): return x / 2 # a.b@'],
])('%j leaves as %j', (text, clean) => {
  expect(redact(text).text).toBe(clean)
})

test('own words are taken out whatever their case, and everything is counted', () => {
  expect(redact('Project X (project x) at 1.2.3.4', ['project x', '', '('])).toEqual({
    text: '[word redacted] [word redacted][word redacted]) at [address redacted]',
    counts: { word: 3, address: 1 },
  })
})

test.each(['a@', 'a.b@c.', '/home/', 'http://', '1.', '1.2.3.4'])(
  '300,000 characters of %j are read once',
  (piece) => {
    const text = piece.repeat(Math.ceil(300_000 / piece.length))
    expect(redact(text).text.length).toBeGreaterThan(0)
  },
)
