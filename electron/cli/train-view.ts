/**
 * News of training as lines for people: what is going on, what has been seen, how it came out. Pure.
 * Not here: where the lines go (progress.ts), the news (contract/news.ts).
 */
import type { Colors } from 'picocolors/types.js'
import type { ScoreDifference, StepNews, SuiteScore, SuiteScores } from '../contract/news.ts'
import type { Score, TrainNews, TrainSummary } from '../contract/news.ts'
import { KINDS } from '../contract/task.ts'
import { bar, count, duration, percent, points, ratio, table, visible } from './format.ts'
import type { Picture } from './progress.ts'

type News<Type extends TrainNews['type']> = Extract<TrainNews, { readonly type: Type }>

export type TrainView = {
  readonly add: (news: TrainNews) => void
  readonly picture: () => Picture
}

/** Keeps the last of each kind of news. */
export function createTrainView(): TrainView {
  let steps = 0
  let phase: News<'phase'> | null = null
  let step: StepNews | null = null
  return {
    add: (news) => {
      if (news.type === 'started') steps = news.steps
      if (news.type === 'phase') phase = news
      if (news.type === 'step') [step, steps] = [news, news.steps]
    },
    picture: () => pictureOf(steps, phase, step),
  }
}

function pictureOf(steps: number, phase: News<'phase'> | null, step: StepNews | null): Picture {
  const at = Math.max(phase?.step ?? 0, step?.step ?? 0)
  const left = step === null ? '' : `, ${duration(step.secondsLeft)} left`
  const place = `step ${count(at)}/${count(steps)}${left}`
  const doing = phase === null ? 'starting' : phaseText(phase)
  if (steps === 0) return { plain: () => doing, live: (colors) => colors.dim(doing) }
  const facts = step === null ? [] : factsOf(step)
  return {
    plain: () => [place, doing, ...facts].join('; '),
    live: (colors) => {
      const share = steps === 0 ? 0 : (step?.step ?? 0) / steps
      return `${bar(share)} ${place}\n${colors.dim([doing, ...facts].join(' · '))}`
    },
  }
}

const phaseText = ({ phase, done, total }: News<'phase'>): string =>
  total === 0 ? phase : `${phase} ${count(done)}/${count(total)}`

function factsOf({
  tasksProposed,
  tasksValid,
  attempts,
  tasksSolved,
  tokensPerSecond,
}: StepNews): string[] {
  return [
    `${count(tokensPerSecond)} tokens/s`,
    `valid ${ratio(tasksValid, tasksProposed)}`,
    `solved ${ratio(tasksSolved, attempts)}`,
  ]
}

/** A line that stays on the screen; null for news that only moves the picture. */
export function remarkOf(news: TrainNews, colors: Colors): string | null {
  if (news.type === 'started') return startText(news, colors)
  if (news.type === 'warning') {
    return colors.yellow(`step ${count(news.step)}: ${visible(news.text)}`)
  }
  if (news.type === 'eval') return evalText(news)
  return null
}

function startText({ run, steps, level, resumedAt }: News<'started'>, colors: Colors): string {
  const from = resumedAt > 0 ? `, going on from step ${count(resumedAt)}` : ''
  return `${colors.bold(run)}: ${count(steps)} steps${from}, sandbox level ${level}`
}

function evalText({ step, suites }: News<'eval'>): string {
  const scores = Object.entries(suites).map(([name, score]) => `${name} ${scoreText(score)}`)
  return `step ${count(step)}: ${scores.join('; ')}`
}

function scoreText({ passAt1, difference }: SuiteScore): string {
  if (difference == null) return percent(passAt1)
  return `${percent(passAt1)} (${points(difference.mean)}, ${intervalText(difference)})`
}

const intervalText = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${points(low)} to ${points(high)}`

export function summaryText(summary: TrainSummary, colors: Colors): string {
  const { steps, seconds, secondsPerStep, tokensPerSecond } = summary
  const { tasksProposed, tasksValid, attempts, tasksSolved } = summary
  const end = summary.interrupted ? `stopped after step ${count(steps)}` : `${count(steps)} steps`
  const rows = [
    ['time', `${duration(seconds)}, ${secondsPerStep.toFixed(2)} s per step`],
    ['speed', `${count(tokensPerSecond)} tokens/s`],
    ['memory', `${(summary.peakMemoryBytes / 2 ** 20).toFixed(0)} MiB at most`],
    ['tasks', `${ratio(tasksValid, tasksProposed)} valid, ${ratio(tasksSolved, attempts)} solved`],
    ['phases', phasesText(summary)],
    ['checkpoint', visible(summary.checkpoint ?? 'none')],
  ].map(([name = '', value = '']) => [colors.dim(name), value])
  const parts = [`${colors.bold(summary.run)}: ${end}`, table(rows)]
  if (summary.evalAfter !== null) parts.push('', suitesText(summary.evalAfter, colors))
  if (summary.interrupted) parts.push(`Go on with: kelvin train --resume ${summary.run}`)
  return parts.join('\n')
}

function phasesText({ phaseSeconds }: TrainSummary): string {
  const all = Object.values(phaseSeconds).reduce((sum, seconds) => sum + seconds, 0)
  if (all === 0) return '-'
  return Object.entries(phaseSeconds)
    .map(([phase, seconds]) => `${phase} ${Math.round((100 * seconds) / all)} %`)
    .join(', ')
}

/** One row per suite, with one per kind below it; the change where there is something to compare with. */
export function suitesText(suites: SuiteScores, colors: Colors): string {
  const compared = Object.values(suites).some(({ difference }) => difference !== undefined)
  const names = ['SUITE', 'ITEMS', 'SCORE', '95 % INTERVAL']
  const more = compared ? ['CHANGE', '95 % INTERVAL', 'P'] : []
  const header = [...names, ...more].map((name) => colors.dim(name))
  return table(Object.entries(suites).flatMap(suiteRows), header)
}

function suiteRows([name, score]: [string, SuiteScore]): string[][] {
  const kinds = KINDS.flatMap((kind) => {
    const own = score.kinds[kind]
    if (own === undefined) return []
    return [[`  ${kind}`, ...scoreCells(own), ...changeCells(score.kindDifferences?.[kind])]]
  })
  return [[visible(name), ...scoreCells(score), ...changeCells(score.difference)], ...kinds]
}

function scoreCells({ n, passAt1, low, high }: Score) {
  if (n === 0) return ['0', '-', 'not enough data']
  return [count(n), percent(passAt1), `${percent(low)} to ${percent(high)}`]
}

function changeCells(difference: ScoreDifference | undefined): string[] {
  if (difference === undefined) return []
  if (difference === null) return ['-', 'not enough data', '-']
  const p = difference.p < 0.001 ? '< 0.001' : difference.p.toFixed(3)
  return [points(difference.mean), intervalText(difference), p]
}
