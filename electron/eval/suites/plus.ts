/**
 * HumanEval+ and MBPP+: the same questions with hundreds of inputs, graded against the outputs of the reference.
 * Source: evalplus/humanevalplus_release v0.1.10, evalplus/mbppplus_release v0.2.0.
 * Not here: what counts as an equal output (code/compare.ts), types that JSON cannot hold (plus-inputs.ts).
 */
import * as v from 'valibot'
import type { Benchmark, Question } from '../benchmark.ts'
import { differ, expectedOf } from '../code/differential.ts'
import type { Differential } from '../code/differential.ts'
import { programIn } from '../code/extract.ts'
import type { PyValue } from '../../python/value.ts'
import { asked, fenced } from '../templates.ts'
import { SIGNATURE_FIELDS, askedBySignature, candidate } from './humaneval.ts'
import type { SignatureRow } from './humaneval.ts'
import { typedInput } from './plus-inputs.ts'
import { findFile, readRecords } from './source.ts'

// Exact Python values: what JavaScript's numbers would lose. One item of MBPP+ has an object for no inputs.
const Inputs = v.custom<PyValue>(
  (value) => typeof value === 'object' && value !== null && 'kind' in value,
  'expected a list of argument lists',
)
const FIELDS = {
  ...SIGNATURE_FIELDS,
  contract: v.string(),
  base_input: Inputs,
  plus_input: Inputs,
  atol: v.pipe(v.number(), v.minValue(0)),
}
const HumanRow = v.strictObject({ ...FIELDS, test: v.string() })
const MbppRow = v.strictObject({ ...FIELDS, assertion: v.string() })
type Row = v.InferOutput<typeof HumanRow> | v.InferOutput<typeof MbppRow>

const EXACT = ['base_input', 'plus_input']
const PROTOCOL =
  "EvalPlus's inputs, tolerance and special oracles; outputs are compared outside of the candidate's process. The time limit holds for up to 400 inputs together: 10 s, or 8 times what the reference took."

export const HUMANEVAL_PLUS: Benchmark = {
  id: 'humaneval+',
  title: 'HumanEval+',
  licence: 'Apache-2.0, and MIT for the part of HumanEval',
  home: 'https://github.com/evalplus/humanevalplus_release',
  count: 164,
  area: 'code',
  sampling: { maxTokens: 768, topP: 1 },
  protocol: PROTOCOL,
  broken: {},
  load: async (folder) => {
    const file = await findFile(folder, [
      {
        path: 'humanevalplus/HumanEvalPlus.jsonl',
        sha256: '42526ec0e7d5f3ee0b06d6ced98f8c8bae3d76519151bfb3d36f79010645bd7f',
      },
    ])
    const found = await readRecords(folder, file, { schema: HumanRow, exact: EXACT }, 164)
    const questions = found.rows.map(({ row }) =>
      question(row, askedBySignature(row), (answer) => candidate(row, answer)),
    )
    return { questions, files: [found.file] }
  },
}

export const MBPP_PLUS: Benchmark = {
  id: 'mbpp+',
  title: 'MBPP+',
  licence: 'Apache-2.0; built on MBPP, CC BY 4.0',
  home: 'https://github.com/evalplus/mbppplus_release',
  count: 378,
  area: 'code',
  sampling: { maxTokens: 768, topP: 1 },
  protocol: PROTOCOL,
  broken: {},
  load: async (folder) => {
    const file = await findFile(folder, [
      {
        path: 'mbppplus/MbppPlus.jsonl',
        sha256: 'b54e762755248ca411b523c917fa9f93c07b5ff2966bf60b3917b853926a3dad',
      },
    ])
    const found = await readRecords(folder, file, { schema: MbppRow, exact: EXACT }, 378)
    const questions = found.rows.map(({ row }) =>
      question(row, askedByText(row), (answer) => programIn(answer, row.entry_point) ?? ''),
    )
    return { questions, files: [found.file] }
  },
}

function question(
  row: Row,
  ask: Omit<Question, 'grade'>,
  candidateOf: (answer: string) => string,
): Question {
  return {
    ...ask,
    grade: async (answers, deps) => {
      const suite = differential(row)
      const expected = await expectedOf(suite, deps)
      return await Promise.all(
        answers.map((answer) => differ(suite, expected, candidateOf(answer), deps)),
      )
    },
  }
}

function differential(row: Row): Differential {
  const inputs = [...listsOf(row.base_input), ...listsOf(row.plus_input)]
  const isMbpp = 'assertion' in row
  return {
    entry: row.entry_point,
    atol: row.atol,
    reference: isMbpp ? row.canonical_solution : row.prompt + row.canonical_solution,
    inputs: isMbpp ? inputs.map((input) => typedInput(row.task_id, input)) : inputs,
  }
}

const listsOf = (value: PyValue): (readonly PyValue[])[] =>
  value.kind === 'list'
    ? value.items.flatMap((item) => (item.kind === 'list' ? [item.items] : []))
    : []

const ENDS = ['\n"""', '\nassert', '\nif __name__', '\nprint(', '\n```']

function askedByText(row: SignatureRow): Omit<Question, 'grade'> {
  const instruction = `Please provide a self-contained Python script that solves the following problem in a markdown code block:\n${fenced(row.prompt.trim())}`
  return {
    id: row.task_id,
    cluster: row.task_id,
    kind: null,
    ask: (template) =>
      asked({ instruction, opening: `${row.prompt.trim()}\n`, ends: ENDS }, template),
    gold: () => fenced(row.canonical_solution),
  }
}
