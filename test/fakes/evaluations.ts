/**
 * Evaluations as they lie in a home: two checkpoints on a public suite, greedy and sampled, one that was called off,
 * some answers that the sandbox could not judge.
 */
import type { EvaluationRecord } from '../../electron/contract/evaluation.ts'
import { right, wrong } from '../../electron/eval/benchmark.ts'
import { passCurve } from '../../electron/eval/curves.ts'
import type { NotedAnswer, NotedItem } from '../../electron/eval/runner.ts'
import { suiteScore } from '../../electron/eval/scores.ts'
import { journalPath, openJournal } from '../../electron/host/eval-journal.ts'
import { writeRecord, writeStarted } from '../../electron/host/eval-record.ts'

export type FakeEvaluation = {
  readonly at: EvaluationRecord['at']
  /** Folder. */
  readonly model: string
  readonly label: string
  /** Of right answers. */
  readonly share: number
  readonly temperature: number
  readonly samples: number
  /** Tokens of a text. */
  readonly encode: (text: string) => readonly number[]
  /** Text of the first answer. */
  readonly hostile?: string
}

const ITEMS = 40
const START = Date.UTC(2026, 10, 19, 14, 0, 0)

/** Returns its path. */
export async function writeEvaluation(home: string, fake: FakeEvaluation): Promise<string> {
  const { label, temperature, samples } = fake
  const journal = journalPath(home, 'humaneval', { label, temperature })
  const items = Array.from({ length: ITEMS }, (_, at) => itemOf(fake, at))
  await (await openJournal(journal)).append(items)
  const answers = items.flatMap(({ item: id, cluster, kind, answers: own }) =>
    own.map(({ correct, undecided }, sample) => ({
      item: { id, cluster, kind },
      sample,
      correct,
      undecided,
    })),
  )
  await writeRecord(journal, {
    ...ABOUT,
    files: [{ path: 'humaneval/HumanEval.jsonl', digest: '1d49'.repeat(16), known: true }],
    at: fake.at,
    model: fake.model,
    label,
    weights: label.padEnd(64, '0'),
    temperature,
    samples,
    ...suiteScore(answers),
    passAtK: passCurve(answers, samples),
  })
  return journal
}

const ABOUT = {
  suite: 'humaneval',
  title: 'HumanEval',
  area: 'code',
  licence: 'MIT, © OpenAI',
  home: 'https://github.com/openai/human-eval',
  protocol: "The suite's own asserts; candidate and asserts never share a process.",
  contamination: 'The suite is public: a pretrained model may have seen its items.',
  template: 'nano',
  topP: 1,
  maxTokens: 768,
  seed: 1,
  limit: null,
  startedMs: START,
  finishedMs: START + 95_000,
} as const

function itemOf({ share, samples, encode, hostile }: FakeEvaluation, at: number): NotedItem {
  const id = `HumanEval/${at}`
  const answers = Array.from({ length: samples }, (_, sample): NotedAnswer => {
    const correct = (at * 37 + sample * 11) % 100 < share * 100 * (at % 4 === 0 ? 0.2 : 1.25)
    const value = correct ? `x + ${at % 9}` : `x - ${sample % 9}`
    const response = hostile !== undefined && at === 0 ? hostile : `return ${value}`
    const tokens = encode(response)
    const verdict = correct
      ? right('all 7 asserts hold', response)
      : wrong('assert 3 fails', response)
    const lost = at % 13 === 5 && sample === 0
    return {
      ...(lost ? { ...wrong('the sandbox could not run it', null), undecided: true } : verdict),
      status: lost ? 'infra_error' : 'ok',
      response,
      tokens,
      logprobs: tokens.map((_token, place) => -((place * 7919 + at) % 100) / 30),
      stopReason: 'stop',
    }
  })
  const prompt = `def f${at}(x):\n    """Adds ${at % 9}."""\n`
  return { item: id, cluster: id, kind: null, prompt, promptTokens: 12, answers }
}

/** Half of it is noted; its process is gone. */
export async function writeCalledOff(home: string, fake: FakeEvaluation): Promise<void> {
  const { label, at } = fake
  const journal = journalPath(home, 'humaneval', { label, seed: 2 })
  await (
    await openJournal(journal)
  ).append(Array.from({ length: ITEMS / 2 }, (_, place) => itemOf(fake, place)))
  await writeStarted(journal, {
    title: ABOUT.title,
    label,
    total: ITEMS,
    pid: 2 ** 22 + 1,
    startedMs: START,
    model: null,
    run: at,
    suite: 'humaneval',
    data: null,
    samples: 1,
    temperature: 0,
    limit: null,
    seed: 2,
    device: 'cpu',
  })
}
