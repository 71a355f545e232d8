/**
 * Suites about what a program does: CRUXEval in both directions and LiveCodeBench's execution part. They are asked
 * and graded as self-play asks and grades its own tasks.
 * Source: facebookresearch/cruxeval at 190faf1; livecodebench/execution-v2 on Hugging Face.
 */
import * as v from 'valibot'
import { AppError } from '../../contract/errors.ts'
import type { TaskBody } from '../../contract/task.ts'
import type { Outcome } from '../../contract/verdict.ts'
import { parseCanonical, toCanonical } from '../../python/canonical.ts'
import { parseLiteral } from '../../python/literal.ts'
import { reprOf } from '../../python/repr.ts'
import { sameOutput } from '../../selfplay/values.ts'
import { BASE_PROMPTS } from '../../selfplay/prompts/base.ts'
import { CHAT_PROMPTS } from '../../selfplay/prompts/chat.ts'
import { NANO_PROMPTS, renderAnswer } from '../../selfplay/prompts/nano.ts'
import type { PromptSet } from '../../selfplay/prompts/prompts.ts'
import { solverView } from '../../selfplay/azr/view.ts'
import type { Ask, Benchmark, GradeDeps, ItemVerdict, Question, Template } from '../benchmark.ts'
import { CODE_LIMITS, callAll } from '../code/children.ts'
import { type GradedAnswer, type ReasoningItem, gradeText } from '../reasoning.ts'
import { findFile, readRecords } from './source.ts'

const PROMPTS: Readonly<Record<Template, PromptSet>> = {
  azr: BASE_PROMPTS,
  base: BASE_PROMPTS,
  chat: CHAT_PROMPTS,
  nano: NANO_PROMPTS,
}

/** A reasoning item as a question. */
export function reasoningQuestion(item: ReasoningItem): Question {
  return {
    id: item.id,
    cluster: item.cluster,
    kind: item.kind,
    ask: (template): Ask => ({ parts: PROMPTS[template].solve(solverView(item)), ends: [] }),
    gold: (template) => goldOf(item, template),
    grade: (answers, deps) => gradeAll(item, answers, deps),
  }
}

/**
 * An item of self-play's own making: the model's settings say how it is limited and compared, and an answer counts
 * only as training counts it.
 */
export function ownQuestion(item: ReasoningItem): Question {
  return {
    ...reasoningQuestion(item),
    grade: async (answers, { sandbox, signal, config, template }) => {
      const read = { prompts: PROMPTS[template], sandbox, signal }
      const texts = answers.map((text) => ({ item, text }))
      const graded = await gradeText(texts, read, config)
      return graded.map((answer) => verdictOf(answer, template))
    },
  }
}

async function gradeAll(
  item: ReasoningItem,
  answers: readonly string[],
  deps: GradeDeps,
): Promise<ItemVerdict[]> {
  const { sandbox, signal, config, template } = deps
  const read = { prompts: PROMPTS[template], sandbox, signal }
  const texts = answers.map((text) => ({ item, text }))
  const limits = { wallMs: CODE_LIMITS.wallMs, strictTypes: false }
  const graded = await gradeText(texts, read, { ...config, ...limits })
  return await Promise.all(
    graded.map(async (answer) => {
      const verdict = verdictOf(answer, template)
      const isExpression = item.kind === 'abduction' && !verdict.correct && verdict.status === null
      return isExpression ? await gradeExpression(item, verdict, deps) : verdict
    }),
  )
}

/**
 * An input that is no literal, such as dict(a=1): worked out in one child, and only its values go to the program in
 * another. What the text does besides has no say in the verdict.
 */
async function gradeExpression(
  item: ReasoningItem,
  verdict: ItemVerdict,
  deps: GradeDeps,
): Promise<ItemVerdict> {
  if (verdict.answer === null) return verdict
  const values = `${item.program}\n\n_text = repr\n_values = lambda *values: _text(values)[1:-1]\ndef f():\n    return _values(${verdict.answer}\n)\n`
  const worked = await callOne(values, '', deps)
  if (worked.status === 'infra_error') return { ...verdict, undecided: true }
  // As text, which keeps the order of dicts.
  const input = worked.status === 'ok' ? parseCanonical(worked.canonical) : null
  if (input?.ok !== true || input.value.kind !== 'str') {
    return { ...verdict, reason: 'the answer is no argument list of plain values' }
  }
  const outcome = await callOne(item.program, input.value.text, deps)
  const gold = item.pairs[0]?.output ?? ''
  const correct = outcome.status === 'ok' && sameOutput(outcome.canonical, gold, false)
  const { status } = outcome
  const reason = `the output of the answer is ${correct ? '' : 'not '}the expected one`
  return { ...verdict, correct, status, reason, undecided: status === 'infra_error' }
}

async function callOne(program: string, input: string, deps: GradeDeps): Promise<Outcome> {
  const { outcomes } = await callAll(program, [input], CODE_LIMITS, deps)
  return outcomes[0] ?? { status: 'infra_error', detail: 'no outcome' }
}

function verdictOf(graded: GradedAnswer, template: Template): ItemVerdict {
  const { item, correct, undecided, status, reason, response } = graded
  const read = PROMPTS[template].readAnswer(item.kind, response)
  return { correct, undecided, status, answer: read.ok ? read.value.text : null, reason }
}

