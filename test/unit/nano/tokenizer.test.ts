import { readFile } from 'node:fs/promises'
import { Tokenizer } from '@huggingface/tokenizers'
import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NANO_CODEC, fragmentUse } from '../../../electron/nano/codec.ts'
import { randomInput } from '../../../electron/nano/grammar/inputs.ts'
import { randomProgram } from '../../../electron/nano/grammar/program.ts'
import { seededRandom } from '../../../electron/nano/random.ts'
import { tokenizerConfig, tokenizerJson } from '../../../electron/nano/tokenizer.ts'
import { EOS, FRAGMENTS, SPECIALS, TOKENS, UNK } from '../../../electron/nano/vocabulary.ts'
import { CONTEXT_LENGTH } from '../../../electron/nano/write-tokenizer.ts'

const DIRECTORY = new URL('../../../resources/models/nano/', import.meta.url)

async function shipped(name: string): Promise<object> {
  const value: unknown = JSON.parse(await readFile(new URL(name, DIRECTORY), 'utf8'))
  if (typeof value !== 'object' || value === null) throw new TypeError(name)
  return value
}

const huggingFace = async (): Promise<Tokenizer> =>
  new Tokenizer(await shipped('tokenizer.json'), await shipped('tokenizer_config.json'))

const trusted = (text: string): number[] => NANO_CODEC.encode([{ text, trusted: true }])
const untrusted = (text: string): number[] => NANO_CODEC.encode([{ text, trusted: false }])

function grammarTexts(count: number): string[] {
  const random = seededRandom(11, 0)
  return Array.from({ length: count }, () => {
    const { text, input } = randomProgram(random)
    return `<SD>${text}<in>${randomInput(input, random)}<ans>${randomInput(input, random)}<eos>`
  })
}

const ascii = string({ unit: 'binary-ascii', maxLength: 60 })
const lines = array(constantFrom('\n', '    ', 'x', '7', '07', '123', ' % 2 == 0', '<in>', '['))

describe('the shipped tokenizer files', () => {
  test('are what the vocabulary makes', async () => {
    expect(await shipped('tokenizer.json')).toEqual(tokenizerJson())
    expect(await shipped('tokenizer_config.json')).toEqual(tokenizerConfig(CONTEXT_LENGTH))
  })

  test('give the same tokens as the codec on 20,000 grammar texts', async () => {
    const reference = await huggingFace()
    const different = grammarTexts(20_000).filter(
      (text) => reference.encode(text).ids.join() !== trusted(text).join(),
    )
    expect(different).toEqual([])
  })

  test('give the same tokens as the codec on any text', async () => {
    const reference = await huggingFace()
    const any = oneof(
      ascii,
      string({ unit: 'binary' }),
      lines.map((parts) => parts.join('')),
    )
    assert(
      property(any, (text) => {
        expect(trusted(text)).toEqual(reference.encode(text).ids)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the codec', () => {
  test('gives every printable text back', () => {
    const printable = ascii.filter((text) => /^[\x20-\x7e\n]*$/.test(text))
    assert(
      property(printable, (text) => {
        expect(NANO_CODEC.decode([...untrusted(text), EOS])).toBe(text)
      }),
      { numRuns: 2_000 },
    )
  })

  test('reads specials in trusted text only', () => {
    for (const special of SPECIALS) {
      expect(trusted(special)).toEqual([SPECIALS.indexOf(special)])
      expect(untrusted(special).filter((id) => id < SPECIALS.length)).toEqual([])
    }
  })

  test('takes numbers to 99 whole, larger ones digit by digit, and the sign apart', () => {
    const pieces = (text: string) => untrusted(text).map((id) => TOKENS[id])
    expect(pieces('7')).toEqual(['7'])
    expect(pieces('-42')).toEqual(['-', '42'])
    expect(pieces('105')).toEqual(['1', '0', '5'])
    expect(pieces('07')).toEqual(['0', '7'])
    expect(pieces('[10, 100]')).toEqual(['[', '10', ', ', '1', '0', '0', ']'])
  })

  test('maps a character it does not know to one unknown token', () => {
    expect(untrusted('é')).toEqual([UNK])
    expect(untrusted('😀\t')).toEqual([UNK, UNK])
    expect(NANO_CODEC.decode([UNK, 9_999])).toBe('<unk><unk>')
  })

  test('leaves only a final end token away', () => {
    const [x = 0] = untrusted('x')
    expect(NANO_CODEC.decode([EOS, x, EOS])).toBe('<eos>x')
    expect(NANO_CODEC.decode([])).toBe('')
  })
})

describe('the vocabulary', () => {
  test('has no token twice', () => {
    expect(new Set(TOKENS).size).toBe(TOKENS.length)
    expect(NANO_CODEC.vocabSize).toBe(288)
  })

  test('holds fragments that the grammar uses', () => {
    const use = fragmentUse(grammarTexts(5_000))
    // Booleans are outputs, which these texts have none of.
    const unused = FRAGMENTS.filter((token) => (use.get(token) ?? 0) < 5)
    expect(unused).toEqual(['True', 'False'])
  })
})
