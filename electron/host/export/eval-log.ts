/**
 * An evaluation as an Inspect log: the .eval archive, whose samples open one by one, or the same as one JSON file.
 * Source: UKGovernmentBEIS/inspect_ai at 499e6152, src/inspect_ai/log/_log.py and _recorders/eval.py.
 */
import type { Evaluation } from '../../contract/evaluation.ts'
import type { NotedAnswer, NotedItem } from '../../eval/runner.ts'
import type { IndexedItem } from '../eval-journal.ts'
import { writeFileAtomically } from './atomic.ts'
import type { Write } from './atomic.ts'
import { exchangeOf } from './inspect-sample.ts'
import type { Pace } from './table.ts'
import { zipWriter } from './zip.ts'

export type EvalSource = {
  readonly evaluation: Evaluation
  readonly index: readonly IndexedItem[]
  readonly items: () => Iterable<NotedItem>
}

const SHORT = 1_000

/** One sample per answer; epochs are the samples of an item. */
export async function writeEvalArchive(
  source: EvalSource,
  out: string,
  pace: Pace,
): Promise<number> {
  return writeFileAtomically(out, async (write) => {
    const zip = zipWriter(write)
    const head = headerOf(source)
    const { version, eval: spec, plan } = head
    await zip.add('_journal/start.json', JSON.stringify({ version, eval: spec, plan }))
    const summaries: object[] = []
    for (const sample of samplesOf(source)) {
      await zip.add(`samples/${sample.id}_epoch_${sample.epoch}.json`, JSON.stringify(sample))
      summaries.push(summaryOf(sample))
      await pace()
    }
    await zip.add('_journal/summaries/1.json', JSON.stringify(summaries))
    await zip.add('summaries.json', JSON.stringify(summaries))
    await zip.add('header.json', JSON.stringify(head))
    await zip.finish()
    return summaries.length
  })
}

/** The order of the fields is part of the format: a reader of headers stops at the samples. */
export async function writeEvalJson(source: EvalSource, out: string, pace: Pace): Promise<number> {
  return writeFileAtomically(out, async (write: Write) => {
    await write(JSON.stringify(headerOf(source)).replace(/\}$/, ',"samples":['))
    let count = 0
    for (const sample of samplesOf(source)) {
      await write(`${count > 0 ? ',' : ''}\n${JSON.stringify(sample)}`)
      await pace()
      count += 1
    }
    await write('\n]}\n')
    return count
  })
}

const modelName = ({ label }: Evaluation): string => `kelvin/${label}`

function headerOf({ evaluation: record, index }: EvalSource) {
  const { id, suite, startedMs, finishedMs, samples, passAt1, low, high } = record
  const { temperature, topP: top_p, maxTokens: max_tokens, seed } = record
  const created = new Date(startedMs).toISOString()
  const metrics = { accuracy: passAt1, ci_low: low, ci_high: high }
  const { licence, home, protocol, contamination, template, passAtK, n } = record
  const { answers, undecided } = countsOf(index)
  return {
    version: 2,
    status: 'success',
    eval: {
      eval_id: id,
      run_id: id,
      created,
      task: `kelvin/${suite}`,
      task_id: id,
      task_version: 0,
      task_args: {},
      dataset: { name: record.title, location: home, samples: index.length, shuffled: false },
      model: modelName(record),
      model_args: {},
      model_generate_config: { temperature, top_p, max_tokens, seed },
      config: { epochs: samples },
      packages: {},
      metadata: { licence, protocol, contamination, template, n, undecided, passAtK },
    },
    plan: { name: 'plan', steps: [], config: {} },
    results: {
      total_samples: answers,
      completed_samples: answers - undecided,
      scores: [
        {
          name: 'correct',
          scorer: 'correct',
          params: {},
          scored_samples: answers - undecided,
          unscored_samples: undecided,
          metrics: Object.fromEntries(
            Object.entries(metrics).map(([name, value]) => [name, { name, value, params: {} }]),
          ),
        },
      ],
    },
    stats: {
      started_at: created,
      completed_at: new Date(finishedMs).toISOString(),
      model_usage: {},
      role_usage: {},
    },
  }
}

/** Of all answers, those of items that no score knows included. */
function countsOf(index: readonly IndexedItem[]) {
  const all = index.flatMap(({ answers }) => answers)
  return { answers: all.length, undecided: all.filter(({ undecided }) => undecided).length }
}

function* samplesOf(source: EvalSource) {
  for (const item of source.items()) {
    for (const [at, answer] of item.answers.entries()) yield sampleOf(source, item, answer, at + 1)
  }
}

function sampleOf(
  { evaluation: record }: EvalSource,
  { item, prompt, promptTokens, kind, cluster }: NotedItem,
  noted: NotedAnswer,
  epoch: number,
) {
  const { reason, status, undecided, answer, response, tokens, stopReason } = noted
  const model = modelName(record)
  const cut = stopReason === 'length'
  const about = { model, prompt, promptTokens, response, responseTokens: tokens.length, cut }
  const value = noted.correct ? 'C' : 'I'
  const read = answer === null ? {} : { answer }
  return {
    id: item,
    epoch,
    target: '',
    ...exchangeOf(about),
    scores: undecided ? {} : { correct: { value, ...read, explanation: reason } },
    // An error in Inspect's sense: what could not be judged is apart from what is wrong.
    ...(undecided ? { error: { message: reason, traceback: reason, traceback_ansi: reason } } : {}),
    metadata: { status, undecided, reason, kind, cluster },
    uuid: `${record.id}/${item}/${epoch}`,
  }
}

/** Long texts are cut: a list of all samples must stay small. */
function summaryOf(sample: ReturnType<typeof sampleOf>) {
  const { id, epoch, input, target, scores, error, metadata, messages, uuid } = sample
  const { model_usage, role_usage } = sample
  return {
    id,
    epoch,
    input: input.slice(0, SHORT),
    target,
    scores: shortened(scores),
    ...(error === undefined ? {} : { error: error.message.slice(0, SHORT) }),
    metadata: { status: metadata.status, kind: metadata.kind },
    model_usage,
    role_usage,
    message_count: messages.length,
    uuid,
    completed: true,
  }
}

function shortened(scores: ReturnType<typeof sampleOf>['scores']) {
  const { correct } = scores
  if (correct === undefined) return {}
  const { answer, value } = correct
  const explanation = correct.explanation.slice(0, SHORT)
  const rest = { value, explanation }
  return { correct: answer === undefined ? rest : { ...rest, answer: answer.slice(0, SHORT) } }
}
