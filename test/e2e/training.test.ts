import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { openHistory } from '../../electron/host/open-history.ts'
import { NANO_MODEL } from '../../electron/host/models.ts'
import type { Supervise } from '../../electron/host/live-runs.ts'
import { startRun } from '../../electron/host/recorder.ts'
import type { Recorder } from '../../electron/host/recorder.ts'
import type { Store } from '../../electron/store/store.ts'
import { fakeRun } from '../fakes/history.ts'
import { learningStep } from '../fakes/learning-run.ts'
import { fakeSupervise, stepNews } from '../fakes/supervise.ts'
import { violationsOf } from './axe.ts'
import { openWorkbench } from './opened.ts'
import { noBrowser, serveWith } from './workbench.ts'
import type { Watched } from './workbench.ts'

const RUN = 'azr-1'
const options = { seed: 1, span: 10, perKind: 2, encode: () => [1, 2, 3] }

describe.skipIf(noBrowser !== '')(`training in a browser ${noBrowser}`, () => {
  const fake = fakeSupervise(RUN)
  let watched: Watched
  let page: Page
  let store: Store
  let recorder: Recorder

  const serve = async () => {
    const home = await mkdtemp(join(tmpdir(), 'kelvin-e2e-'))
    store = await openHistory(home)
    const supervise: Supervise = (order, more) => {
      const writer = { now: Date.now, pid: process.pid }
      const model = { path: NANO_MODEL, sha256: 'ab'.repeat(32) }
      if (order.resume === null) recorder = startRun(store, { ...fakeRun(RUN), model }, writer)
      return fake.supervise(order, more)
    }
    return await serveWith(home, supervise)
  }
  openWorkbench(serve, (opened) => {
    watched = opened
    page = opened.page
  })
  afterAll(() => store?.close())

  const step = (number: number): void => {
    recorder.step(learningStep(number, options))
    fake.trainings.at(-1)?.tell(stepNews(number))
  }

  it('begins with one button and what this machine offers', async () => {
    await page.getByRole('button', { name: 'Train the embedded model' }).waitFor()
    await page.getByText('python', { exact: true }).waitFor()
    expect(await violationsOf(page)).toEqual([])
  })

  it('leads from that button to a curve that moves', async () => {
    await page.getByRole('button', { name: 'Train the embedded model' }).click()
    await page.getByText('No step is done yet').waitFor()
    expect(fake.trainings[0]?.order.preset).toBe('nano')
    step(1)
    const chart = page.getByRole('group', { name: /^Solver reward/ })
    await chart.waitFor()
    step(2)
    step(3)
    await page.getByText('Step 3 of 10').waitFor()
  })

  it('tells the phase as it goes on', async () => {
    const news = { type: 'phase', step: 4, phase: 'solve', done: 12, total: 48 } as const
    fake.trainings[0]?.tell(news)
    await page.getByText('Solve 12 of 48').waitFor()
  })

  it('pauses after the step and goes on', async () => {
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Pausing after this step').waitFor()
    fake.trainings[0]?.tell({ type: 'paused', step: 3 })
    await page.getByText('Paused', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    fake.trainings[0]?.tell({ type: 'resumed', step: 3 })
    await page.getByText('Running', { exact: true }).waitFor()
    expect(fake.trainings[0]?.held).toEqual([true, false])
  })

  it('shows warnings as notices, as text', async () => {
    const text = '<b>Diversity</b> is collapsing'
    fake.trainings[0]?.tell({ type: 'warning', step: 3, text })
    const note = page.getByRole('log').getByText(text)
    await note.waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).first().click()
    await note.waitFor({ state: 'detached' })
    const bell = page.getByRole('button', { name: 'Notices, 1 new' })
    await bell.click()
    const list = page.getByRole('dialog', { name: 'Notices' })
    await list.getByText(text).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Notices', exact: true }).waitFor()
  })

  it('stays when the training process ends, says why, and resumes on one click', async () => {
    recorder.state('crashed', 'the engine’s process ended with signal 9')
    const message = 'the engine’s process ended with signal 9'
    fake.trainings[0]?.end({ ok: false, code: 'engine', message, run: RUN })
    await page.getByText('Crashed', { exact: true }).waitFor()
    await page.getByRole('log').getByText('signal 9').first().waitFor()
    const ended = page.getByRole('alert').filter({ hasText: 'The run stopped' })
    await ended.getByText('ended with signal 9').waitFor()
    await ended.getByRole('button', { name: 'Resume now' }).click()
    await expect.poll(() => fake.trainings.at(-1)?.order.resume).toBe(RUN)
  })

  it('never broke its policy, threw or lost a request on the way', () => {
    expect(watched.troubles).toEqual([])
  })
})
