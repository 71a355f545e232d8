import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { randomProgram } from '../../../electron/nano/grammar/program.ts'
import { isHeldOut, isReserved, normalised, programHash } from '../../../electron/nano/holdout.ts'
import { parseHandWritten } from '../../../electron/nano/make-suites.ts'
import { seededRandom } from '../../../electron/nano/random.ts'
import { HAND_WRITTEN } from '../../../electron/nano/reserved.ts'
import { SUITE_DIRECTORY, loadSuite } from '../../../electron/nano/suites.ts'

const plain = "def f(x):\n    y = x + ['a']\n    return y"

describe('normalised text', () => {
  test.each([
    ['trailing blanks', "def f(x):  \n    y = x + ['a'] \n    return y\n\n"],
    ['other spacing', "def f( x ):\n\n    y  =  x+[ 'a' ]\n    return  y"],
    ['comments', "def f(x): # note\n    # more\n    y = x + ['a']  # 'b'\n    return y"],
    ['double quotes', 'def f(x):\n    y = x + ["a"]\n    return y'],
    ['carriage returns and tabs', "def f(x):\r\n\ty = x + ['a']\r\n\treturn y"],
  ])('is the same under %s', (_, variant) => {
    expect(normalised(variant)).toBe(normalised(plain))
    expect(programHash(variant)).toBe(programHash(plain))
  })

  test.each([
    ['blanks in strings', "def f(x):\n    y = x + ['a ']\n    return y"],
    ['a hash in a string', "def f(x):\n    y = x + ['a#']\n    return y"],
    ['indentation', "def f(x):\n    y = x + ['a']\n     return y"],
    ['words', "def f(x):\n    y = x + ['a']\n    returny"],
  ])('differs under %s', (_, variant) => {
    expect(normalised(variant)).not.toBe(normalised(plain))
  })
})

describe('the held-out twentieth', () => {
  test('is about a twentieth of distinct programs', () => {
    const random = seededRandom(21, 0)
    const texts = new Set(Array.from({ length: 40_000 }, () => randomProgram(random).text))
    const share = [...texts].filter(isHeldOut).length / texts.size
    expect(share).toBeGreaterThan(0.047)
    expect(share).toBeLessThan(0.053)
  })

  test('never changes: frozen hashes', () => {
    expect(programHash('def f(x):\n    return x')).toMatchInlineSnapshot(`"e8425bb7d73e2376"`)
    expect(programHash(plain)).toMatchInlineSnapshot(`"81c1906141d6de95"`)
  })
})

describe('reserved programs', () => {
  test('hold every hand-written function and nothing else', async () => {
    const source = await readFile(`${SUITE_DIRECTORY}/nano-ood.py`, 'utf8')
    const hashes = parseHandWritten(source).map(({ program }) => programHash(program))
    expect(new Set(hashes)).toEqual(HAND_WRITTEN)
    expect(hashes.length).toBe(HAND_WRITTEN.size)
  })

  test('hold every program of both suites, however it is spaced', async () => {
    const items = [...(await loadSuite('nano-heldout')), ...(await loadSuite('nano-ood'))]
    const missed = items.filter(
      ({ program }) => !isReserved(program) || !isReserved(`${program.replaceAll(', ', ',')}\n`),
    )
    expect(missed).toEqual([])
  })
})
