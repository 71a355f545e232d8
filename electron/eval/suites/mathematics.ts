/**
 * Mathematical suites: a question and a final answer, compared as mathematics.
 * Contest and textbook texts may not be passed on by us: an answer key alone can be checked, but not asked.
 * Source: azr.md section 10; the files are those of its evaluation folder, or keys taken from them.
 */
import * as v from 'valibot'
import type { Benchmark, KnownFile, Question } from '../benchmark.ts'
import { right, wrong } from '../benchmark.ts'
import { equivalent } from '../math/equivalence.ts'
import type { MathRules } from '../math/equivalence.ts'
import { lastBoxed, mathAnswer, schoolAnswer } from '../math/extract.ts'
import { asked } from '../templates.ts'
import { findFile, readRecords } from './source.ts'

/** problem null: the file is a key. */
type Item = {
  /** '': its place in the file. */
  readonly id: string
  readonly problem: string | null
  readonly answer: string
  readonly rules?: MathRules
}

const optionalText = v.optional(v.nullable(v.string()))
const identifier = v.union([v.string(), v.number()])

type Suite = Pick<Benchmark, 'id' | 'title' | 'licence' | 'home' | 'count'> & {
  readonly files: readonly KnownFile[]
  readonly schema: v.GenericSchema<unknown, Item>
  readonly note?: string
  readonly read?: (response: string) => string | null
}

const PROTOCOL =
  'Greedy, at most 16,000 tokens, top-p 0.95 when sampled, as the paper. The last boxed answer counts; equality is decided by value. Stricter than the reference harness, which takes relative differences of 1e-4 and factors of 100 for equal.'

function mathSuite({ files, schema, note, read = mathAnswer, ...about }: Suite): Benchmark {
  return {
    ...about,
    area: 'math',
    sampling: { maxTokens: 16_000, topP: 0.95 },
    protocol: note === undefined ? PROTOCOL : `${PROTOCOL} ${note}`,
    broken: {},
    load: async (folder) => {
      const file = await findFile(folder, files)
      const found = await readRecords(folder, file, { schema }, about.count)
      const questions = found.rows.map(({ row }, at) =>
        question(row.id === '' ? { ...row, id: String(at + 1) } : row, read),
      )
      return { questions, files: [found.file] }
    },
  }
}

const REQUEST = 'Please reason step by step, and put your final answer within \\boxed{}.'

function question(item: Item, read: (response: string) => string | null): Question {
  const { id, problem, answer, rules } = item
  return {
    id,
    cluster: id,
    kind: null,
    ask: (template) =>
      problem === null
        ? null
        : asked(
            {
              instruction: `${problem}\n${REQUEST}`,
              opening: `Question: ${problem}\n${REQUEST}\nAnswer:`,
              ends: ['\nQuestion:'],
            },
            template,
          ),
    gold: () => `The final answer is \\boxed{${answer}}.`,
    grade: (answers) =>
      Promise.resolve(answers.map((response) => grade(answer, response, read, rules))),
  }
}

function grade(
  reference: string,
  response: string,
  read: (response: string) => string | null,
  rules: MathRules | undefined,
) {
  const found = read(response)
  if (found === null) return wrong('no answer was found', null)
  const { equal, reason } = equivalent(reference, found, rules)
  return equal ? right(reason, found) : wrong(reason, found)
}

const CONTEST_LICENCE = 'contest texts of the Mathematical Association of America; no licence known'
const AZR_HOME =
  'https://github.com/LeapLabTHU/Absolute-Zero-Reasoner/tree/master/evaluation/math_eval/eval/data'

const full = (name: string, sha256: string): KnownFile => ({ path: `${name}/test.jsonl`, sha256 })
const key = (name: string, sha256: string): KnownFile => ({
  path: `answer-keys/${name}.jsonl`,
  sha256,
})