function goldOf(item: TaskBody, template: Template): string {
  if (template === 'nano') {
    return renderAnswer(item)
      .map(({ text }) => text)
      .join('')
  }
  const [pair] = item.pairs
  if (item.kind === 'induction') return answerBlock('python', item.program)
  if (item.kind === 'abduction') return answerBlock('input', pair?.input ?? '')
  const output = parseCanonical(pair?.output ?? '')
  return answerBlock('output', output.ok ? reprOf(output.value) : '')
}

const answerBlock = (tag: string, text: string): string =>
  `<think></think><answer>\n\`\`\`${tag}\n${text}\n\`\`\`\n</answer>`

const CruxRow = v.strictObject({
  code: v.string(),
  input: v.string(),
  output: v.string(),
  id: v.string(),
})

const CRUX_FILES = [
  {
    path: 'cruxeval/cruxeval.jsonl',
    sha256: '8368b81047dc5014e4caf5a2f97604eff7644e0ecd7415e3ceeb184bbc2e0c96',
  },
]

/** Their inputs cannot pass from one process to another, or need a codec that the sandbox has not loaded. */
const BROKEN_INPUTS = {
  sample_344: 'the input is a function',
  sample_364: 'the input is a function',
  sample_522: 'the input is a range object',
  sample_621: 'the program needs the codec shift_jis',
}

type Direction = { readonly kind: 'deduction' | 'abduction'; readonly letter: 'O' | 'I' }

function cruxEval({ kind, letter }: Direction): Benchmark {
  return {
    id: `cruxeval-${letter.toLowerCase()}`,
    title: `CRUXEval-${letter}`,
    licence: 'MIT, © 2023 Meta',
    home: 'https://github.com/facebookresearch/cruxeval',
    count: 800,
    area: 'reasoning',
    sampling: { maxTokens: 8_096, topP: 1 },
    protocol:
      "Self-play's own prompts and verifier, greedy, as the paper measures in distribution. An answer is a literal, or for inputs an expression that gives plain values.",
    broken: kind === 'abduction' ? BROKEN_INPUTS : {},
    load: async (folder) => {
      const file = await findFile(folder, CRUX_FILES)
      const found = await readRecords(folder, file, { schema: CruxRow }, 800)
      const questions = found.rows.map(({ row, where }) =>
        executed(itemOf(kind, row.id, row.code, row.input, canonicalOf(row.output, where))),
      )
      return { questions, files: [found.file] }
    },
  }
}

export const CRUXEVAL_O = cruxEval({ kind: 'deduction', letter: 'O' })
export const CRUXEVAL_I = cruxEval({ kind: 'abduction', letter: 'I' })

/** The suite's own input has never been run here: without it in the item, it is run like any other answer. */
function executed(item: ReasoningItem): Question {
  const pairs = item.pairs.map((pair) => ({ ...pair, input: '' }))
  const asked = reasoningQuestion(item.kind === 'abduction' ? { ...item, pairs } : item)
  return { ...asked, gold: (template) => goldOf(item, template) }
}

function itemOf(
  kind: 'deduction' | 'abduction',
  id: string,
  program: string,
  input: string,
  output: string,
): ReasoningItem {
  const pairs = [{ input, output }]
  return { id, cluster: id, kind, program, pairs, visible: 1, message: '' }
}

function canonicalOf(literal: string, where: string): string {
  const value = parseLiteral(literal)
  if (value.ok) return toCanonical(value.value)
  throw new AppError('config', `${where}, field output: expected a literal, found ${value.why}`)
}

const ExecutionRow = v.strictObject({
  question_id: v.union([v.string(), v.number()]),
  id: v.string(),
  function_name: v.pipe(v.string(), v.regex(/^[A-Za-z_]\w*$/)),
  code: v.string(),
  input: v.string(),
  output: v.string(),
  numsteps: v.optional(v.number()),
  problem_id: v.optional(v.union([v.string(), v.number()])),
  contest_id: v.optional(v.string()),
  contest_date: v.optional(v.union([v.string(), v.number()])),
  difficulty: v.optional(v.string()),
})
type ExecutionRow = v.InferOutput<typeof ExecutionRow>

export const LCB_EXECUTION: Benchmark = {
  id: 'livecodebench-execution',
  title: 'LiveCodeBench execution',
  licence: 'cc, without a variant named by its authors',
  home: 'https://huggingface.co/datasets/livecodebench/execution-v2',
  count: 479,
  area: 'reasoning',
  sampling: { maxTokens: 8_096, topP: 1 },
  protocol: CRUXEVAL_O.protocol,
  broken: {},
  load: async (folder) => {
    const file = await findFile(folder, [
      { path: 'livecodebench/execution.jsonl', sha256: null },
      { path: 'livecodebench/execution-v2.jsonl', sha256: null },
    ])
    const found = await readRecords(folder, file, { schema: ExecutionRow }, null)
    const questions = found.rows.map(({ row, where }) =>
      reasoningQuestion(executionItem(row, where)),
    )
    return { questions, files: [found.file] }
  },
}

/** The function goes by f here, as in self-play; several inputs of one problem are one cluster. */
function executionItem(row: ExecutionRow, where: string): ReasoningItem {
  const call = new RegExp(`^\\s*${row.function_name}\\s*\\(([^]*)\\)\\s*$`).exec(row.input)
  if (call === null) {
    throw new AppError('config', `${where}, field input: expected a call of ${row.function_name}`)
  }
  const program = row.code.replaceAll(new RegExp(`\\b${row.function_name}\\b`, 'g'), 'f')
  const item = itemOf('deduction', row.id, program, call[1] ?? '', canonicalOf(row.output, where))
  return { ...item, cluster: String(row.question_id) }
}
