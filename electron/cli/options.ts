/**
 * Options as they come from the command line: texts in, checked values out, each with its range in the message.
 * Not here: which options a command has (one file per command).
 */
import type { Command } from 'commander'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'

/** Present or not. */
export const flag = v.optional(v.literal(true))
export const text = v.pipe(v.string(), v.nonEmpty('expected a text, found none'))

/** Unlike Number(): no blanks, no hexadecimal, no Infinity. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function numeric(what: string, accepts: (value: number) => boolean) {
  const fits = (given: string) => DECIMAL.test(given) && accepts(Number(given))
  return v.pipe(
    v.string(),
    v.check(fits, ({ input }) => `expected ${what}, found ${JSON.stringify(input)}`),
    v.transform(Number),
  )
}

export function whole(min: number, max: number) {
  const within = (value: number) => Number.isInteger(value) && value >= min && value <= max
  return numeric(`a whole number from ${min} to ${max}`, within)
}

export function real(min: number, max: number) {
  return numeric(`a number from ${min} to ${max}`, (value) => value >= min && value <= max)
}

export function choice<const Choices extends readonly string[]>(choices: Choices) {
  return v.picklist(
    choices,
    ({ input }) => `expected ${choices.join(', ')}, found ${JSON.stringify(input)}`,
  )
}

/** RUN or RUN@STEP. */
export const runAndStep = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9][a-z0-9-]{0,63}(@\d{1,9})?$/,
    ({ input }) => `expected RUN or RUN@STEP, found ${JSON.stringify(input)}`,
  ),
  v.transform((given) => {
    const [run = '', step] = given.split('@')
    return { run, step: step === undefined ? null : Number(step) }
  }),
)

export const SEED = whole(0, 2 ** 31 - 1)

/** Throws AppError('usage') naming the option. */
export function readOptions<Options>(
  schema: v.GenericSchema<unknown, Options>,
  given: unknown,
): Options {
  const parsed = v.safeParse(schema, given)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const key = v.getDotPath(issue)?.split('.')[0]
  throw new AppError(
    'usage',
    key === undefined ? issue.message : `${flagOf(key)}: ${issue.message}`,
  )
}

/** maxTokens is --max-tokens. */
function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** For options that may be repeated. */
export function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value]
}

export function withJson(command: Command): Command {
  return command.option('--json', 'print machine-readable lines, the summary last')
}

export function withHome(command: Command): Command {
  return withJson(command.option('--home <dir>', 'where runs and settings live'))
}
