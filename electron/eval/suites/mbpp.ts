/**
 * MBPP: a function from one sentence, graded by three or more asserts. The sanitized part, checked by hand, and the
 * 500 test items of the whole.
 * Source: google-research/google-research, mbpp (CC BY 4.0); Austin et al. 2021 for what is shown and for the split.
 */
import * as v from 'valibot'
import type { Benchmark, Question } from '../benchmark.ts'
import { programIn } from '../code/extract.ts'
import { judge, record } from '../code/replay.ts'
import type { AssertSuite } from '../code/replay.ts'
import { asked, fenced } from '../templates.ts'
import { findFile, readArray, readRecords } from './source.ts'

const texts = v.array(v.string())
const id = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(974))

const Sanitized = v.strictObject({
  source_file: v.string(),
  task_id: id,
  prompt: v.string(),
  code: v.string(),
  test_imports: texts,
  test_list: v.pipe(texts, v.minLength(1)),
})

const Whole = v.strictObject({
  task_id: id,
  text: v.string(),
  code: v.string(),
  test_setup_code: v.string(),
  test_list: v.pipe(texts, v.minLength(1)),
  challenge_test_list: texts,
})

type Item = {
  readonly id: string
  readonly text: string
  readonly code: string
  readonly setup: string
  readonly shown: readonly string[]
  readonly tests: readonly string[]
}

const LICENCE = 'CC BY 4.0, © Google Research'
const HOME = 'https://github.com/google-research/google-research/tree/master/mbpp'
const PROTOCOL =
  'No examples before the question; three asserts are shown with it, as its authors do. Candidate and asserts never share a process, and answers that are no plain data count as wrong.'

export const MBPP: Benchmark = {
  id: 'mbpp',
  title: 'MBPP (sanitized)',
  licence: LICENCE,
  home: HOME,
  count: 427,
  area: 'code',
  sampling: { maxTokens: 768, topP: 1 },
  protocol: PROTOCOL,
  broken: {},
  load: async (folder) => {
    const file = await findFile(folder, [
      {
        path: 'mbpp/sanitized-mbpp.json',
        sha256: 'ca95deaa9a01ef0a6f439f88bcf0dd3db3563d22f22aad6cae04ebb9a8d8c8e9',
      },
    ])
    const found = await readArray(folder, file, Sanitized, 427)
    const questions = found.rows.map(({ row }) =>
      question({
        id: String(row.task_id),
        text: row.prompt,
        code: row.code,
        setup: row.test_imports.join('\n'),
        shown: row.test_list.slice(0, 3),
        tests: row.test_list,
      }),
    )
    return { questions, files: [found.file] }
  },
}

export const MBPP_FULL: Benchmark = {
  ...MBPP,
  id: 'mbpp-full',
  title: 'MBPP (test items 11 to 510)',
  count: 500,
  broken: { '367': 'its tests pass trees of a class of their own, which are no plain data' },
  load: async (folder) => {
    const file = await findFile(folder, [
      {
        path: 'mbpp/mbpp.jsonl',
        sha256: 'ccf64ceae9c5403bf50a044cb6d505bfd2a2963ee58338ba268fd65beab92a9f',
      },
    ])
    const found = await readRecords(folder, file, { schema: Whole }, 974)
    const inSplit = found.rows.filter(({ row }) => row.task_id >= 11 && row.task_id <= 510)
    const questions = inSplit.map(({ row }) =>
      question({
        id: String(row.task_id),
        text: row.text,
        code: row.code.replaceAll('\r\n', '\n'),
        setup: row.test_setup_code,
        shown: row.test_list,
        tests: row.test_list,
      }),
    )
    return { questions, files: [found.file] }
  },
}

function question(item: Item): Question {
  const suite: AssertSuite = {
    reference: `${item.code}\n${item.setup}`,
    entry: entryOf(item),
    tests: [item.setup, ...item.tests].join('\n'),
  }
  const description = `${item.text}\nYour code should pass these tests:\n${item.shown.join('\n')}`
  return {
    id: item.id,
    cluster: item.id,
    kind: null,
    ask: (template) =>
      asked(
        {
          instruction: `You are an expert Python programmer, and here is your task: ${description}\nWrite the function in a markdown code block.`,
          opening: `"""\n${description}\n"""\n`,
          ends: ['\n"""', '\nassert', '\nif __name__', '\nprint(', '\n```'],
        },
        template,
      ),
    gold: () => fenced(item.code),
    grade: async (answers, deps) => {
      const recording = await record(suite, deps)
      const programs = answers.map((answer) => programIn(answer, suite.entry) ?? '')
      return await Promise.all(programs.map((program) => judge(suite, recording, program, deps)))
    },
  }
}

/** The function of the solution that the tests call. */
function entryOf({ code, tests }: Item): string {
  const names = [...code.matchAll(/^def\s+(\w+)/gm)].map((match) => match[1] ?? '')
  const called = names.filter((name) =>
    tests.some((test) => new RegExp(`\\b${name}\\s*\\(`).test(test)),
  )
  return called.at(-1) ?? names.at(-1) ?? 'f'
}
