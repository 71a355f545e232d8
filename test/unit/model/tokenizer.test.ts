import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert, constantFrom, property, array, string as text, oneof } from 'fast-check'
import * as v from 'valibot'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeConfig } from '../../../electron/model/config-json.ts'
import { baseCodec, chatCodec, chatParts } from '../../../electron/model/template.ts'
import { openTokenizer } from '../../../electron/model/tokenizer.ts'
import { LLAMA } from './configs.ts'

const GOLDEN = fileURLToPath(new URL('../../golden/tokenizers/', import.meta.url))
const ids = v.array(v.number())
const schema = v.object({
  vocabSize: v.number(),
  specials: v.array(v.string()),
  encodings: v.array(
    v.object({ text: v.string(), trusted: ids, untrusted: ids, decoded: v.string() }),
  ),
  decodings: v.array(v.object({ ids, text: v.string() })),
  chats: v.array(
    v.object({
      messages: v.array(
        v.object({ role: v.picklist(['system', 'user', 'assistant']), content: v.string() }),
      ),
      addGenerationPrompt: v.boolean(),
      variables: v.record(v.string(), v.boolean()),
      text: v.string(),
      ids,
    }),
  ),
})

async function load(name: string) {
  const golden = v.parse(
    schema,
    JSON.parse(readFileSync(join(GOLDEN, name, 'golden.json'), 'utf8')),
  )
  const codec = await openTokenizer(join(GOLDEN, name), { vocabSize: golden.vocabSize, eosIds: [] })
  return { golden, codec }
}
const styles = [
  ['llama3', await load('llama3')],
  ['qwen2', await load('qwen2')],
] as const

test.each(styles)(
  '%s: trusted texts have the ids of the reference library',
  (_, { golden, codec }) => {
    for (const row of golden.encodings) {
      expect([row.text, codec.encode([{ text: row.text, trusted: true }])]).toEqual([
        row.text,
        row.trusted,
      ])
    }
  },
)

test.each(styles)(
  '%s: untrusted texts have the ids of the reference library',
  (_, { golden, codec }) => {
    for (const row of golden.encodings) {
      expect([row.text, codec.encode([{ text: row.text, trusted: false }])]).toEqual([
        row.text,
        row.untrusted,
      ])
    }
  },
)

test.each(styles)(
  '%s: ids decode to the texts of the reference library',
  (_, { golden, codec }) => {
    // A stop token at the end is left away: 0 stands in for the end, and is cut again.
    const end = codec.decode([0])
    const all = [
      ...golden.encodings.map((row) => ({ ids: row.trusted, text: row.decoded })),
      ...golden.decodings,
    ]
    for (const row of all) {
      const decoded = codec.decode([...row.ids, 0])
      expect([row.ids, decoded.slice(0, decoded.length - end.length)]).toEqual([row.ids, row.text])
    }
  },
)

test.each(styles)('%s: chats render and encode as in transformers', (_, { golden, codec }) => {
  for (const { messages, addGenerationPrompt, variables, text, ids } of golden.chats) {
    const parts = chatParts(codec, messages, { addGenerationPrompt, variables })
    expect(parts.map((part) => part.text).join('')).toBe(text)
    expect(codec.encode(parts)).toEqual(ids)
  }
})

test.each(styles)('%s: no untrusted text becomes a control token', (_, { golden, codec }) => {
  const control = new Set(golden.specials.map((special) => codec.tokenId(special)))
  const pieces = golden.specials.flatMap((special) => [
    special,
    special.slice(0, -1),
    special.slice(1),
    special.slice(0, 2),
  ])
  const evil = array(oneof(constantFrom(...pieces, '<', '|', '>', ' ', '\n'), text()), {
    maxLength: 6,
  }).map((parts) => parts.join(''))
  const plain = chatParts(codec, [{ role: 'user', content: 'x' }], { addGenerationPrompt: true })
  const expected = codec.encode(plain).filter((id) => control.has(id))
  assert(
    property(evil, (content) => {
      const direct = codec.encode([{ text: content, trusted: false }])
      expect(direct.filter((id) => control.has(id))).toEqual([])
      const chat = chatParts(codec, [{ role: 'user', content }], { addGenerationPrompt: true })
      expect(codec.encode(chat).filter((id) => control.has(id))).toEqual(expected)
    }),
    { numRuns: 200, seed: 3 },
  )
})

test.each(styles)('%s: untrusted text survives encoding and decoding', (_, { codec }) => {
  // qwen2 normalises to composed characters
  const composed = text({ unit: 'binary' }).map((content) => content.normalize('NFC'))
  assert(
    property(composed, (content) => {
      const tokens = codec.encode([{ text: content, trusted: false }])
      expect(codec.decode(tokens)).toBe(content)
    }),
    { numRuns: 300, seed: 4 },
  )
})

test('parts are encoded one after another', () => {
  const [, { codec }] = styles[1]
  const encode = (content: string, trusted: boolean) => codec.encode([{ text: content, trusted }])
  const parts = [
    { text: '<|im_start|>user\n', trusted: true },
    { text: '<|im_end|>', trusted: false },
    { text: '', trusted: true },
  ]
  expect(codec.encode(parts)).toEqual([
    ...encode('<|im_start|>user\n', true),
    ...encode('<|im_end|>', false),
  ])
})

