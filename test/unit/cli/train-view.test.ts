import pc from 'picocolors'
import { expect, test } from 'vitest'
import {
  createTrainView,
  remarkOf,
  suitesText,
  summaryText,
} from '../../../electron/cli/train-view.ts'
import type { SuiteScore, TrainNews, TrainSummary } from '../../../electron/contract/news.ts'

const plain = pc.createColors(false)
const STARTED: TrainNews = {
  type: 'started',
  run: 'azr-20261120-ab12',
  steps: 360,
  level: 4,
  resumedAt: 0,
}
const STEP: TrainNews = {
  type: 'step',
  step: 90,
  steps: 360,
  seconds: 180,
  secondsLeft: 540,
  tasksProposed: 1_000,
  tasksValid: 900,
  attempts: 900,
  tasksSolved: 450,
  tokensPerSecond: 5_210.4,
  metrics: {},
}
const PHASE: TrainNews = { type: 'phase', step: 91, phase: 'solve', done: 12, total: 288 }
const SCORE: SuiteScore = {
  n: 1_536,
  passAt1: 0.312,
  low: 0.289,
  high: 0.336,
  kinds: { deduction: { n: 512, passAt1: 0.4, low: 0.35, high: 0.45 } },
  undecided: 0,
}
const COMPARED: SuiteScore = {
  ...SCORE,
  difference: { mean: 0.021, low: 0.008, high: 0.034, p: 0.0002 },
  kindDifferences: { deduction: null },
}

test('the picture shows step, time left, phase, speed, valid and solved tasks', () => {
  const view = createTrainView()
  expect(view.picture().plain()).toBe('starting')
  view.add(STARTED)
  expect(view.picture().plain()).toBe('step 0/360; starting')
  view.add(PHASE)
  view.add(STEP)
  expect(view.picture().plain()).toBe(
    'step 91/360, 9 m 00 s left; solve 12/288; 5,210 tokens/s; valid 900/1,000 (90 %); solved 450/900 (50 %)',
  )
  expect(view.picture().live(plain).split('\n')).toEqual([
    '█████░░░░░░░░░░░░░░░ step 91/360, 9 m 00 s left',
    'solve 12/288 · 5,210 tokens/s · valid 900/1,000 (90 %) · solved 450/900 (50 %)',
  ])
})

test('starts, warnings and scores stay on the screen; the rest moves the picture only', () => {
  const news: TrainNews[] = [
    STARTED,
    { ...STARTED, resumedAt: 30 },
    { type: 'warning', step: 3, text: 'No valid\u001b[2J proposal.' },
    { type: 'eval', step: 0, suites: { 'nano-heldout': SCORE } },
    { type: 'eval', step: 60, suites: { 'nano-heldout': COMPARED } },
    PHASE,
    STEP,
  ]
  expect(news.map((item) => remarkOf(item, plain))).toEqual([
    'azr-20261120-ab12: 360 steps, sandbox level 4',
    'azr-20261120-ab12: 360 steps, going on from step 30, sandbox level 4',
    'step 3: No valid\\x1b[2J proposal.',
    'step 0: nano-heldout 31.2 %',
    'step 60: nano-heldout 31.2 % (+2.1, +0.8 to +3.4)',
    null,
    null,
  ])
})

test('suites are compared where there is something to compare with', () => {
  expect(suitesText({ 'nano-heldout': SCORE }, plain)).toBe(
    [
      'SUITE         ITEMS   SCORE  95 % INTERVAL',
      'nano-heldout  1,536  31.2 %  28.9 % to 33.6 %',
      '  deduction     512  40.0 %  35.0 % to 45.0 %',
    ].join('\n'),
  )
  expect(suitesText({ 'nano-heldout': COMPARED }, plain)).toBe(
    [
      'SUITE         ITEMS   SCORE  95 % INTERVAL     CHANGE  95 % INTERVAL    P',
      'nano-heldout  1,536  31.2 %  28.9 % to 33.6 %    +2.1  +0.8 to +3.4     < 0.001',
      '  deduction     512  40.0 %  35.0 % to 45.0 %       -  not enough data  -',
    ].join('\n'),
  )
})

const SUMMARY: TrainSummary = {
  run: 'azr-20261120-ab12',
  recipe: 'azr',
  preset: 'nano',
  seed: 1,
  steps: 40,
  tasksProposed: 100,
  tasksValid: 90,
  attempts: 90,
  tasksSolved: 45,
  seconds: 80,
  secondsPerStep: 1.9,
  tokensPerSecond: 5_210,
  peakMemoryBytes: 300 * 2 ** 20,
  phaseSeconds: { propose: 20, validate: 0, solve: 30, verify: 0, update: 50, evaluate: 0 },
  evalBefore: null,
  evalAfter: null,
  checkpoint: '/home/runs/azr-20261120-ab12/checkpoints/40',
  interrupted: true,
}

test('the end of an interrupted run says how to go on', () => {
  expect(summaryText(SUMMARY, plain)).toBe(
    [
      'azr-20261120-ab12: stopped after step 40',
      'time        1 m 20 s, 1.90 s per step',
      'speed       5,210 tokens/s',
      'memory      300 MiB at most',
      'tasks       90/100 (90 %) valid, 45/90 (50 %) solved',
      'phases      propose 20 %, validate 0 %, solve 30 %, verify 0 %, update 50 %, evaluate 0 %',
      'checkpoint  /home/runs/azr-20261120-ab12/checkpoints/40',
      'Go on with: kelvin train --resume azr-20261120-ab12',
    ].join('\n'),
  )
})

test('the end of a finished run shows its scores', () => {
  const evalAfter = { 'nano-heldout': COMPARED }
  const text = summaryText({ ...SUMMARY, interrupted: false, evalAfter }, plain)
  expect(text).toContain('azr-20261120-ab12: 40 steps\n')
  expect(text).toContain(suitesText(evalAfter, plain))
})
