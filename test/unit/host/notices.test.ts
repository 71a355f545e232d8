import { expect, test } from 'vitest'
import type { Settings } from '../../../electron/contract/settings.ts'
import { readSettings } from '../../../electron/contract/settings.ts'
import { createDiskWatch, createNotices } from '../../../electron/host/notices.ts'
import { createRunNotices } from '../../../electron/host/run-notices.ts'
import { stepNews } from '../../fakes/supervise.ts'

function noticesWith(settings: Partial<Settings> = {}) {
  const shown: string[] = []
  const desk = {
    pick: async () => null,
    reveal: async () => undefined,
    openLink: async () => undefined,
    notify: (title: string, body: string) => void shown.push(`${title}: ${body}`),
    acceptNoIsolation: async () => false,
  }
  const all = { ...readSettings({}).settings, ...settings }
  const notices = createNotices({ now: () => 1_000, desk, settings: () => all })
  const kept = () => notices.kept.after(0).map(({ kind, run, text }) => [kind, run, text])
  return { notices, shown, kept }
}

test('a notice goes to the app and to the desktop, unless its kind is switched off', () => {
  const { notices, shown, kept } = noticesWith({ notifyWarning: false })
  notices.tell('alarm', 'r', 'entropy collapses')
  notices.tell('done', 'r', 'finished after 3 steps')
  expect(kept()).toEqual([['done', 'r', 'finished after 3 steps']])
  expect(shown).toEqual(['A run is done: r: finished after 3 steps'])
})

test('of a run: its end, its crash, its warnings, and once the trace that a rule is sure of', () => {
  const { notices, kept } = noticesWith()
  const scores = [0.5, 0.95, 0.99]
  const worst = () => ({ episode: '1/solve/0', score: scores.shift() ?? 1 })
  const runs = createRunNotices({ notices, worst, checkDisk: async () => undefined })
  for (const step of [1, 2, 3]) runs.heard('r', stepNews(step))
  runs.heard('r', { type: 'warning', step: 3, text: 'loss is NaN' })
  runs.stopped('r', 'the trainer ended by SIGKILL')
  expect(kept().map(([kind]) => kind)).toEqual(['flag', 'alarm', 'crash'])
})

test('a disk that fills is told once, and again after there was room', async () => {
  const { notices, kept } = noticesWith()
  const free: (number | null)[] = [9e9, 4e9, 3e9, null, 8e9, 2e9]
  const check = createDiskWatch({ notices, freeBytes: async () => free.shift() ?? null })
  for (let turn = 0; turn < 6; turn++) await check()
  expect(kept().map(([, , text]) => text)).toEqual([
    '4.0 GB are left for runs and checkpoints',
    '2.0 GB are left for runs and checkpoints',
  ])
})
