/**
 * Notices of the runs that train: ends, crashes, warnings, and the first trace that a rule is sure of.
 * Not here: notices themselves (notices.ts).
 */
import type { TrainNews } from '../contract/news.ts'
import type { Notices } from './notices.ts'

/** What a rule must be so sure of. */
export const SEVERE_SCORE = 0.9

export type RunWatch = {
  readonly notices: Pick<Notices, 'tell'>
  /** The most suspicious trace of a run so far; null: none. */
  readonly worst: (run: string) => { readonly episode: string; readonly score: number } | null
  readonly checkDisk: () => Promise<void>
}

export type RunNotices = {
  readonly heard: (run: string, news: TrainNews) => void
  /** It stopped without being asked to. */
  readonly stopped: (run: string, why: string) => void
}

export function createRunNotices({ notices, worst, checkDisk }: RunWatch): RunNotices {
  const flagged = new Set<string>()
  const lookAtFlags = (run: string): void => {
    if (flagged.has(run)) return
    const found = worst(run)
    if (found === null || found.score < SEVERE_SCORE) return
    flagged.add(run)
    notices.tell('flag', run, `a rule is sure of ${found.episode}; it waits under Review`)
  }
  return {
    heard: (run, news) => {
      if (news.type === 'warning') notices.tell('alarm', run, news.text)
      if (news.type === 'done') notices.tell('done', run, endOf(news.summary))
      if (news.type !== 'step') return
      lookAtFlags(run)
      void checkDisk()
    },
    stopped: (run, why) => notices.tell('crash', run, why),
  }
}

function endOf({ steps, interrupted }: { readonly steps: number; readonly interrupted: boolean }) {
  return interrupted ? `saved and stopped after step ${steps}` : `finished after ${steps} steps`
}
