/**
 * The two suites that measure nano models: programs that the stream holds out, and programs written by hand that no
 * grammar made. Neither may be used for tuning. Not here: making them (write-suites.ts), scoring (eval/).
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import { KINDS } from '../contract/task.ts'
import type { TaskBody } from '../contract/task.ts'

export const SUITES = ['nano-heldout', 'nano-ood'] as const
export type SuiteName = (typeof SUITES)[number]

/** cluster: items of one program count as one for intervals. */
export type SuiteItem = TaskBody & { readonly id: string; readonly cluster: string }

export const SUITE_DIRECTORY = fileURLToPath(new URL('../../resources/benchmarks', import.meta.url))

const text = (longest: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(longest))

/** One line of a suite file. */
const Line = v.pipe(
  v.strictObject({
    id: text(100),
    kind: v.picklist(KINDS),
    program: text(2_000),
    pairs: v.pipe(
      v.array(v.strictObject({ input: text(1_000), output: text(1_000) })),
      v.minLength(1),
      v.maxLength(20),
    ),
    visible: v.pipe(v.number(), v.integer(), v.minValue(0)),
  }),
  v.check(
    ({ kind, pairs, visible }) =>
      kind === 'induction' ? visible > 0 && visible < pairs.length : pairs.length === 1,
    'expected one pair, or for induction visible and hidden pairs',
  ),
)
export type SuiteLine = v.InferOutput<typeof Line>

function parseLine(line: string, where: string): SuiteItem {
  try {
    const found = v.parse(Line, JSON.parse(line))
    return { ...found, message: '', cluster: found.program }
  } catch (cause) {
    throw new AppError('config', `${where}: expected a suite item, found ${messageOf(cause)}`, {
      cause,
    })
  }
}

/** Reads a suite's text; name is for messages. Throws AppError('config') that names the line. */
export function parseSuite(content: string, name: string): SuiteItem[] {
  const lines = content.split('\n')
  const items = lines.flatMap((line, at) =>
    line.trim() === '' ? [] : [parseLine(line, `${name}, line ${at + 1}`)],
  )
  if (new Set(items.map(({ id }) => id)).size !== items.length) {
    throw new AppError('config', `${name}: expected unique ids, found one twice`)
  }
  return items
}

/** Throws AppError('config') when the file is missing or not a suite. */
export async function loadSuite(
  name: SuiteName,
  directory: string = SUITE_DIRECTORY,
): Promise<SuiteItem[]> {
  const path = `${directory}/${name}.jsonl`
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('config', `${path}: expected a suite file, found ${messageOf(cause)}`, {
      cause,
    })
  })
  return parseSuite(content, `${name}.jsonl`)
}
