/**
 * HumanEval: a function from its signature and docstring, graded by a check function of asserts.
 * Source: openai/human-eval at 6d43fb9; the prompts are EvalPlus's (evalplus/codegen.py).
 */
import * as v from 'valibot'
import type { Benchmark, Question, Template } from '../benchmark.ts'
import { completed } from '../code/extract.ts'
import { judge, record } from '../code/replay.ts'
import type { AssertSuite } from '../code/replay.ts'
import { asked, fenced } from '../templates.ts'
import { findFile, readRecords } from './source.ts'

export const SIGNATURE_FIELDS = {
  task_id: v.string(),
  prompt: v.string(),
  entry_point: v.pipe(v.string(), v.regex(/^[A-Za-z_]\w*$/)),
  canonical_solution: v.string(),
}

const Row = v.strictObject({ ...SIGNATURE_FIELDS, test: v.string() })
type Row = v.InferOutput<typeof Row>
/** Of HumanEval and HumanEval+. */
export type SignatureRow = Pick<Row, keyof typeof SIGNATURE_FIELDS>

const FILES = [
  {
    path: 'humaneval/HumanEval.jsonl',
    sha256: '1d49078ba3e2b196b9344535bef34a43021f038fad9561d6ee7c53450609a6a2',
  },
]

export const HUMANEVAL: Benchmark = {
  id: 'humaneval',
  title: 'HumanEval',
  licence: 'MIT, © OpenAI',
  home: 'https://github.com/openai/human-eval',
  count: 164,
  area: 'code',
  sampling: { maxTokens: 768, topP: 1 },
  protocol:
    "The suite's own asserts, greedy pass@1 as the paper; candidate and asserts never share a process, and answers that are no plain data count as wrong.",
  broken: {},
  load: async (folder) => {
    const found = await readRecords(folder, await findFile(folder, FILES), { schema: Row }, 164)
    return { questions: found.rows.map(({ row }) => question(row)), files: [found.file] }
  },
}

function question(row: Row): Question {
  const suite: AssertSuite = {
    reference: row.prompt + row.canonical_solution,
    entry: row.entry_point,
    tests: `${row.test}\ncheck(candidate)\n`,
  }
  return {
    ...askedBySignature(row),
    grade: async (answers, deps) => {
      const recording = await record(suite, deps)
      return await Promise.all(
        answers.map((answer) => judge(suite, recording, candidate(row, answer), deps)),
      )
    },
  }
}

export const candidate = (row: SignatureRow, answer: string): string =>
  completed(row.prompt, answer, row.entry_point)

/** Where a base model has finished the function and begins something else. */
const ENDS = [
  '\ndef ',
  '\nclass ',
  '\nimport ',
  '\nfrom ',
  '\nassert ',
  '\nif __name__',
  '\nprint(',
  '\n```',
]

const INSTRUCTION =
  'Please provide a self-contained Python script that solves the following problem in a markdown code block:'

export function askedBySignature(row: SignatureRow): Omit<Question, 'grade'> {
  const program = row.prompt + row.canonical_solution
  return {
    id: row.task_id,
    cluster: row.task_id,
    kind: null,
    ask: (template) =>
      asked(
        {
          instruction: `${INSTRUCTION}\n${fenced(row.prompt.trim())}`,
          opening: `${row.prompt.trim()}\n`,
          ends: ENDS,
        },
        template,
      ),
    gold: (template: Template) =>
      template === 'base' || template === 'nano' ? row.canonical_solution : fenced(program),
  }
}
