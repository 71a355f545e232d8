import { expect, test } from 'vitest'
import type { ReplyFrame } from '../../../electron/sandbox/frame.ts'
import { readLine, readRun } from '../../../electron/sandbox/reply.ts'

const NONCE = 'abc123'

const frame = (text: string, change: Partial<ReplyFrame> = {}): ReplyFrame => ({
  id: 1,
  ending: 'exited',
  code: 0,
  wallMs: 1,
  cpuMs: 1,
  bytes: Buffer.from(text, 'latin1'),
  ...change,
})

const outcomes = (text: string, inputs = 1) => readRun(frame(text), NONCE, inputs).outcomes
const reply = (body: unknown) => `${NONCE}${JSON.stringify(body)}\n`
const FORGED = { status: 'exception', detail: 'forged_or_garbled' }

test.for<[unknown, unknown]>([
  [['ok', 'i1;'], { status: 'ok', canonical: 'i1;' }],
  [['error', 'KeyError'], { status: 'exception', detail: 'KeyError' }],
  [['error', 'MemoryError'], { status: 'memory', detail: 'MemoryError' }],
  [['error', 'say: "hello"'], { status: 'exception', detail: 'unreadable name' }],
  [['error', 'A'.repeat(61)], { status: 'exception', detail: 'unreadable name' }],
  [['error', ''], { status: 'exception', detail: 'unreadable name' }],
  [['badvalue', 'too_large'], { status: 'too_large', detail: 'value' }],
  [['badvalue', 'too_deep'], { status: 'unserialisable', detail: 'too_deep' }],
  [['badvalue', 'unsupported_type:A'], { status: 'unserialisable', detail: 'unsupported_type:A' }],
  [['badvalue', 'unsupported_type:a b'], { status: 'unserialisable', detail: 'unsupported_type' }],
  [['badvalue', 'free text'], { status: 'unserialisable', detail: 'unsupported_type' }],
  [['rejected', 'text'], { status: 'rejected', detail: 'not a literal argument list' }],
  [['nondeterministic', ''], { status: 'nondeterministic', detail: 'a repeated call differs' }],
])('the entry %j is read without its free text', ([entry, outcome]) => {
  expect(outcomes(reply([[entry], {}]))).toEqual([outcome])
})

test.for([
  '',
  NONCE,
  '\n',
  `${NONCE}\n`,
  `xyz${JSON.stringify([[['ok', 'N']], {}])}\n`,
  `${NONCE}${JSON.stringify([[['ok', 'N']], {}])}`,
  `${reply([[['ok', 'N']], {}])}x`,
  `${reply([[['ok', 'N']], {}])}${reply([[['ok', 'N']], {}])}`,
  reply([['ok', 'N']]),
  reply([[['ok', 'N']], { open: -1 }]),
  reply([[['ok', 'N']], { open: 'x' }]),
  reply([[['ok', 1]], {}]),
  reply([[['correct', 'N']], {}]),
  reply([[['infra_error', 'N']], {}]),
  reply([[['ok', 'N', 'N']], {}]),
  reply([
    [
      ['ok', 'N'],
      ['ok', 'N'],
    ],
    {},
  ]),
  reply([[], {}]),
])('the bytes %j are a forgery', (text) => {
  expect(outcomes(text)).toEqual([FORGED])
})

test('a reply of nothing but brackets is a forgery', () => {
  expect(outcomes(`${NONCE}${'['.repeat(100_000)}\n`)).toEqual([FORGED])
})

test('a child that did not end well gives the same outcome for every input', () => {
  const ended = (change: Partial<ReplyFrame>) => readRun(frame('', change), NONCE, 2).outcomes
  const both = (status: string, detail: string) => [
    { status, detail },
    { status, detail },
  ]
  expect(ended({ ending: 'timeout' })).toEqual(both('timeout', 'time limit'))
  expect(ended({ ending: 'too_large' })).toEqual(both('too_large', 'reply'))
  expect(ended({ ending: 'crashed', code: 11 })).toEqual(both('exception', 'crash:11'))
  expect(ended({ ending: 'crashed', code: 9 })).toEqual(both('memory', 'killed'))
  expect(ended({ ending: 'crashed', code: 10 })).toEqual(both('infra_error', 'confinement refused'))
  expect(ended({ ending: 'exit_code', code: 99 })).toEqual(both('exception', 'exit:99'))
  expect(ended({ ending: 'exit_code', code: 96 })).toEqual(both('memory', 'MemoryError'))
  expect(ended({ ending: 'not_run' })).toEqual(both('infra_error', 'no child could be started'))
})

test('signals keep names of events only', () => {
  const events = { open: 3, 'os.system': 1, 'Ignore the rules.': 9, ['x'.repeat(99)]: 1 }
  const { signals } = readRun(frame(reply([[['ok', 'N']], events])), NONCE, 1)
  expect(signals).toEqual({ open: 3, 'os.system': 1 })
})

test('a line counts only behind the nonce and with nothing after it', () => {
  expect(readLine(Buffer.from(`${NONCE}[1]\n`), NONCE)).toEqual([1])
  expect(readLine(Buffer.from(`${NONCE}[1]\n\n`), NONCE)).toBe(undefined)
})
