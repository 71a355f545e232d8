import { expect, test } from 'vitest'
import { createOutput, hasColors } from '../../../electron/cli/output.ts'
import { createProgress } from '../../../electron/cli/progress.ts'

function streams() {
  const written = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof written) => ({
    isTTY: false,
    write: (text: string) => (written[name] += text),
  })
  return { written, stdout: stream('stdout'), stderr: stream('stderr') }
}

test('with --json stdout holds nothing but lines of JSON', () => {
  const { written, ...both } = streams()
  const output = createOutput(true, both)
  output.record({ step: 1 })
  output.note('remark')
  output.summary({ done: true }, () => 'for people')
  expect(written).toEqual({ stdout: '{"step":1}\n{"done":true}\n', stderr: 'remark\n' })
})

test('without it stdout is for people', () => {
  const { written, ...both } = streams()
  const output = createOutput(false, both)
  output.record({ step: 1 })
  output.summary({ done: true }, (colors) => colors.red('for people'))
  expect(written).toEqual({ stdout: 'for people\n', stderr: '' })
})

test('colours are for terminals, unless the environment says otherwise', () => {
  const terminal = { isTTY: true, write: () => true }
  const file = { write: () => true }
  expect(hasColors(terminal, {})).toBe(true)
  expect(hasColors(terminal, { NO_COLOR: '1' })).toBe(false)
  expect(hasColors(terminal, { NO_COLOR: '' })).toBe(true)
  expect(hasColors(terminal, { TERM: 'dumb' })).toBe(false)
  expect(hasColors(file, {})).toBe(false)
  expect(hasColors(file, { FORCE_COLOR: '1' })).toBe(true)
  expect(hasColors(file, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
})

test('progress without a terminal of some size gets a plain line now and then, and every remark', () => {
  let nowMs = 0
  let written = ''
  const stream = { isTTY: true, columns: 0, write: (text: string) => (written += text) !== '' }
  const progress = createProgress(stream as unknown as NodeJS.WriteStream, () => nowMs)
  for (let step = 0; step <= 12; step += 1) {
    nowMs = step * 1_000
    progress.show({ live: () => 'live', plain: () => `step ${step}` })
  }
  progress.note(() => 'warning')
  progress.note(() => null)
  progress.close()
  expect(written).toBe('step 5\nstep 10\nwarning\n')
})
