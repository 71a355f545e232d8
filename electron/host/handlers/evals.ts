/**
 * Calls about evaluations, exports and the jobs that they are.
 */
import { basename } from 'node:path'
import { readEvalItems, readEvals } from '../../store/evals.ts'
import { runKey } from '../../store/runs.ts'
import type { Bench } from '../bench.ts'
import type { EvalOrder } from '../evaluate.ts'
import { exportRun } from '../export.ts'
import { engineOf, folderOf } from '../start-order.ts'
import { chosenFolder } from '../suites-folder.ts'
import { placesOf } from './runs.ts'
import type { HandlersOf } from './types.ts'

export function evalHandlers(bench: Bench): HandlersOf<'evals' | 'exports' | 'jobs'> {
  const { history, jobs, errands, handles, info } = bench
  return {
    'evals.start': ({ model, suites, ...wish }) => {
      const isRun = model.type === 'checkpoint'
      const order: EvalOrder = {
        ...wish,
        home: info.home,
        model: isRun ? null : folderOf(model, placesOf(bench)),
        run: isRun ? { run: model.run, step: model.step } : null,
        suites,
        data: chosenFolder(info.home, bench.now),
        remote: engineOf(model, placesOf(bench)),
        gold: false,
      }
      return jobs.start(`Evaluation: ${suites.join(', ')}`, async (signal, onProgress) => {
        const { suites: scores } = await errands.evaluate(order, { signal, onProgress })
        return { type: 'eval', suites: scores }
      })
    },
    'evals.list': ({ run }) => history.read((store) => readEvals(store, runKey(store, run))),
    'evals.items': ({ run, ...place }) =>
      history.read((store) => readEvalItems(store, runKey(store, run), place)),
    'exports.start': ({ out, ...request }) => {
      const target = handles.path(out)
      const title = `Export of ${request.what} of ${request.run}`
      return jobs.start(title, async (signal) => {
        const { rows } = await exportRun(history.reader, { ...request, out: target }, signal)
        return { type: 'export', rows, label: basename(target) }
      })
    },
    'jobs.list': () => jobs.list(),
    'jobs.cancel': ({ job }) => {
      jobs.cancel(job)
      return null
    },
  }
}
