/**
 * Evaluations: scores with their intervals, and the graded answers behind them.
 * Not here: grading and intervals (eval/).
 */
import * as v from 'valibot'
import type { EvalItem } from '../contract/history.ts'
import type { EvalRecord } from '../contract/run.ts'
import { KINDS } from '../contract/task.ts'
import { bit, count, float32s, int32s, json, kind, real, status, text } from './columns.ts'
import { toBit, toFloat32s, toInt32s } from './columns.ts'
import type { Store } from './store.ts'

/** Evaluating a step again replaces what was there. */
export function insertEval(store: Store, run: number, record: EvalRecord): void {
  store.run(
    `INSERT OR REPLACE INTO evals (run, step, suite, temperature, kind, n, score, low, high, told)
     VALUES (@run, @step, @suite, @temperature, @kind, @n, @score, @low, @high, @told)`,
    { run, ...record, told: record.told === null ? null : JSON.stringify(record.told) },
  )
}

const Told = v.object({
  template: text,
  topP: v.number(),
  maxTokens: count,
  samples: count,
  seed: count,
  undecided: count,
})

const Row = v.object({
  step: count,
  suite: text,
  temperature: v.number(),
  kind: v.picklist([...KINDS, 'mean']),
  n: count,
  score: real,
  low: real,
  high: real,
  told: v.nullable(json(Told)),
})

/** By step, suite and temperature. */
export function readEvals(store: Store, run: number): EvalRecord[] {
  return store.all(
    `SELECT step, suite, temperature, kind, n, score, low, high, told FROM evals WHERE run = ?
     ORDER BY step, suite, temperature, kind`,
    Row,
    [run],
  )
}

export type EvalPlace = Pick<EvalItem, 'step' | 'suite' | 'temperature'>

export function insertEvalItem(store: Store, run: number, item: EvalItem): void {
  store.run(
    `INSERT OR REPLACE INTO eval_items (
      run, step, suite, temperature, item, cluster, kind, sample, correct, undecided, status, reason,
      response, tokens, logprobs
    ) VALUES (
      @run, @step, @suite, @temperature, @item, @cluster, @kind, @sample, @correct, @undecided,
      @status, @reason, @response, @tokens, @logprobs
    )`,
    {
      run,
      ...item,
      correct: toBit(item.correct),
      undecided: toBit(item.undecided),
      tokens: item.tokens === null ? null : toInt32s(Array.from(item.tokens)),
      logprobs: item.logprobs === null ? null : toFloat32s(Array.from(item.logprobs)),
    },
  )
}

const Item = v.object({
  step: count,
  suite: text,
  temperature: v.number(),
  item: text,
  cluster: text,
  kind: v.nullable(kind),
  sample: count,
  correct: bit,
  undecided: bit,
  status: v.nullable(status),
  reason: text,
  response: text,
  tokens: v.nullable(int32s),
  logprobs: v.nullable(float32s),
})

/** The answers of one evaluation, by item and sample: two of them line up for a paired comparison. */
export function readEvalItems(store: Store, run: number, place: EvalPlace): EvalItem[] {
  return store.all(
    `SELECT step, suite, temperature, item, cluster, kind, sample, correct, undecided, status,
       reason, response, tokens, logprobs
     FROM eval_items WHERE run = ? AND step = ? AND suite = ? AND temperature = ?
     ORDER BY item, sample`,
    Item,
    [run, place.step, place.suite, place.temperature],
  )
}
