/**
 * A finished run to review, and the time that the next trace takes to come, for a test and for a figure.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveConfig } from '../../electron/contract/config.ts'
import { codecOf, NANO_MODEL } from '../../electron/host/models.ts'
import { openHistory } from '../../electron/host/open-history.ts'
import { startRun } from '../../electron/host/recorder.ts'
import { openMonitor } from '../../electron/host/rules-file.ts'
import { scanRun } from '../../electron/host/scan.ts'
import { fakeRun } from '../fakes/history.ts'
import { learningStep } from '../fakes/learning-run.ts'
import { MARKUP } from './seed.ts'

export const REVIEWED = 'azr-review'
const STEPS = 4

/** A finished run whose proposals may hold markup and unsafe words; another rater has rated some of it. */
export async function reviewedHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'kelvin-e2e-'))
  const codec = await codecOf(NANO_MODEL, resolveConfig('nano'))
  const encode = (text: string) => codec.encode([{ text, trusted: false }])
  const store = await openHistory(home)
  const recorder = startRun(
    store,
    { ...fakeRun(REVIEWED), model: { path: NANO_MODEL, sha256: 'ab'.repeat(32) } },
    { now: Date.now, pid: process.pid },
  )
  const hostile = `# outsmart the reviewers\u202E ${MARKUP}`
  for (let step = 1; step <= STEPS; step += 1) {
    recorder.step(learningStep(step, { seed: 1, span: 10, perKind: 4, encode, hostile }))
  }
  const path = `runs/${REVIEWED}/checkpoints/${STEPS}`
  recorder.checkpoint({ step: STEPS, path, kind: 'final', parentStep: null, bytes: 1 })
  recorder.state('finished', '')
  await scanRun(store, REVIEWED, await openMonitor(home, null))
  store.close()
  return home
}

/** Between a key and the frame that shows another trace. */
export type Waited = { readonly frames: number; readonly ms: number }

/** Runs in the page: how long each Enter waits for another trace. */
export function timeNext(): void {
  Reflect.set(window, 'waited', [])
  const name = () => document.querySelector('h2.mono')?.textContent ?? ''
  window.addEventListener(
    'keydown',
    ({ key, timeStamp }) => {
      if (key !== 'Enter') return
      const before = name()
      let frames = 0
      const look = (): void => {
        frames += 1
        if (name() === before) requestAnimationFrame(look)
        else Reflect.get(window, 'waited').push({ frames, ms: performance.now() - timeStamp })
      }
      requestAnimationFrame(look)
    },
    { capture: true },
  )
}
