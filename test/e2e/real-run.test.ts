/**
 * The first run for real: the process that trains, the embedded model and the sandbox, only with few tasks a step.
 * Its process is killed, paused and stopped while the window is open.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { readRun } from '../../electron/store/runs.ts'
import { superviseTraining } from '../../electron/host/supervisor.ts'
import { openWorkbench } from './opened.ts'
import { noBrowser, serveWith } from './workbench.ts'
import type { HostServed, Watched } from './workbench.ts'

const FEW = ['batch=2', 'mcSamples=2', 'seedFactor=1', 'checkpointEvery=2', 'evalEvery=0']

describe.skipIf(noBrowser !== '')(`a real first run in a browser ${noBrowser}`, () => {
  let served: HostServed
  let watched: Watched
  let page: Page

  const serve = async () => {
    const home = await mkdtemp(join(tmpdir(), 'kelvin-e2e-'))
    return await serveWith(home, (order, options) => {
      const few = { steps: 400, minutes: null, evaluate: false, settings: FEW }
      return superviseTraining(order.resume === null ? { ...order, ...few } : order, options)
    })
  }
  openWorkbench(serve, (opened) => {
    watched = opened
    page = opened.page
    served = opened.served
  })

  /** Of the process that trains, as the history has it. */
  const trainer = (): number => {
    const { run } = served.host.live.all()[0] ?? { run: '' }
    const row = served.host.bench.history.read((store) => readRun(store, run))
    if (row.pid === null) throw new Error('expected a process that trains')
    return row.pid
  }
  const status = () => page.getByRole('banner').getByRole('status')

  it('leads from the first page to a curve that moves', async () => {
    await page.getByRole('button', { name: 'Train the embedded model' }).click()
    await page.getByRole('group', { name: /^Solver reward/ }).waitFor()
    await status()
      .getByText(/^Step ([2-9]|\d\d+) of 400$/)
      .waitFor()
  })

  it('stays when the process is killed, says what happened, and goes on after one click', async () => {
    const killed = trainer()
    process.kill(killed, 'SIGKILL')
    const ended = page.getByRole('alert').filter({ hasText: 'the trainer ended by SIGKILL' })
    await ended.getByRole('button', { name: 'Resume now' }).click()
    await ended.waitFor({ state: 'detached' })
    await status().getByText('Running', { exact: true }).waitFor()
    expect(trainer()).not.toBe(killed)
    await status().getByText('Restarts: 1').waitFor()
  })

  it('pauses between two steps', async () => {
    await page.getByRole('button', { name: 'Pause' }).click()
    await status().getByText('Paused', { exact: true }).waitFor()
  })

  it('opens a task that the model has just proposed', async () => {
    await page.getByRole('link', { name: 'Tasks' }).click()
    const grid = page.getByRole('grid', { name: 'Tasks of this run' })
    await grid.focus()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByText('Inputs and outputs').or(page.getByText('held no program')).waitFor()
  })

  it('goes on, and saves and stops when asked', async () => {
    await page.getByRole('button', { name: 'Resume' }).click()
    await status().getByText('Running', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await status().getByText('Interrupted', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    expect(served.host.live.all()).toEqual([])
  })

  it('never broke its policy, threw or lost a request on the way', () => {
    expect(watched.troubles).toEqual([])
  })
})
