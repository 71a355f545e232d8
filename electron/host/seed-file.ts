/**
 * Tasks of the user's to begin a run with: one JSON object per line, as `kelvin export --what tasks` writes them
 * or as the reference implementation keeps its seeds (snippet, input or inputs, imports). Outputs are not read:
 * they come from running the program.
 * Not here: whether a task is any good (selfplay/azr/own-tasks.ts). Source: azr.md 1.1, 11.3.
 */
import { readFile, stat } from 'node:fs/promises'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import { KINDS } from '../contract/task.ts'
import type { SeedTask } from '../selfplay/recipe.ts'

const MAX_BYTES = 64 * 2 ** 20
const MAX_TASKS = 100_000

const Text = v.pipe(v.string(), v.maxLength(100_000))
const Message = v.optional(v.nullable(Text), '')
const Exported = v.object({
  kind: v.picklist(KINDS),
  program: Text,
  pairs: v.pipe(v.array(v.object({ input: Text })), v.minLength(1), v.maxLength(1_000)),
  message: Message,
})
const Imports = v.optional(v.array(Text), [])
const Triplet = v.object({ snippet: Text, input: Text, imports: Imports })
const Problem = v.object({
  snippet: Text,
  inputs: v.pipe(v.array(Text), v.minLength(1), v.maxLength(1_000)),
  message: Message,
  imports: Imports,
})

/** Throws AppError('usage') naming file, line and what is wrong. */
export async function readSeedFile(path: string): Promise<SeedTask[]> {
  const lines = (await readText(path)).split('\n')
  const tasks = lines.flatMap((line, at) =>
    line.trim() === '' ? [] : [readSeed(line, `${path}, line ${at + 1}`)],
  )
  if (tasks.length > 0 && tasks.length <= MAX_TASKS) return tasks
  throw new AppError(
    'usage',
    `${path}: expected 1 to ${MAX_TASKS} tasks, one a line, found ${tasks.length}`,
  )
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size <= MAX_BYTES) return await readFile(path, 'utf8')
    throw new AppError('usage', `${path}: expected at most ${MAX_BYTES} bytes, found ${size}`)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('usage', `${path}: expected a file of tasks, found ${messageOf(cause)}`)
  }
}

function readSeed(line: string, place: string): SeedTask {
  const found = parsed(line)
  const row = v.safeParse(v.union([Exported, Problem, Triplet]), found)
  if (!row.success) {
    throw new AppError(
      'usage',
      `${place}: expected an object with kind, program and pairs, or with snippet and input or inputs, found ${line.slice(0, 80)}`,
    )
  }
  const task = row.output
  if ('program' in task) {
    const { kind, program, pairs, message } = task
    return { kind, program, inputs: pairs.map(({ input }) => input), message: message ?? '' }
  }
  const program = [...task.imports, task.snippet].join('\n')
  return 'inputs' in task
    ? { kind: 'induction', program, inputs: task.inputs, message: task.message ?? '' }
    : { kind: 'deduction', program, inputs: [task.input], message: '' }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
