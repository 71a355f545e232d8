import * as v from 'valibot'
import { expect, test } from 'vitest'
import { choice, flag, readOptions, real } from '../../../electron/cli/options.ts'
import { runAndStep, text, whole } from '../../../electron/cli/options.ts'

const Options = v.strictObject({
  json: flag,
  maxTokens: whole(1, 100),
  temperature: real(0, 2),
  device: choice(['cpu', 'webgpu']),
  run: v.optional(runAndStep),
  out: v.optional(text),
})
const GIVEN = { maxTokens: '8', temperature: '.5', device: 'cpu' }

test('texts become numbers, runs and choices', () => {
  expect(readOptions(Options, { ...GIVEN, run: 'azr-20261120-ab12@40' })).toEqual({
    maxTokens: 8,
    temperature: 0.5,
    device: 'cpu',
    run: { run: 'azr-20261120-ab12', step: 40 },
  })
  expect(readOptions(Options, { ...GIVEN, run: 'azr-1', temperature: '1e-1' })).toMatchObject({
    run: { run: 'azr-1', step: null },
    temperature: 0.1,
  })
})

test.each([
  [{ maxTokens: '0' }, '--max-tokens: expected a whole number from 1 to 100, found "0"'],
  [{ maxTokens: '1.5' }, '--max-tokens: expected a whole number from 1 to 100, found "1.5"'],
  [{ maxTokens: '0x10' }, '--max-tokens: expected a whole number from 1 to 100, found "0x10"'],
  [{ maxTokens: '' }, '--max-tokens: expected a whole number from 1 to 100, found ""'],
  [{ temperature: 'NaN' }, '--temperature: expected a number from 0 to 2, found "NaN"'],
  [{ temperature: 'Infinity' }, '--temperature: expected a number from 0 to 2, found "Infinity"'],
  [{ temperature: '-1' }, '--temperature: expected a number from 0 to 2, found "-1"'],
  [{ device: 'gpu' }, '--device: expected cpu, webgpu, found "gpu"'],
  [{ run: '../x' }, '--run: expected RUN or RUN@STEP, found "../x"'],
  [{ run: 'azr@' }, '--run: expected RUN or RUN@STEP, found "azr@"'],
  [{ out: '' }, '--out: expected a text, found none'],
])('%o is refused with its range', (change, sentence) => {
  expect(() => readOptions(Options, { ...GIVEN, ...change })).toThrow(sentence)
})