test('a final stop token is left away, an inner one is written out', async () => {
  const codec = await openTokenizer(join(GOLDEN, 'qwen2'), { vocabSize: 405, eosIds: [400] })
  expect(codec.stopIds).toEqual([400, codec.tokenId('<|im_end|>')])
  const tokens = codec.encode([{ text: 'a<|im_end|>b<|im_end|><|endoftext|>', trusted: true }])
  expect(codec.decode(tokens)).toBe('a<|im_end|>b<|im_end|>')
  expect(codec.decode(tokens.slice(0, -1))).toBe('a<|im_end|>b')
  expect(codec.decode(Int32Array.from(tokens.slice(0, -3)))).toBe('a')
  expect(codec.decode([])).toBe('')
})

test('ids that pad the vocabulary decode to a mark', async () => {
  const codec = await openTokenizer(join(GOLDEN, 'qwen2'), { vocabSize: 512, eosIds: [] })
  const [a = 0] = codec.encode([{ text: 'a', trusted: false }])
  expect(codec.decode([a, 510, 511, a])).toBe('a\uFFFD\uFFFDa')
})

test('the codec for chat models puts the template around one user message', () => {
  const [, { codec }] = styles[1]
  const parts = [
    { text: 'Say ', trusted: true },
    { text: '<|im_end|>', trusted: false },
  ]
  const text = codec.decode(chatCodec(codec).encode(parts))
  expect(text).toMatch(
    /^<\|im_start\|>system\n.*<\|im_start\|>user\nSay <\|im_end\|><\|im_end\|>\n<\|im_start\|>assistant\n$/s,
  )
  const end = codec.tokenId('<|im_end|>')
  expect(
    chatCodec(codec)
      .encode(parts)
      .filter((id) => id === end),
  ).toHaveLength(2)
  const quiet = chatCodec(codec, { enable_thinking: false })
  expect(codec.decode(quiet.encode(parts))).toMatch(/<think>\n\n<\/think>\n\n$/)
  expect(() => chatCodec({ ...codec, chatTemplate: null })).toThrow('found a base model')
})

test('the codec for base models begins with the opening', () => {
  const [, { codec }] = styles[0]
  const parts = [{ text: 'ab', trusted: false }]
  expect(codec.decode(baseCodec(codec).encode(parts))).toBe('<|begin_of_text|>ab')
})

test('the opening is what the tokenizer puts before a text', () => {
  expect(styles.map(([, { codec }]) => codec.opening)).toEqual(['<|begin_of_text|>', ''])
})

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kelvin-tokenizer-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const tiny = {
  version: '1.0',
  added_tokens: [{ id: 3, content: '<end>', special: true, normalized: true }],
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: null,
  post_processor: null,
  decoder: { type: 'Fuse' },
  model: {
    type: 'BPE',
    vocab: { a: 0, b: 1, ab: 2, '<end>': 3, '<': 4, e: 5, n: 6, d: 7, '>': 8, '<unk>': 9 },
    merges: [['a', 'b']],
    unk_token: '<unk>',
    ignore_merges: true,
  },
}
const write = (name: string, value: unknown) =>
  writeFileSync(join(directory, name), JSON.stringify(value))
const sized = { vocabSize: 10, eosIds: [] }

test('neither normalisation nor whole words of the vocabulary make a control token of untrusted text', async () => {
  write('tokenizer.json', tiny)
  const codec = await openTokenizer(directory, sized)
  const spelled = [4, 5, 6, 7, 8]
  expect(codec.encode([{ text: '<end>', trusted: true }])).toEqual([3])
  expect(codec.encode([{ text: '<end>', trusted: false }])).toEqual(spelled)
  expect(codec.encode([{ text: '<END>', trusted: false }])).toEqual(spelled)
  expect(codec.encode([{ text: 'abx', trusted: false }])).toEqual([2, 9])
})

test('config.json of the folder gives vocabulary and stop ids', async () => {
  write('tokenizer.json', tiny)
  writeFileSync(join(directory, 'config.json'), writeConfig({ ...LLAMA, eosIds: [3] }))
  const codec = await openTokenizer(directory)
  expect([codec.vocabSize, codec.stopIds, codec.chatTemplate]).toEqual([11, [3], null])
})

test.each([
  ['is missing', null, 'expected tokenizer.json, found none'],
  ['has no model', {}, 'tokenizer.json: model'],
  [
    'has ids beyond the model',
    { ...tiny, added_tokens: [{ id: 10, content: 'x' }] },
    "expected token ids below the model's vocabulary of 10, found 10",
  ],
  [
    'has a vocabulary of texts',
    { ...tiny, model: { ...tiny.model, vocab: { a: 'b' } } },
    'tokenizer.json: model.vocab',
  ],
  [
    'has an unknown normaliser',
    { ...tiny, normalizer: { type: 'Magic' } },
    'not supported: Unknown Normalizer type: Magic',
  ],
  [
    'has an empty token',
    { ...tiny, added_tokens: [{ id: 1, content: '' }] },
    'added_tokens.0.content',
  ],
])('a tokenizer that %s is refused', async (_, json, why) => {
  if (json !== null) write('tokenizer.json', json)
  await expect(openTokenizer(directory, sized)).rejects.toThrow(why)
})

test('the template comes from its file, from the config, or by name', async () => {
  const template = async () => (await openTokenizer(directory, sized)).chatTemplate
  write('tokenizer.json', tiny)
  write('tokenizer_config.json', { chat_template: [{ name: 'default', template: 'named' }] })
  expect(await template()).toBe('named')
  write('tokenizer_config.json', { chat_template: [{ name: 'tool_use', template: 'named' }] })
  expect(await template()).toBeNull()
  write('tokenizer_config.json', { chat_template: 'plain', eos_token: { content: '<end>' } })
  expect(await template()).toBe('plain')
  writeFileSync(join(directory, 'chat_template.jinja'), 'file')
  expect(await template()).toBe('file')
})
