/**
 * What screens ask of evaluations: pages of answers with what another model said, one answer whole, the paired
 * difference of two.
 * Not here: where answers come from (evaluations.ts), statistics (eval/).
 */
import { AppError } from '../contract/errors.ts'
import type {
  AnswerPage,
  AnswerRow,
  AnswerState,
  AnswerTrace,
  Evaluation,
  EvaluationDifference,
  ItemFilter,
} from '../contract/evaluation.ts'
import { ITEM_FILTERS } from '../contract/evaluation.ts'
import type { ScoreDifference } from '../contract/news.ts'
import { type Difference, bootstrapDifference, mcnemar } from '../eval/paired.ts'
import { pairsOf, type Scored, suiteDifference } from '../eval/scores.ts'
import type { TextCodec } from '../model/chat.ts'
import { randomOf } from '../selfplay/random.ts'
import type { IndexedAnswer } from './eval-journal.ts'
import type { Answers } from './evaluations.ts'
import { tokenEnds } from './token-ends.ts'

export const stateOf = ({
  correct,
  undecided,
}: Pick<IndexedAnswer, 'correct' | 'undecided'>): AnswerState =>
  undecided ? 'undecided' : correct ? 'right' : 'wrong'

const answerName = (item: string, sample: number): string => `${sample}:${item}`

/** By item and sample; other: the answers that these are compared with. */
export function answerRows({ index }: Answers, other: Answers | null): AnswerRow[] {
  const known = new Map(
    other?.index.flatMap(({ item, answers }) =>
      answers.map((answer, sample) => [answerName(item, sample), stateOf(answer)] as const),
    ),
  )
  return index.flatMap(({ item, kind, answers }) =>
    answers.map(({ status, reason, tokens, firstLine, ...answer }, sample) => ({
      item,
      kind,
      sample,
      status,
      reason,
      tokens,
      firstLine,
      state: stateOf(answer),
      other: known.get(answerName(item, sample)) ?? null,
    })),
  )
}

const FILTERS: Readonly<Record<ItemFilter, (row: AnswerRow) => boolean>> = {
  all: () => true,
  gained: ({ state, other }) => state === 'right' && other === 'wrong',
  lost: ({ state, other }) => state === 'wrong' && other === 'right',
  right: ({ state }) => state === 'right',
  wrong: ({ state }) => state === 'wrong',
  undecided: ({ state }) => state === 'undecided',
}

/** after: the number of rows already seen. */
export function answerPage(
  rows: readonly AnswerRow[],
  filter: ItemFilter,
  after: number,
  limit: number,
): AnswerPage {
  const counts = Object.fromEntries(
    ITEM_FILTERS.map((name) => [name, rows.filter(FILTERS[name]).length]),
  )
  const chosen = rows.filter(FILTERS[filter])
  const end = after + limit
  return {
    rows: chosen.slice(after, end),
    next: end < chosen.length ? String(end) : null,
    counts: { ...NO_COUNTS, ...counts },
  }
}

const NO_COUNTS = { all: 0, gained: 0, lost: 0, right: 0, wrong: 0, undecided: 0 }

/** codec null: the model's folder is gone, and tokens cannot be told apart in the text. */
export async function answerTrace(
  answers: Answers,
  name: string,
  sample: number,
  codec: TextCodec | null,
): Promise<AnswerTrace> {
  const { evaluation } = answers
  const entry = answers.index.find(({ item }) => item === name)
  const item = entry === undefined ? undefined : await answers.item(entry)
  const answer = item?.answers[sample]
  if (item === undefined || answer === undefined) {
    throw new AppError(
      'store',
      `evaluation ${evaluation.id}: expected answer ${sample + 1} to ${name}, found none`,
    )
  }
  const { kind, prompt, promptTokens } = item
  const { response, status, reason, stopReason } = answer
  const tokens = Int32Array.from(answer.tokens)
  const logprobs = Float32Array.from(answer.logprobs)
  const ends = codec === null || tokens.length === 0 ? null : responseEnds(codec, tokens, response)
  return {
    evaluation,
    item: name,
    sample,
    samples: item.answers.length,
    state: stateOf(answer),
    kind,
    prompt,
    promptTokens,
    response,
    status,
    reason,
    stopReason,
    answer: answer.answer,
    tokens,
    logprobs,
    ends,
    trained: false,
    advantage: 0,
  }
}

