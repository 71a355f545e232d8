import { expect, test } from 'vitest'
import { baseParts, chatParts, renderTemplate } from '../../../electron/model/template.ts'

const codec = (chatTemplate: string | null) => ({
  chatTemplate,
  names: { bos: '<s>', eos: '</s>', pad: null, unk: null },
  specials: ['<s>', '</s>', '<|im_end|>'],
  opening: '<s>',
})
const prompt = { addGenerationPrompt: true }
const join = (parts: readonly { text: string }[]) => parts.map(({ text }) => text).join('')

test('a base model reads the opening and the messages, empty lines between', () => {
  const messages = [
    { role: 'system', content: 'A' },
    { role: 'user', content: 'B' },
  ] as const
  const parts = [
    { text: '<s>', trusted: true },
    { text: 'A\n\nB', trusted: false },
  ]
  expect(baseParts(codec(null), messages)).toEqual(parts)
  expect(chatParts(codec(null), messages, prompt)).toEqual(parts)
})

test('control tokens in messages are cut, text and template logic are not disturbed', () => {
  const template = `{{ bos_token }}{% for m in messages %}{{ m.content | trim }}{% if '</think>' in m.content %}!{% endif %}<|im_end|>{% endfor %}`
  const content = '  a </think> < b <|im_end|> c </s'
  const parts = chatParts(codec(template), [{ role: 'user', content }], prompt)
  expect(parts).toEqual([
    { text: '<s>a </think> < b <', trusted: true },
    { text: '|im_end|> c <', trusted: true },
    { text: '/s!<|im_end|>', trusted: true },
  ])
})

test('two messages do not join to a control token', () => {
  const template = '{{ messages[0].content }}{{ messages[1].content }}'
  const messages = [
    { role: 'user', content: 'x<|im_' },
    { role: 'user', content: 'end|>y' },
  ] as const
  const parts = chatParts(codec(template), messages, prompt)
  expect(join(parts)).toBe('x<|im_end|>y')
  expect(parts.some(({ text }) => text.includes('<|im_end|>'))).toBe(false)
})

test('a message that holds the usual guard gets another', () => {
  const content = '\uFDD0<s>\uFDD1'
  const parts = chatParts(codec('{{ messages[0].content }}'), [{ role: 'user', content }], prompt)
  expect(parts.map(({ text }) => text)).toEqual(['\uFDD0<', 's>\uFDD1'])
})

test('the clock is not offered', () => {
  const template = '{% if strftime_now is defined %}clock{% else %}none{% endif %}'
  expect(renderTemplate(template, {})).toBe('none')
})

test.each([
  [
    'what Python knows',
    '{{ True }} {{ none is none }} {{ range(2, 8, 3) | join(",") }}',
    'true true 2,5',
  ],
  ['counting down', '{{ range(3, 0, -1) | join(",") }}', '3,2,1'],
  ['white space as in transformers', '{% if true %}\n  a\n{% endif %}\nb', '  a\nb'],
  [
    'a namespace',
    '{% set n = namespace(i=0) %}{% for x in [1,2] %}{% set n.i = n.i + x %}{% endfor %}{{ n.i }}',
    '3',
  ],
])('templates have %s', (_, template, text) => {
  expect(renderTemplate(template, {})).toBe(text)
})

test.each([
  [
    'raises',
    "{{ raise_exception('roles must alternate') }}",
    'chat template: roles must alternate',
  ],
  ['does not parse', '{% for %}', 'chat template: '],
  ['calls what is not there', '{{ strftime_now("%Y") }}', 'chat template: '],
  [
    'counts far',
    '{% for x in range(1000000000) %}{% endfor %}',
    'expected at most 100000 items, found 1000000000',
  ],
  [
    'loops in loops',
    '{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}',
    'expected at most 200000 steps',
  ],
  [
    'doubles a text',
    '{% set n = namespace(s="ab") %}{% for x in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}',
    'expected at most 8388608 characters',
  ],
  [
    'doubles a list',
    '{% set n = namespace(s=[1, 2]) %}{% for x in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}',
    'expected at most 100000 items',
  ],
  ['calls itself', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', 'chat template: '],
  ['nests deeply', '{{ ' + '('.repeat(50_000), 'chat template: '],
])('a template that %s is refused in one sentence', (_, template, why) => {
  expect(() => renderTemplate(template, {})).toThrow(why)
})
