import { CommanderError } from 'commander'
import { expect, test } from 'vitest'
import { exitOf, failureOf } from '../../../electron/cli/failure.ts'
import { AppError } from '../../../electron/contract/errors.ts'

test('what the user can put right is exit 2, a broken world 1, an interruption 130', () => {
  const exits = (['usage', 'config', 'checkpoint', 'store', 'sandbox'] as const).map(
    (code) => failureOf(new AppError(code, 'so')).exit,
  )
  expect(exits).toEqual([2, 2, 2, 2, 2])
  expect(failureOf(new AppError('engine', 'so')).exit).toBe(1)
  expect(failureOf(new AppError('cancelled', 'cancelled'))).toEqual({
    exit: 130,
    sentence: 'interrupted',
  })
})

test('a sentence is one line that steers no terminal', () => {
  const error = new AppError('usage', 'found "a\nb" and \u001b[2J')
  expect(failureOf(error).sentence).toBe('found "a b" and \\x1b[2J')
})

test('an unexpected error says how to see its stack', () => {
  expect(failureOf(new TypeError('x is not a function'))).toEqual({
    exit: 1,
    sentence: 'unexpected error: x is not a function (set KELVIN_DEBUG=1 for the stack)',
  })
  expect(failureOf('text').sentence).toContain('text')
})

test("commander's suggestion joins its sentence", () => {
  const message = "error: unknown option '--stpes'\n(Did you mean --steps?)"
  expect(failureOf(new CommanderError(1, 'commander.unknownOption', message))).toEqual({
    exit: 2,
    sentence: "unknown option '--stpes'; did you mean --steps?",
  })
})

test('help is no failure, help instead of a command is wrong usage', () => {
  expect(failureOf(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'))).toEqual({
    exit: 0,
    sentence: '',
  })
  expect(failureOf(new CommanderError(1, 'commander.help', '(outputHelp)'))).toEqual({
    exit: 2,
    sentence: '',
  })
})

test('codes that have crossed a process keep their exit status', () => {
  expect(['checkpoint', 'engine', 'cancelled', 'crashed', 'toString'].map(exitOf)).toEqual([
    2, 1, 130, 1, 1,
  ])
})