/** A response may have been cut where an answer ends: its later tokens then stand for nothing. */
function responseEnds(codec: TextCodec, tokens: Int32Array, response: string): Int32Array | null {
  const whole = codec.decode(tokens)
  if (!whole.startsWith(response)) return null
  const ends = tokenEnds(codec, tokens, whole)
  return ends === null ? null : ends.map((end) => Math.min(end, response.length))
}

/** after minus before; paired by item, clustered by program. */
export function differenceOf(before: Answers, after: Answers): EvaluationDifference {
  const [was, now] = [scoredOf(before), scoredOf(after)]
  const pairs = pairsOf(was, now)
  const groups = [...Map.groupBy(pairs, ({ kind }) => kind).values()]
  const { mean, kinds } = suiteDifference(was, now)
  const random = randomOf('bootstrap', before.evaluation.id, after.evaluation.id)
  const bootstrap = bootstrapDifference(groups, { random, resamples: RESAMPLES })
  const clusters = new Set(pairs.map(({ cluster }) => cluster)).size
  return {
    before: before.evaluation.id,
    after: after.evaluation.id,
    items: pairs.length,
    clusters,
    mean,
    kinds,
    bootstrap: plainly(bootstrap),
    mcnemar: mcnemarOf(pairs, before.evaluation, after.evaluation),
    remarks: remarksOn(before.evaluation, after.evaluation, clusters < pairs.length),
  }
}

const RESAMPLES = 5_000

function scoredOf({ index }: Answers): Scored[] {
  return index.flatMap(({ item: id, cluster, kind, answers }) =>
    answers.map(({ correct, undecided }, sample) => ({
      item: { id, cluster, kind },
      sample,
      correct,
      undecided,
    })),
  )
}

function plainly(found: Difference): ScoreDifference {
  if (!found.ok) return null
  const { mean, low, high, p } = found
  return { mean, low, high, p }
}

function mcnemarOf(
  pairs: ReturnType<typeof pairsOf>,
  before: Evaluation,
  after: Evaluation,
): EvaluationDifference['mcnemar'] {
  if (before.samples !== 1 || after.samples !== 1) return null
  const gained = pairs.filter((pair) => pair.after > pair.before).length
  const lost = pairs.filter((pair) => pair.after < pair.before).length
  const found = mcnemar(lost, gained)
  return found.ok ? { gained, lost, p: found.midP } : null
}

/** Whatever differs besides the weights. */
function remarksOn(before: Evaluation, after: Evaluation, hasClusters: boolean): string[] {
  const named = [
    ['template', before.template, after.template],
    ['temperature', before.temperature, after.temperature],
    ['top-p', before.topP, after.topP],
    ['longest response', before.maxTokens, after.maxTokens],
    ['answers per item', before.samples, after.samples],
    ['seed', before.seed, after.seed],
    ['suite', before.suite, after.suite],
  ] as const
  const differing = named.flatMap(([name, was, is]) =>
    was === is ? [] : [`The ${name} differs: ${was} and ${is}.`],
  )
  const isSame = before.weights !== '' && before.weights === after.weights
  return [
    ...differing,
    ...(isSame ? ['Both are the same weights.'] : []),
    ...(before.limit === null && after.limit === null ? [] : ['A part of the suite was asked.']),
    ...(hasClusters
      ? ['Several items share a program: intervals count programs, McNemar counts items.']
      : []),
  ]
}
