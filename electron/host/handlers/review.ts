/**
 * Calls about the review of traces: queues, items, raters, agreement, decisions, trails, scans, judges, exports.
 * Not here: flags (flags.ts), rules (rules.ts).
 */
import { basename } from 'node:path'
import type { JudgeInput } from '../../contract/review.ts'
import type { RemoteEngine } from '../../contract/remote.ts'
import { readHeldDecision, readHeldDecisions } from '../../store/decisions.ts'
import { runKey } from '../../store/runs.ts'
import type { Bench } from '../bench.ts'
import { measureAgreement, readRatings } from '../flag-ratings.ts'
import { importFlags } from '../flags-exchange.ts'
import { exportReview } from '../flags-export.ts'
import { decideEpisode } from '../flags-trail.ts'
import type { Progressed } from '../jobs.ts'
import { remoteLabel } from '../open-engine.ts'
import { judgeEpisodes } from '../judge-run.ts'
import { withHistory } from '../open-history.ts'
import { createTurns } from '../pace.ts'
import { setPausing, showPausing } from '../pausing.ts'
import { readLineageMarks } from '../quarantine.ts'
import { readItem, readRaters } from '../review-item.ts'
import { readQueue } from '../review-queue.ts'
import { readAudit } from '../review-trail.ts'
import { openMonitor } from '../rules-file.ts'
import { scanRun } from '../scan.ts'
import { engineOf, folderOf } from '../start-order.ts'
import { personOf } from './flags.ts'
import { placesOf } from './runs.ts'
import type { HandlersOf } from './types.ts'

export function reviewHandlers(bench: Bench): HandlersOf<'review' | 'decisions'> {
  const { history, settings, jobs, handles, info, live, now } = bench
  return {
    'review.queue': (request) =>
      history.read((store) => ({ items: readQueue(store, settings.get().rater, request) })),
    'review.item': (place) => history.read((store) => readItem(store, settings.get().rater, place)),
    'review.raters': () => history.read((store) => readRaters(store, settings.get().rater)),
    'review.agreement': ({ run, blindOnly }) =>
      history.read((store) => ({
        agreement: measureAgreement(readRatings(store, run, { blindOnly })),
        decided: Object.fromEntries(
          readHeldDecisions(store, runKey(store, run)).map(({ episode, verdict }) => [
            episode,
            verdict,
          ]),
        ),
      })),
    'review.audit': (request) => history.read((store) => readAudit(store, request)),
    'review.lineage': ({ run }) => history.read((store) => readLineageMarks(store, run)),
    'review.scan': ({ run, again }) =>
      jobs.start(`Rules over ${run}`, async (signal, onProgress) => {
        const monitor = await openMonitor(info.home, null)
        const turns = createTurns(() => live.all().length > 0)
        const { episodes, suggested } = await withHistory(info.home, (store) =>
          scanRun(store, run, monitor, { signal, onProgress, again, now, turns }),
        )
        return { type: 'scan', episodes, suggested }
      }),
    'review.judge': (order) =>
      jobs.start(`Judge over ${order.run}`, async (signal, onProgress) =>
        judgeOrder(bench, order, signal, onProgress),
      ),
    'review.export': ({ out, ...order }) => {
      const target = handles.path(out)
      return jobs.start(`Review of ${order.run}`, async (signal) => {
        const rows = await exportReview(history.reader, { ...order, out: target }, signal)
        return { type: 'export', rows, label: basename(target) }
      })
    },
    'review.import': ({ file }, signal) =>
      withHistory(info.home, (store) => importFlags(store, handles.path(file), now, signal)),
    ...decisionHandlers(bench),
  }
}

function decisionHandlers({ history, settings, now }: Bench): HandlersOf<'decisions'> {
  return {
    'decisions.pausing': ({ run }) => history.read((store) => showPausing(store, run)),
    'decisions.setPausing': ({ run, ...policy }) =>
      history.write((store) =>
        setPausing(store, run, { ...policy, author: personOf(settings.get().rater) }, now()),
      ),
    'decisions.add': ({ run, severity, category, ...order }) =>
      history.write((store) => {
        const before = readHeldDecision(store, runKey(store, run), order.episode)
        const consequence = decideEpisode(
          store,
          {
            ...order,
            run,
            author: personOf(settings.get().rater),
            severity: severity ?? undefined,
            category: category ?? undefined,
          },
          now,
        )
        return { consequence, before }
      }),
  }
}

function judgeName(model: JudgeInput['model'], folder: string, remote: RemoteEngine | null) {
  if (remote !== null) return remoteLabel(remote)
  return model.type === 'checkpoint' ? `${model.run}@${model.step ?? 'last'}` : basename(folder)
}

async function judgeOrder(
  bench: Bench,
  { run, episodes, model }: JudgeInput,
  signal: AbortSignal,
  onProgress: Progressed,
) {
  const { errands, info, now } = bench
  const places = placesOf(bench)
  const folder = folderOf(model, places)
  const remote = engineOf(model, places)
  const name = judgeName(model, folder, remote)
  const judge = { name, model: folder, home: info.home, ...(remote && { remote }) }
  const counts = await withHistory(info.home, (store) =>
    judgeEpisodes(run, episodes, judge, { store, errands, signal, onProgress, now }),
  )
  return { type: 'judge' as const, ...counts }
}
