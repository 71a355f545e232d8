/**
 * Calls about evaluations, exports and the jobs that they are.
 */
import { basename } from 'node:path'
import type { EvalItem } from '../../contract/history.ts'
import type { Flip, Flips } from '../../contract/workbench.ts'
import { readEvalItems, readEvals } from '../../store/evals.ts'
import { runKey } from '../../store/runs.ts'
import type { Bench } from '../bench.ts'
import type { EvalOrder } from '../evaluate.ts'
import { exportRun } from '../export.ts'
import { folderOf } from '../start-order.ts'
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
    'evals.flips': ({ before, after, suite, temperature }) =>
      history.read((store) => {
        const items = ({ run, step }: typeof before) =>
          readEvalItems(store, runKey(store, run), { step, suite, temperature })
        return flipsOf(items(before), items(after))
      }),
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

const MAX_FLIPS = 1_000

/** Answers to the same item and sample, right at one of the two only; what the sandbox could not judge is neither. */
export function flipsOf(before: readonly EvalItem[], after: readonly EvalItem[]): Flips {
  const name = ({ item, sample }: EvalItem): string => `${sample}:${item}`
  const known = new Map(before.map((answer) => [name(answer), answer]))
  const rows: Flip[] = []
  const counts = { compared: 0, gained: 0, lost: 0 }
  for (const now of after) {
    const then = known.get(name(now))
    if (then === undefined || then.undecided || now.undecided) continue
    counts.compared += 1
    if (then.correct === now.correct) continue
    counts[now.correct ? 'gained' : 'lost'] += 1
    if (rows.length < MAX_FLIPS) rows.push(flipOf(then, now))
  }
  return { ...counts, rows }
}

const flipOf = (then: EvalItem, now: EvalItem): Flip => ({
  item: now.item,
  kind: now.kind,
  sample: now.sample,
  before: { correct: then.correct, response: then.response },
  after: { correct: now.correct, response: now.response },
})
