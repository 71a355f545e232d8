/**
 * Episodes as an Inspect log (version 2, JSON): one sample per episode, scored by correctness and reward.
 * Source: UKGovernmentBEIS/inspect_ai at 499e6152, src/inspect_ai/log/_log.py. The order of the fields is part of
 * the format: a reader of headers stops at the samples.
 */
import { basename } from 'node:path'
import type { Episode } from '../../contract/episode.ts'
import type { EpisodeFilter, EpisodeRow, RunRow } from '../../contract/history.ts'
import type { Task } from '../../contract/task.ts'
import { pageEpisodes } from '../../store/episode-pages.ts'
import { readOpenFlags } from '../../store/flags.ts'
import { runKey } from '../../store/runs.ts'
import type { Store } from '../../store/store.ts'
import { findTask } from '../../store/tasks.ts'
import { writeFileAtomically } from './atomic.ts'
import { exchangeOf } from './inspect-sample.ts'
import type { Pace } from './table.ts'
import { allEpisodes, allPages } from './tables.ts'

const PIECE = 1_000

export async function writeInspectLog(
  store: Store,
  run: RunRow,
  filter: EpisodeFilter,
  out: string,
  pace: Pace,
): Promise<number> {
  const key = runKey(store, run.id)
  return writeFileAtomically(out, async (write) => {
    const totals = addUp(store, run.id, filter)
    await write(JSON.stringify(header(run, totals)).replace(/\}$/, ',"samples":['))
    let count = 0
    for (const episode of allEpisodes(store, run.id, filter)) {
      await write(`${count > 0 ? ',' : ''}\n${JSON.stringify(sample(store, key, run, episode))}`)
      await pace()
      count += 1
    }
    await write('\n]}\n')
    return count
  })
}

type Totals = { samples: number; graded: number; right: number; rewarded: number; reward: number }

function addUp(store: Store, run: string, filter: EpisodeFilter): Totals {
  const totals = { samples: 0, graded: 0, right: 0, rewarded: 0, reward: 0 }
  const turn = (after: { readonly after?: string }) =>
    pageEpisodes(store, { run, filter, limit: PIECE, ...after })
  for (const row of allPages(turn)) addRow(totals, row)
  return totals
}

function addRow(totals: Totals, { correct, reward }: EpisodeRow): void {
  totals.samples += 1
  if (correct !== null) totals.graded += 1
  if (correct === true) totals.right += 1
  if (!Number.isFinite(reward)) return
  totals.rewarded += 1
  totals.reward += reward
}

function header(run: RunRow, totals: Totals) {
  const created = new Date(run.createdMs).toISOString()
  return {
    version: 2,
    status: 'success',
    eval: {
      eval_id: run.id,
      run_id: run.id,
      created,
      task: `kelvin/${run.recipe}`,
      task_id: run.id,
      task_version: 0,
      dataset: { name: `episodes of ${run.id}`, samples: totals.samples, shuffled: false },
      task_args: {},
      model: modelName(run),
      model_args: {},
      model_generate_config: {},
      config: {},
      packages: {},
      metadata: { preset: run.preset, seed: run.seed, promptVersion: run.promptVersion },
    },
    plan: { name: 'plan', steps: [], config: {} },
    results: {
      total_samples: totals.samples,
      completed_samples: totals.samples,
      scores: [
        score('correct', 'accuracy', totals.right, totals.graded),
        score('reward', 'mean', totals.reward, totals.rewarded),
      ],
    },
    stats: {
      started_at: created,
      completed_at: new Date(run.updatedMs).toISOString(),
      model_usage: {},
      role_usage: {},
    },
  }
}

function score(name: string, metric: string, sum: number, count: number) {
  const value = count === 0 ? 0 : sum / count
  return {
    name,
    scorer: name,
    params: {},
    scored_samples: count,
    metrics: { [metric]: { name: metric, value, params: {} } },
  }
}

function sample(store: Store, key: number, run: RunRow, episode: Episode) {
  const { prompt, promptTokens, response, tokens, stopReason } = episode
  const task = episode.task === null ? null : (findTask(store, key, episode.task)?.task ?? null)
  return {
    id: episode.id,
    epoch: 1,
    target: episode.role === 'propose' || task === null ? '' : targetOf(task),
    ...exchangeOf({
      model: modelName(run),
      prompt,
      promptTokens: promptTokens.length,
      response,
      responseTokens: tokens.length,
      cut: stopReason !== 'stop',
    }),
    scores: scores(episode),
    metadata: { ...metadata(episode), flags: readOpenFlags(store, key, episode.id) },
    uuid: `${run.id}/${episode.id}`,
  }
}

const modelName = ({ model }: RunRow): string => `kelvin/${basename(model.path)}`

/** What a right answer looks like; for abduction one of many. */
function targetOf(task: Task): string {
  if (task.kind === 'induction') return task.program
  const [pair] = task.pairs
  return (task.kind === 'deduction' ? pair?.output : pair?.input) ?? ''
}

function scores({ correct, reward, rewardParts, status }: Episode) {
  const explanation = status === null ? {} : { explanation: status }
  return {
    ...(correct === null ? {} : { correct: { value: correct ? 'C' : 'I', ...explanation } }),
    ...(Number.isFinite(reward) ? { reward: { value: reward, metadata: rewardParts } } : {}),
  }
}

function metadata(episode: Episode) {
  const { step, role, kind, purpose, task, advantage, trained, status, outcomes } = episode
  const { references, promptVersion, seed } = episode
  return {
    step,
    role,
    kind,
    purpose,
    task,
    advantage,
    trained,
    status,
    outcomes,
    references,
    promptVersion,
    seed,
  }
}