export const GSM8K = mathSuite({
  id: 'gsm8k',
  title: 'GSM8K',
  licence: 'MIT, © 2021 OpenAI',
  home: 'https://github.com/openai/grade-school-math',
  count: 1319,
  files: [full('gsm8k', '3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14')],
  schema: v.pipe(
    v.strictObject({
      question: v.string(),
      answer: v.pipe(v.string(), v.regex(/#### *-?[\d,]+\s*$/)),
    }),
    v.transform(({ question: problem, answer }): Item => {
      const value = /#### *(-?[\d,]+)\s*$/.exec(answer)?.[1] ?? ''
      return { id: '', problem, answer: value.replaceAll(',', '') }
    }),
  ),
  note: 'Without a box, the number behind #### or the last number counts.',
  read: schoolAnswer,
})

const Math500 = v.pipe(
  v.strictObject({
    problem: v.optional(v.string()),
    solution: v.optional(v.string()),
    answer: v.string(),
    subject: v.string(),
    level: v.pipe(v.number(), v.integer()),
    unique_id: v.string(),
  }),
  v.transform(({ problem, answer, unique_id: id }): Item => ({
    id,
    problem: problem ?? null,
    answer,
  })),
)

export const MATH500 = mathSuite({
  id: 'math500',
  title: 'MATH-500',
  licence: 'MIT by its authors; contested by Art of Problem Solving since 2025-01-02',
  home: 'https://github.com/openai/prm800k/tree/main/prm800k/math_splits',
  count: 500,
  files: [
    full('math500', '35dc41080a3680858b27fa7e0533d2d547825316fc5dafe5d316f4ccc5a06132'),
    key('math500', '55668c193f529d6b8bff4a28e6415d273646eeadc12bcadff0d18e60f678fd3c'),
  ],
  schema: Math500,
})

const Contest = v.pipe(
  v.strictObject({
    id: identifier,
    problem: v.optional(v.string()),
    question: optionalText,
    solution: optionalText,
    answer: v.union([v.string(), v.number()]),
    url: optionalText,
  }),
  v.transform(({ id, problem, answer }): Item => ({
    id: String(id),
    problem: problem ?? null,
    answer: String(answer),
  })),
)

const contest = (
  id: string,
  title: string,
  count: number,
  sha256: { readonly full: string; readonly key: string },
): Benchmark =>
  mathSuite({
    id,
    title,
    licence: CONTEST_LICENCE,
    home: AZR_HOME,
    count,
    files: [full(id, sha256.full), key(id, sha256.key)],
    schema: Contest,
  })

export const AIME24 = contest('aime24', 'AIME 2024', 30, {
  full: 'af2b8bd2aa911b6333ad0df32f3ca05c7ae8ed10f1731f4372c8ae26990bf7ac',
  key: 'e03824761cf55a92df34ecd127e124e6a6570d8edb3c57d69fb025fcff089914',
})
export const AIME25 = contest('aime25', 'AIME 2025', 30, {
  full: '20c1ca392758d96bd1e28af15d9f30df5660257927cacc9eac7301c29f677d1a',
  key: 'c4141bb229a6f8072de3bd5604cfe80e00bea727001a53e0ceb64d30be95c760',
})
export const AMC23 = contest('amc23', 'AMC 2023', 40, {
  full: '43707e1ca784602d8479de24ee8ce36609dbebc46dd152b0b12a46611aa898a4',
  key: '7eca6a0b253671dbece370808114a4595976ab46ed3ff82bd9a17583ff768bfa',
})

const Minerva = v.pipe(
  v.strictObject({
    problem: v.optional(v.string()),
    solution: v.optional(v.string()),
    answer: v.optional(v.string()),
    type: v.string(),
    idx: v.pipe(v.number(), v.integer()),
  }),
  v.check(
    ({ answer, solution }) => answer !== undefined || lastBoxed(solution ?? '') !== null,
    'expected an answer, or a solution with a box',
  ),
  v.transform(({ problem, solution, answer, idx }): Item => ({
    id: String(idx),
    problem: problem ?? null,
    answer: answer ?? lastBoxed(solution ?? '') ?? '',
    rules: { tolerance: 1e-4 },
  })),
)

export const MINERVA = mathSuite({
  id: 'minerva',
  title: 'Minerva (OCWCourses)',
  licence: 'texts of MIT OpenCourseWare; no licence of the set found',
  home: AZR_HOME,
  count: 272,
  files: [
    full('minerva_math', '0e656b430d3a0a1dab6aa853f453ba3805e28e2cabe4fc72486a897cc09d8ba2'),
    key('minerva_math', '018a2e9f6d1c763f29c1331fc945bd3d8f64ebae2edb4f59e2403d304e254e6b'),
  ],
  schema: Minerva,
  note: 'Decimals are compared with a relative tolerance of 1e-4, since its references are rounded.',
})

const Olympiad = v.pipe(
  v.strictObject({
    id: identifier,
    subfield: v.string(),
    context: v.nullable(v.string()),
    question: v.string(),
    solution: v.array(v.string()),
    final_answer: v.tuple([v.string()]),
    is_multiple_answer: v.boolean(),
    unit: v.nullable(v.string()),
    answer_type: v.string(),
    error: v.nullable(v.pipe(v.string(), v.regex(/^\d+(?:\.\d+)?(?:e-?\d+)?$/))),
  }),
  v.transform((row): Item => ({
    id: String(row.id),
    problem: row.question,
    answer: row.final_answer[0],
    rules: {
      list: row.is_multiple_answer,
      ...(row.error === null ? {} : { error: Number(row.error) }),
    },
  })),
)

export const OLYMPIADBENCH = mathSuite({
  id: 'olympiadbench',
  title: 'OlympiadBench (English mathematics)',
  licence: 'MIT, © 2024 OpenBMB',
  home: 'https://github.com/OpenBMB/OlympiadBench',
  count: 675,
  files: [
    full('olympiadbench', 'bb8c1e38a16ea9eacb77530315a674d883f267fbff79183effc53681b4fcc416'),
  ],
  schema: Olympiad,
})
