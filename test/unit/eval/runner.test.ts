import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveConfig } from '../../../electron/contract/config.ts'
import { AppError } from '../../../electron/contract/errors.ts'
import type { SamplingClient } from '../../../electron/engine/engine.ts'
import type { Question } from '../../../electron/eval/benchmark.ts'
import { right, wrong } from '../../../electron/eval/benchmark.ts'
import { passCurve } from '../../../electron/eval/curves.ts'
import { runSuite } from '../../../electron/eval/runner.ts'
import type {
  Journal,
  NotedItem,
  RunnerDeps,
  SuiteProgress,
} from '../../../electron/eval/runner.ts'
import { suiteDifference, suiteScore } from '../../../electron/eval/scores.ts'
import { openJournal } from '../../../electron/host/eval-journal.ts'
import { characterCodec } from '../../fakes/engine.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { refusingSandbox } from '../../fakes/refusing-sandbox.ts'

const SETTINGS = {
  suite: 'sums',
  temperature: 1,
  topP: 1,
  maxTokens: 20,
  context: 200,
  samples: 4,
  seed: 1,
}

/** Right when the response is even. */
function question(at: number, text = `item ${at}`): Question {
  return {
    id: `q${at}`,
    cluster: `q${at}`,
    kind: null,
    ask: () => ({ parts: [{ text, trusted: false }], ends: ['!'] }),
    gold: () => '2',
    grade: (answers) =>
      Promise.resolve(
        answers.map((answer) => {
          if (answer === '7') return { ...wrong('lost', null), undecided: true }
          return Number(answer) % 2 === 0 ? right('even', answer) : wrong('odd', answer)
        }),
      ),
  }
}

/** Answers a digit that the seed decides; counts what it was asked. */
function fakeSampler(asked: string[], stopAfter = Infinity): SamplingClient {
  return {
    sample: (requests) => {
      if (asked.length >= stopAfter) return Promise.reject(new AppError('engine', 'killed'))
      asked.push(...requests.map(({ prompt }) => characterCodec.decode(prompt)))
      return Promise.resolve(
        requests.map(({ seed, numSamples }) =>
          Array.from({ length: numSamples }, (_, at) => ({
            tokens: Int32Array.from(`${(seed + at) % 10}! and more`, (c) => c.charCodeAt(0)),
            logprobs: new Float32Array(),
            stopReason: 'stop' as const,
          })),
        ),
      )
    },
  }
}

function memoryJournal(): Journal {
  const kept: NotedItem[] = []
  return {
    // oxlint-disable-next-line typescript/require-await -- an array as an async source
    async *read() {
      yield* kept
    },
    append: (items) => Promise.resolve(void kept.push(...items)),
  }
}

const news: SuiteProgress[] = []

function depsOf(sampler: SamplingClient, journal: Journal, signal?: AbortSignal): RunnerDeps {
  let ms = 0
  return {
    sampler,
    journal,
    codec: characterCodec,
    sandbox: refusingSandbox,
    signal: signal ?? new AbortController().signal,
    config: resolveConfig('nano'),
    template: 'chat',
    now: () => (ms += 1000),
    onProgress: (progress) => news.push(progress),
  }
}

const folder = temporaryFolder()
const questions = Array.from({ length: 100 }, (_, at) => question(at))

test('a run that was killed goes on, loses no item and repeats none', async () => {
  const whole: string[] = []
  const journal = await openJournal(join(folder, 'whole.jsonl'))
  const expected = await runSuite(questions, SETTINGS, depsOf(fakeSampler(whole), journal))
  expect(whole.length).toBe(100)

  const path = join(folder, 'killed.jsonl')
  const first: string[] = []
  const killed = runSuite(
    questions,
    SETTINGS,
    depsOf(fakeSampler(first, 48), await openJournal(path)),
  )
  await expect(killed).rejects.toThrow('killed')
  appendFileSync(path, '{"item":"q99","answers":[{"corr')

  const second: string[] = []
  const resumed = await runSuite(
    questions,
    SETTINGS,
    depsOf(fakeSampler(second), await openJournal(path)),
  )
  expect(resumed.map(({ item, ...rest }) => [item.id, rest])).toEqual(
    expected.map(({ item, ...rest }) => [item.id, rest]),
  )
  const undecided = expected.filter((answer) => answer.undecided).map(({ item }) => item.id)
  const repeated = second.filter((text) => first.includes(text))
  expect(repeated.every((text) => undecided.includes(text.replace('item ', 'q')))).toBe(true)
  expect(new Set([...first, ...second]).size).toBe(100)
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  expect(lines.every((line) => line.startsWith('{"item":"q') && line.endsWith(']}'))).toBe(true)
})

