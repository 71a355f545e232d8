/**
 * A suite's own solutions graded as if a model had written them: a check of data and grader.
 * Not here: models (runner.ts).
 */
import { throwIfCancelled } from '../contract/errors.ts'
import type { Benchmark, GradeDeps, ItemVerdict, Question } from './benchmark.ts'
import type { SuiteAnswer, SuiteProgress } from './runner.ts'

/** An item whose own solution fails. known: the suite says so. */
export type GoldFailure = {
  readonly item: string
  readonly reason: string
  readonly known: boolean
}

export type GoldReport = {
  readonly answers: readonly SuiteAnswer[]
  readonly failures: readonly GoldFailure[]
  /** Items without a solution, which were not graded. */
  readonly without: number
}

const AT_ONCE = 8

export async function gradeGold(
  { broken }: Pick<Benchmark, 'broken'>,
  questions: readonly Question[],
  deps: GradeDeps,
  onProgress: (progress: SuiteProgress) => void,
): Promise<GoldReport> {
  const golds = questions.flatMap((question) => {
    const text = question.gold(deps.template)
    return text === null ? [] : [{ question, text }]
  })
  const answers: SuiteAnswer[] = []
  const failures: GoldFailure[] = []
  for (let at = 0; at < golds.length; at += AT_ONCE) {
    throwIfCancelled(deps.signal)
    onProgress({ done: at, total: golds.length, secondsLeft: null })
    const group = golds.slice(at, at + AT_ONCE)
    const verdicts = await Promise.all(group.map(({ question, text }) => one(question, text, deps)))
    for (const [place, { question }] of group.entries()) {
      const verdict = verdicts[place]
      if (verdict === undefined) continue
      const { correct, undecided, status } = verdict
      answers.push({ item: question, sample: 0, correct, undecided, status })
      if (!correct) failures.push(failureOf(question, verdict, broken))
    }
  }
  return { answers, failures, without: questions.length - golds.length }
}

async function one(
  question: Question,
  text: string,
  deps: GradeDeps,
): Promise<ItemVerdict | undefined> {
  const [verdict] = await question.grade([text], deps)
  return verdict
}

function failureOf(
  { id }: Question,
  { reason }: ItemVerdict,
  broken: Benchmark['broken'],
): GoldFailure {
  const why = broken[id]
  return { item: id, reason: why ?? reason, known: why !== undefined }
}
