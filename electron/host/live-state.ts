/**
 * What a live run looks like after each piece of its news. Pure.
 * Not here: where the news come from (live-runs.ts).
 */
import type { StepNews, TrainNews } from '../contract/news.ts'
import type { LiveRun } from '../contract/workbench.ts'

/** revision: more than any before it had. */
export function newLive(run: string, revision: number): LiveRun {
  return {
    run,
    revision,
    state: 'starting',
    phase: null,
    last: null,
    tokensPerSecond: 0,
    tasksPerSecond: 0,
    secondsLeft: null,
    restarts: 0,
    restart: null,
  }
}

export function addNews(live: LiveRun, news: TrainNews): LiveRun {
  return { ...changed(live, news), revision: live.revision + 1 }
}

function changed(live: LiveRun, news: TrainNews): LiveRun {
  if (news.type === 'started') return { ...live, run: news.run, state: 'running', restart: null }
  if (news.type === 'phase') {
    return { ...live, phase: { name: news.phase, done: news.done, total: news.total } }
  }
  if (news.type === 'step') {
    const { type: _, ...step } = news
    return { ...live, ...paceOf(live.last, step), last: step, phase: null }
  }
  // Whoever asked for something else meanwhile is about to get it. A run may also pause by itself.
  if (news.type === 'paused' && (live.state === 'pausing' || live.state === 'running')) {
    return { ...live, state: 'paused', phase: null }
  }
  if (news.type === 'resumed' && live.state === 'paused') return { ...live, state: 'running' }
  return live
}

/** Steps differ; the time that is left is told as a range around what the trainer expects. */
const SPREAD = 0.15

function paceOf(before: StepNews | null, step: StepNews) {
  const { secondsLeft, seconds, tokensPerSecond } = step
  const tasks = step.tasksProposed - (before?.tasksProposed ?? 0)
  return {
    tokensPerSecond,
    tasksPerSecond: seconds > 0 ? Math.max(0, tasks) / seconds : 0,
    secondsLeft: { low: secondsLeft * (1 - SPREAD), high: secondsLeft * (1 + SPREAD) },
  }
}
