/**
 * Gold outputs by execution: a batch of grammar programs with their inputs in one sandbox request, thousands a second.
 * Not here: model-written programs, which get a child each (sandbox/), and what is made of the pairs (stream.ts).
 */
import { AppError } from '../contract/errors.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Working } from '../selfplay/prompts/nano.ts'
import { RUNNER, SEPARATOR } from './runner.ts'

export type Call = {
  readonly program: string
  /** Literal text of each argument, JSON-compatible but for its quotes. */
  readonly inputs: readonly string[]
  /** How many usable pairs make the program usable. */
  readonly wanted: number
  /** Whether the steps are wanted too; none are given where they are too many. */
  readonly told?: boolean
}

/** Literal text of an input and of the output it gave. */
export type TextPair = { readonly input: string; readonly output: string }

const LIMITS = { wallMs: 20_000, memoryBytes: 512 * 2 ** 20, outputChars: 1_000_000 } as const

/** The JSON of a nano literal: the same text but for string quotes, which hold no quote of either kind. */
function jsonValue(literal: string): string {
  return literal.startsWith("'") ? JSON.stringify(literal.slice(1, -1)) : literal
}

function requestText(calls: readonly Call[]): string {
  const items = calls.map(
    ({ wanted, told = false, program, inputs }) =>
      `[${wanted},${told ? 1 : 0},${JSON.stringify(program)},[${inputs.map(jsonValue).join(',')}]]`,
  )
  // JSON of ASCII text is a Python string literal too.
  return JSON.stringify(`[${items.join(',')}]`)
}

function pairsOf(line: string, call: Call): readonly Working[] | null {
  if (line === '') return null
  const fields = line.split('\t')
  return Array.from({ length: fields.length / 3 }, (_, i) => ({
    input: call.inputs[Number(fields[3 * i])] ?? '',
    output: fields[3 * i + 1] ?? '',
    steps: (fields[3 * i + 2] ?? '').split(SEPARATOR).filter((step) => step !== ''),
  }))
}

/** The string that canonical text holds; python/canonical.ts reads any value, this one 30 times faster. */
function textOf(canonical: string): string {
  const hex = /^s((?:[0-9a-f]{2})*);$/.exec(canonical)?.[1]
  if (hex === undefined) {
    throw new AppError('sandbox', `nano batch: expected a string, found ${canonical.slice(0, 40)}`)
  }
  return Buffer.from(hex, 'hex').toString('utf8')
}

/**
 * The pairs of each program, `wanted` of them, or null where it raised, overflowed the value limits or ran dry.
 * Throws AppError('sandbox') when the batch as a whole did not run, or is too long to send (over about 1,000 calls).
 */
export async function execute(
  calls: readonly Call[],
  sandbox: Pick<Sandbox, 'run'>,
  signal?: AbortSignal,
): Promise<(readonly Working[] | null)[]> {
  if (calls.length === 0) return []
  const request = { program: RUNNER, inputs: [requestText(calls)], limits: LIMITS }
  const [outcome] = (await sandbox.run(request, signal)).outcomes
  if (outcome?.status !== 'ok') {
    const found = outcome === undefined ? 'no outcome' : `${outcome.status} (${outcome.detail})`
    throw new AppError('sandbox', `nano batch: expected outputs, found ${found}`)
  }
  const lines = textOf(outcome.canonical).split('\n')
  if (lines.length !== calls.length) {
    throw new AppError(
      'sandbox',
      `nano batch: expected ${calls.length} lines, found ${lines.length}`,
    )
  }
  return calls.map((call, index) => pairsOf(lines[index] ?? '', call))
}
