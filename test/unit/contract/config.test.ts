import { describe, expect, test } from 'vitest'
import {
  PRESETS,
  RUN_FIELDS,
  fieldProblem,
  parseConfig,
  parseSettings,
  resolveConfig,
} from '../../../electron/contract/config.ts'

describe('the table of settings', () => {
  test('every default is in its own range', () => {
    const wrong = Object.entries(RUN_FIELDS).filter(
      ([, field]) => fieldProblem(field, field.default) !== null,
    )
    expect(wrong).toEqual([])
  })

  test('every field has one line of help', () => {
    const bad = Object.values(RUN_FIELDS).filter(({ help }) => !/^[^\n]{8,90}\.$/.test(help))
    expect(bad).toEqual([])
  })

  test('every preset resolves to a frozen configuration', () => {
    for (const preset of Object.keys(PRESETS)) {
      expect(Object.isFrozen(resolveConfig(preset))).toBe(true)
    }
  })

  test('the paper preset is the defaults, the code preset takes the code column', () => {
    const { edgeReward, advNorm, solveSource, clipHigh, entropyCoef } = resolveConfig('code')
    expect([edgeReward, advNorm, solveSource, clipHigh, entropyCoef]).toEqual([
      -0.5,
      'token',
      'previousStep',
      0.28,
      0,
    ])
    expect(resolveConfig('paper')).toEqual(parseConfig({}))
  })
})

describe('settings from the command line', () => {
  test('numbers, flags, choices and sets are read and put in the order of the table', () => {
    const texts = [
      'learningRate=2e-4',
      'mcReuse=true',
      'types=induction,deduction',
      'intrinsic=none',
    ]
    const config = resolveConfig('nano', parseSettings(texts))
    expect([config.learningRate, config.mcReuse, config.types, config.intrinsic]).toEqual([
      2e-4,
      true,
      ['deduction', 'induction'],
      [],
    ])
  })

  test.each([
    ['learnigRate=1', 'setting "learnigRate" does not exist; did you mean learningRate?'],
    ['batch=1.5', 'batch: expected a whole number from 1 to 4096, found 1.5'],
    ['batch=', 'batch: expected a whole number from 1 to 4096, found ""'],
    ['edgeReward=1', 'edgeReward: expected a number from -1 to 0, found 1'],
    ['batch=Infinity', 'batch: expected a whole number from 1 to 4096, found null'],
    ['mcReuse=yes', 'mcReuse: expected true or false, found "yes"'],
    ['advNorm=tokens', 'advNorm: expected sequence, token, found "tokens"'],
    [
      'types=deduction,deduction',
      'types: expected at least one of deduction, abduction, induction, found ["deduction","deduction"]',
    ],
    ['batch', 'setting "batch": expected key=value'],
    ['=4', 'setting "=4": expected key=value'],
  ])('%s is refused in one sentence', (text, message) => {
    expect(() => parseSettings([text])).toThrow(message)
  })

  test('names of the prototype are no settings', () => {
    expect(() => parseSettings(['__proto__=1'])).toThrow('does not exist')
    expect(() => parseSettings(['toString=1'])).toThrow('does not exist')
  })

  test('an unknown preset names the nearest', () => {
    expect(() => resolveConfig('nanoo')).toThrow('did you mean nano?')
  })
})

describe('settings that only make sense together', () => {
  test('fewer pairs are visible than there are', () => {
    expect(() => resolveConfig('nano', { visible: 6 })).toThrow(
      'visible: expected fewer than inputs (6), found 6',
    )
  })

  test('a stored configuration survives JSON', () => {
    const config = resolveConfig('nano', { seed: 7 })
    expect(parseConfig(JSON.parse(JSON.stringify(config)))).toEqual(config)
  })

  test.each([null, 3, 'x', [1]])('%j is no configuration', (value) => {
    expect(() => parseConfig(value)).toThrow('settings: expected an object')
  })
})