test('progress ends at all items and tells the time left', () => {
  expect(news[0]).toEqual({ done: 0, total: 100, secondsLeft: null })
  expect(news.find(({ done }) => done === 16)?.secondsLeft).toBeGreaterThan(0)
})

test('a finished run is not asked again, but items that could not be decided are', async () => {
  const path = join(folder, 'whole.jsonl')
  const again: string[] = []
  const answers = await runSuite(
    questions,
    SETTINGS,
    depsOf(fakeSampler(again), await openJournal(path)),
  )
  const open = new Set(answers.filter(({ undecided }) => undecided).map(({ item }) => item.id))
  expect(again.length).toBe(open.size)
  expect(suiteScore(answers).undecided).toBe(answers.filter(({ undecided }) => undecided).length)
})

test('a question that does not fit, or is not there, is wrong without being asked', async () => {
  const long = question(1, 'x'.repeat(500))
  const keyOnly: Question = { ...question(2), ask: () => null }
  const asked: string[] = []
  const path = join(folder, 'long.jsonl')
  const answers = await runSuite(
    [long, keyOnly],
    SETTINGS,
    depsOf(fakeSampler(asked), await openJournal(path)),
  )
  expect(asked).toEqual([])
  expect(answers.every(({ correct, undecided }) => !correct && !undecided)).toBe(true)
  expect(readFileSync(path, 'utf8')).toContain('the question has 500 tokens, the model takes 200')
})

test('answers do not depend on how items are batched', async () => {
  const mixed = questions.map((one, at) =>
    at % 3 === 0 ? question(at, 'y'.repeat(150 + at)) : one,
  )
  const run = async (items: readonly Question[]) => {
    const found = await runSuite(items, SETTINGS, depsOf(fakeSampler([]), memoryJournal()))
    return new Map(found.map(({ item, sample, correct }) => [`${item.id} ${sample}`, correct]))
  }
  const forward = await run(mixed)
  const backward = await run(mixed.toReversed())
  expect(Object.fromEntries(backward)).toEqual(Object.fromEntries(forward))
})

test('a cancelled run stops before the next batch and keeps what it has', async () => {
  const controller = new AbortController()
  const path = join(folder, 'cancelled.jsonl')
  const deps = depsOf(fakeSampler([]), await openJournal(path), controller.signal)
  const onProgress = ({ done }: SuiteProgress) => done >= 32 && controller.abort()
  await expect(runSuite(questions, SETTINGS, { ...deps, onProgress })).rejects.toThrow('cancelled')
  expect(readFileSync(path, 'utf8').trim().split('\n').length).toBe(48)
})

test('ten thousand items run without their responses being kept', async () => {
  const many = Array.from({ length: 10_000 }, (_, at) => question(at))
  const settings = { ...SETTINGS, samples: 1 }
  const answers = await runSuite(many, settings, depsOf(fakeSampler([]), memoryJournal()))
  expect(answers.length).toBe(10_000)
  expect(Object.keys(answers[0] ?? {}).sort()).toEqual([
    'correct',
    'item',
    'sample',
    'status',
    'undecided',
  ])
})

test('scores of a suite without kinds have intervals, differences and a curve', () => {
  const answers = (rightOnes: readonly number[]) =>
    Array.from({ length: 40 }, (_, at) => ({
      item: { id: `q${at >> 1}`, cluster: `q${at >> 1}`, kind: null },
      sample: at % 2,
      correct: rightOnes.includes(at),
      undecided: false,
    }))
  const before = answers([0, 2, 4])
  const after = answers([0, 1, 2, 4, 6, 8, 10, 12, 14, 16])
  const score = suiteScore(after)
  expect(score).toMatchObject({ n: 20, passAt1: 0.25, kinds: {}, undecided: 0 })
  expect(score.low).toBeLessThan(0.25)
  expect(suiteDifference(before, after).mean?.mean).toBeCloseTo(7 / 40)
  // One item with 2 of 2, eight with 1 of 2: pass@2 is 9 of 20.
  expect(passCurve(after, 2).map(({ k, mean }) => [k, mean])).toEqual([
    [1, 0.25],
    [2, 0.45],
  ])
})
