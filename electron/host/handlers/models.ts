/**
 * Calls about models and checkpoints: opening folders, talking to weights, exporting a checkpoint.
 */
import { basename } from 'node:path'
import type { Checkpoint } from '../../contract/history.ts'
import type { ModelReport } from '../../contract/workbench.ts'
import { readCheckpoints } from '../../store/checkpoints.ts'
import { runKey } from '../../store/runs.ts'
import type { Bench } from '../bench.ts'
import { modelOf } from '../checkpoints.ts'
import { exportable, exportModel } from '../export-model.ts'
import { reportOf } from '../model-list.ts'
import { remoteLabel } from '../open-engine.ts'
import { fromHomePath } from '../paths.ts'
import { remoteProblems } from '../remote-model.ts'
import { engineOf, folderOf } from '../start-order.ts'
import { placesOf, scoresOf } from './runs.ts'
import type { HandlersOf } from './types.ts'

export function modelHandlers(bench: Bench): HandlersOf<'models' | 'checkpoints'> {
  const { models, handles, history, jobs, errands, info } = bench
  return {
    'models.list': async () => [...(await models.list()), ...(await remoteReports(bench))],
    'models.validate': ({ folder }) =>
      reportOf(handles.path(folder), { type: 'folder', id: folder }),
    'models.open': ({ folder }) => models.open(folder),
    'models.forget': ({ folder }) => {
      models.forget(folder)
      return null
    },
    'models.sample': async ({ model, ...order }, signal) => {
      const places = placesOf(bench)
      const remote = engineOf(model, places)
      const place = { home: info.home, ...(remote === null ? {} : { remote }) }
      return await errands.sample({ ...order, ...place, model: folderOf(model, places) }, signal)
    },
    'checkpoints.list': async ({ run }) => {
      const { saved, scores } = history.read((store) => ({
        saved: readCheckpoints(store, runKey(store, run)),
        scores: scoresOf(store, run),
      }))
      return await Promise.all(
        saved.map(async (checkpoint) => ({
          ...checkpoint,
          report: await reportOfCheckpoint(checkpoint, run, info.home),
          score: scores.find(({ step }) => step === checkpoint.step)?.score ?? null,
        })),
      )
    },
    'checkpoints.export': ({ run, step, out }) => {
      const target = handles.path(out)
      const found = history.read((store) => exportable(store, info.home, run, step))
      return jobs.start(`Checkpoint ${step} of ${run}`, async () => {
        await exportModel(found, target)
        return { type: 'model', label: basename(target) }
      })
    },
  }
}

/** The server of the settings as one more model. */
async function remoteReports(bench: Bench): Promise<ModelReport[]> {
  const remote = placesOf(bench).remote()
  if (remote === null) return []
  const report = await reportOf(remote.folder, { type: 'remote' })
  const problems = [...report.problems, ...remoteProblems(remote)]
  // Of the folder only what tokens are is sure to be the server's.
  const unknown = { parameters: null, layers: null, width: null, dtype: null }
  return [{ ...report, ...unknown, label: remoteLabel(remote.engine), problems, bytes: 0 }]
}

async function reportOfCheckpoint(
  { step, path, parentStep, bytes }: Checkpoint,
  run: string,
  home: string,
): Promise<ModelReport> {
  const parent = parentStep === null ? null : { run, step: parentStep }
  const report = await reportOf(
    modelOf(fromHomePath(home, path)),
    { type: 'checkpoint', run, step },
    parent,
  )
  // With the optimizer's state, which is what keeping it costs.
  return { ...report, label: `${run} @ ${step}`, bytes }
}
