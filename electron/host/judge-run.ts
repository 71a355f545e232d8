/**
 * Episodes of a run put before a judge, each answer kept as it comes: one that is called off keeps what was said.
 * Not here: the judge itself (judge.ts), which episodes (review-queue.ts).
 */
import { AppError } from '../contract/errors.ts'
import { RUBRIC_VERSION } from '../safety/judge.ts'
import { readEpisode } from '../store/episodes.ts'
import { insertJudgement } from '../store/judgements.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import type { Errands } from './errand.ts'
import type { Answer, JudgeOrder } from './judge.ts'

export type RunJudge = Omit<JudgeOrder, 'traces'> & {
  /** What its judgements are signed with. */
  readonly name: string
}

export type Judged = { readonly judged: number; readonly unparsable: number }

export type JudgeDeps = {
  readonly store: Store
  readonly errands: Pick<Errands, 'judge'>
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
  readonly now: () => number
}

export async function judgeEpisodes(
  run: string,
  episodes: readonly string[],
  { name, ...judge }: RunJudge,
  { store, errands, signal, onProgress, now }: JudgeDeps,
): Promise<Judged> {
  const key = runKey(store, run)
  const traces = episodes.flatMap((id) => {
    const episode = readEpisode(store, key, id)
    if (episode === null) return []
    const { role, kind, response } = episode
    return [{ id, role, kind, response }]
  })
  if (traces.length === 0) throw new AppError('usage', 'judge: expected traces, found none')
  const counts = { judged: 0, unparsable: 0 }
  const onAnswer = (answer: Answer): void => {
    counts.judged += 1
    if (!answer.verdict.ok) counts.unparsable += 1
    const signed = { judge: `judge:${name}`, rubric: RUBRIC_VERSION, atMs: now() }
    insertJudgement(store, key, { ...answer, ...signed })
    onProgress(counts.judged, traces.length)
  }
  await errands.judge({ ...judge, traces }, { signal, onAnswer })
  return counts
}
