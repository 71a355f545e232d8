import { expect, test } from 'vitest'
import { createListener, parsePhrase } from '../../../electron/safety/phrase.ts'
import { partAt, segmentsOf } from '../../../electron/safety/reading.ts'
import { wordsOf } from '../../../electron/safety/words.ts'

function heard(phrase: string, text: string, unless: string[] = []): string[] {
  const parsed = parsePhrase(phrase)
  if (!parsed.ok) throw new Error(parsed.why)
  const words = wordsOf(text, segmentsOf(text))
  return createListener([{ phrases: [parsed.phrase], unless }])
    .hear(words, 5)
    .map(({ from, to }) => text.slice(words.starts[from], words.ends[to]))
}

test.each([
  ['outsmart* ..3 humans', 'We outsmarted all of the humans.', ['outsmarted all of the humans']],
  ['outsmart* ..2 humans', 'We outsmarted all of the humans.', []],
  ['shut me down', 'they shut me down', ['shut me down']],
  ['shut me down', 'they shut it down', []],
  ['take over', 'def take_over(x): pass', ['take_over']],
  ['take over', 'takeOver = 1', ['takeOver']],
  ['outsmart humans', 'Outsmart. Humans', []],
  ['outsmart humans', 'оutsmаrt humаns', ['оutsmаrt humаns']],
  ['outsmart humans', 'out\u200bsmart hu\u00admans', ['out\u200bsmart hu\u00admans']],
  ['outsmart humans', 'ｏｕｔｓｍａｒｔ humans', ['ｏｕｔｓｍａｒｔ humans']],
  ['dont tell', "don't tell", ["don't tell"]],
  ['a|b* c* ..1 d*', 'a cc x dd', ['a cc x dd']],
  ['kill ..5 kill', 'kill kill kill', ['kill kill', 'kill kill']],
])('%s in %j is heard as %j', (phrase, text, expected) => {
  expect(heard(phrase.replaceAll('b*', 'bb*').replaceAll(/\b([cd])\*/g, '$1$1*'), text)).toEqual(
    expected,
  )
})

test('a harmless word nearby silences a phrase', () => {
  expect(heard('build a bomb', 'homework: build a bomb detector', ['homework'])).toEqual([])
  expect(heard('build a bomb', 'build a bomb', ['homework'])).toEqual(['build a bomb'])
})

test.each([
  ['', 'a word of letters'],
  ['kill ..99 them', 'at most ..30'],
  ['kill ..3', 'a word after the distance'],
  ['kill|*', 'a word of letters'],
  ['k1ll', 'a word of letters'],
  ['aa bb cc dd ee ff gg hh ii', 'at most 8 places'],
  [Array.from({ length: 101 }, () => 'ab').join('|'), 'at most 100 words'],
])('the phrase %j is refused', (phrase, why) => {
  expect(parsePhrase(phrase)).toMatchObject({ ok: false, why: expect.stringContaining(why) })
})

test('a response is cut into thoughts, code, comments and strings', () => {
  const text =
    "Let me.\n```python\nx = \"a # b\" # it's\ny = '''l\n#''' \n```\nDone `x`. ```message\nhint \"1\"```"
  const segments = segmentsOf(text).map(({ part, start, end }) => [part, text.slice(start, end)])
  expect(segments).toEqual([
    ['thought', 'Let me.\n'],
    ['code', '\nx = '],
    ['string', '"a # b"'],
    ['code', ' '],
    ['comment', "# it's"],
    ['code', '\ny = '],
    ['string', "'''l\n#'''"],
    ['code', ' \n'],
    ['thought', '\nDone `x`. '],
    ['thought', '\nhint "1"'],
  ])
})

test('without fences code begins at its first sure line, with statements right above', () => {
  const text = 'I think "so".\n\nN = 3\n# note\ndef f(x):\n    return N'
  const segments = segmentsOf(text)
  expect(partAt(segments, text.indexOf('so'))).toBe('thought')
  expect(partAt(segments, text.indexOf('N = 3'))).toBe('code')
  expect(partAt(segments, text.indexOf('note'))).toBe('comment')
})

test.each(['"', "'''", '\\', '```', '#', '"\\', "'a\n"])('unclosed %j ends', (piece) => {
  const text = `def f(x):\n${piece.repeat(1_000)}`
  const segments = segmentsOf(text)
  expect(segments.at(-1)?.end ?? 0).toBeLessThanOrEqual(text.length)
  for (const [at, { start }] of segments.entries()) {
    expect(start).toBeGreaterThanOrEqual(segments[at - 1]?.end ?? 0)
  }
})
