/**
 * Calls about runs: the list, one run, starting, pausing, stopping, removing.
 * Not here: their steps and tasks (steps.ts, tasks.ts), the processes (live-runs.ts).
 */
import { AppError } from '../../contract/errors.ts'
import type { StartRun } from '../../contract/inputs.ts'
import type { RunListRow, RunPlanView, ScorePoint } from '../../contract/workbench.ts'
import { readEvals } from '../../store/evals.ts'
import { listRuns, readRun, runKey } from '../../store/runs.ts'
import type { Store } from '../../store/store.ts'
import type { Bench } from '../bench.ts'
import { isStale } from '../history-reader.ts'
import { removeRun, showRun } from '../history.ts'
import { reportOf } from '../model-list.ts'
import type { RunConfig } from '../../contract/config.ts'
import { estimateApart, memoryProblems } from '../memory-check.ts'
import { modelFolder } from '../models.ts'
import { isAlive } from '../open-history.ts'
import { openSampleRun, SAMPLE_RUN } from '../sample-run.ts'
import { remoteAt, remoteModel } from '../remote-model.ts'
import { configOf, folderOf, orderOf, resumeOrder, type Places } from '../start-order.ts'
import { needDesk } from './app.ts'
import type { HandlersOf } from './types.ts'

export function runHandlers(bench: Bench): HandlersOf<'runs'> {
  const { history, live, info } = bench
  return {
    'runs.list': async ({ limit }) => {
      if (history.read(listRuns).some((run) => isStale(run, isAlive))) await history.settle()
      return history.read((store) => {
        const all = listRuns(store)
        const rows = all.slice(0, limit).map((run) => rowOf(store, run, bench))
        return { rows, total: all.length }
      })
    },
    'runs.show': ({ run }) => ({
      ...history.read((store) => showRun(store, run)),
      live: live.live(run),
    }),
    'runs.plan': (wish) => planOf(wish, bench),
    'runs.start': async (wish) => {
      const order = orderOf(wish, placesOf(bench), false)
      const accepted = await acceptedIsolation(bench)
      return { run: await live.start({ ...order, acceptNoIsolation: accepted }) }
    },
    'runs.pause': ({ run }) => live.pause(run),
    'runs.resume': async ({ run }) => {
      const going = live.unpause(run)
      if (going !== null) return going
      const row = history.read((store) => readRun(store, run))
      const accepted = await acceptedIsolation(bench)
      await live.start(resumeOrder(info.home, row, accepted))
      const begun = live.live(run)
      if (begun !== null) return begun
      throw new AppError('engine', `run ${run}: it ended at once; its log has more`)
    },
    'runs.stop': async ({ run }) => {
      await live.stop(run)
      return null
    },
    'runs.remove': async ({ run }) => {
      if (live.live(run) !== null) {
        throw new AppError('usage', `run ${run}: expected a run that is stopped, found it going on`)
      }
      const removed = await history.write((store) => removeRun(store, info.home, run))
      live.changes.tell({ run, live: null })
      return removed
    },
    'runs.openSample': async () => {
      const run = await history.write((store) => openSampleRun(store, SAMPLE_RUN))
      live.changes.tell({ run, live: null })
      return { run }
    },
  }
}

export const placesOf = ({ info, models, history, settings }: Bench): Places => ({
  home: info.home,
  models,
  read: history.read,
  remote: () => remoteModel(settings.get()),
  remoteAt: (url) => remoteAt(url, settings.get()),
})

/** Asked only where the sandbox of this machine isolates nothing. */
async function acceptedIsolation({ programs, desk, acceptNoIsolation }: Bench): Promise<boolean> {
  if (acceptNoIsolation) return true
  if ((await programs.level()) > 0 || desk === null) return false
  return await needDesk(desk).acceptNoIsolation()
}

function rowOf(store: Store, run: RunListRow['run'], { live }: Bench): RunListRow {
  return { run, live: live.live(run.id), scores: scoresOf(store, run.id) }
}

/** Greedy, the mean of kinds, of the suite that was measured first. */
export function scoresOf(store: Store, run: string): ScorePoint[] {
  const means = readEvals(store, runKey(store, run)).filter(
    ({ kind, temperature }) => kind === 'mean' && temperature === 0,
  )
  const suite = means[0]?.suite
  return means
    .filter((record) => record.suite === suite)
    .map(({ step, score }) => ({ step, score }))
}

async function planOf(wish: StartRun, bench: Bench): Promise<RunPlanView> {
  const config = configOf(wish)
  const problems: string[] = []
  const folder = problemOf(problems, () => {
    orderOf(wish, placesOf(bench), false)
    const chosen = wish.model === null ? null : folderOf(wish.model, placesOf(bench))
    return modelFolder(chosen, wish.preset)
  })
  const model = folder === null ? null : await reportOf(folder, wish.model ?? { type: 'embedded' })
  const here = wish.engine === 'local' && wish.model?.type !== 'remote' ? folder : null
  const usable = model?.problems.length === 0 ? here : null
  const memory = usable === null ? null : await estimateApart(usable, config, wish.device)
  const secondsPerStep = bench.history.read((store) => paceOf(store, wish))
  return {
    config,
    problems: [...problems, ...(model?.problems ?? []), ...memoryProblems(memory)],
    model,
    secondsPerStep,
    seconds: secondsOf(wish, config, secondsPerStep),
    memory,
  }
}

function secondsOf(
  wish: StartRun,
  { totalSteps }: RunConfig,
  perStep: number | null,
): number | null {
  if (wish.minutes !== null) return wish.minutes * 60
  return perStep === null ? null : perStep * totalSteps
}

function problemOf<T>(problems: string[], body: () => T): T | null {
  try {
    return body()
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    problems.push(cause.message)
    return null
  }
}

const FEWEST_STEPS = 5

/** Of the latest run of that preset on that device that got anywhere. */
function paceOf(store: Store, { preset, device }: StartRun): number | null {
  const like = listRuns(store).find(
    (run) => run.preset === preset && run.device === device && run.currentStep >= FEWEST_STEPS,
  )
  return like === undefined ? null : like.seconds / like.currentStep
}
