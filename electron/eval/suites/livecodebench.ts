/**
 * LiveCodeBench code generation: contest problems with hidden tests, programs or methods of a Solution class.
 * The files run to gigabytes: a problem's tests are read from the file again when it is graded.
 * Source: LiveCodeBench at 28fef95; livecodebench/code_generation_lite on Hugging Face (test.jsonl to test5.jsonl are
 * release v5).
 */
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import * as v from 'valibot'
import { AppError, messageOf } from '../../contract/errors.ts'
import type { Benchmark, Question, SuiteFile } from '../benchmark.ts'
import { programIn } from '../code/extract.ts'
import { type ProgramTest, judgeProgram } from '../code/stdin.ts'
import { asked, fenced } from '../templates.ts'
import { pickledText } from './pickle.ts'
import { isThere, parseRecord, readRecords, readSpan } from './source.ts'
import type { Span } from './source.ts'

const Row = v.strictObject({
  question_title: v.string(),
  question_content: v.string(),
  platform: v.string(),
  question_id: v.string(),
  contest_id: v.string(),
  contest_date: v.string(),
  starter_code: v.string(),
  difficulty: v.string(),
  public_test_cases: v.string(),
  private_test_cases: v.string(),
  metadata: v.string(),
})
type Row = v.InferOutput<typeof Row>

/** What is kept of a row. */
const Kept = v.pipe(
  Row,
  v.transform(({ question_id: id, question_content: text, starter_code: starter, metadata }) => ({
    id,
    text,
    starter,
    metadata,
  })),
)
type Kept = v.InferOutput<typeof Kept>

const NAMES = ['test.jsonl', 'test2.jsonl', 'test3.jsonl', 'test4.jsonl', 'test5.jsonl']
// The paper's script gives 60 s; six seconds for each test is LiveCodeBench's own limit.
const WALL_MS = 60_000

export const LIVECODEBENCH: Benchmark = {
  id: 'livecodebench',
  title: 'LiveCodeBench (release v5)',
  licence: 'cc, without a variant named by its authors',
  home: 'https://huggingface.co/datasets/livecodebench/code_generation_lite',
  count: null,
  area: 'code',
  sampling: { maxTokens: 8_096, topP: 1 },
  protocol:
    'All hidden and shown tests, greedy; input goes in, output is compared outside. The time limit of 60 s holds for all tests together.',
  broken: {},
  load: async (folder) => {
    const questions: Question[] = []
    const files: SuiteFile[] = []
    for (const name of NAMES) {
      const path = `livecodebench/${name}`
      if (!(await isThere(join(folder, path)))) continue
      const found = await readRecords(folder, { path, sha256: null }, { schema: Kept }, null)
      questions.push(...found.rows.map(({ row, span, where }) => question(row, span, where)))
      files.push(found.file)
    }
    if (files.length > 0) return { questions, files }
    throw new AppError('config', `${folder}: expected livecodebench/test.jsonl, found none`)
  },
}

function question(row: Kept, span: Span, where: string): Question {
  const functionName = functionNameOf(row.metadata, where)
  return {
    id: row.id,
    cluster: row.id,
    kind: null,
    ask: (template) => {
      const instruction = instructionOf(row)
      return asked(
        { instruction, opening: `${instruction}\n\`\`\`python\n`, ends: ['\n```'] },
        template,
      )
    },
    gold: () => null,
    grade: async (answers, deps) => {
      const tests = await testsAt(span, where)
      return await Promise.all(
        answers.map((answer) =>
          judgeProgram(programIn(answer, null) ?? '', functionName, tests, WALL_MS, deps),
        ),
      )
    },
  }
}

function instructionOf({ text, starter }: Kept): string {
  const opening = `You will be given a question (problem specification) and will generate a correct Python program that matches the specification and passes all tests.\n\nQuestion: ${text}\n\n`
  if (starter !== '') {
    return `${opening}You will use the following starter code to write the solution to the problem and enclose your code within delimiters.\n${fenced(starter)}\n`
  }
  return `${opening}Read the inputs from stdin solve the problem and write the answer to stdout (do not directly test on the sample inputs). Enclose your code within delimiters as follows.\n${fenced('# YOUR CODE HERE')}\n`
}

const Metadata = v.object({ func_name: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z_]\w*$/))) })

function functionNameOf(metadata: string, where: string): string | null {
  return parsed(metadata, Metadata, `${where}, field metadata`).func_name ?? null
}

const Tests = v.array(
  v.object({
    input: v.string(),
    output: v.string(),
    testtype: v.picklist(['stdin', 'functional']),
  }),
)

async function testsAt(span: Span, where: string): Promise<ProgramTest[]> {
  const row = parseRecord(await readSpan(span), where, { schema: Row })
  const shown = parsed(row.public_test_cases, Tests, `${where}, field public_test_cases`)
  const field = `${where}, field private_test_cases`
  const hidden = parsed(unpacked(row.private_test_cases, field), Tests, field)
  return [...shown, ...hidden].map(({ input, output }) => ({ input, output }))
}

const MAX_TESTS_BYTES = 512 * 2 ** 20

/** Plain JSON in early releases; else base64 of zlib of a pickled text. */
function unpacked(text: string, where: string): string {
  if (/^\s*\[/.test(text)) return text
  try {
    const bytes = inflateSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_TESTS_BYTES })
    return pickledText(bytes)
  } catch (cause) {
    throw new AppError('config', `${where}: expected packed tests, found ${messageOf(cause)}`, {
      cause,
    })
  }
}

function parsed<T>(text: string, schema: v.GenericSchema<unknown, T>, where: string): T {
  try {
    return v.parse(schema, JSON.parse(text))
  } catch (cause) {
    throw new AppError('config', `${where}: ${messageOf(cause)}`, { cause })
  }
}
