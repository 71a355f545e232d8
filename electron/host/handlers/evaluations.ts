/**
 * Calls about evaluations: the board, suites and their files, answers, differences, exports.
 * Not here: starting one (evals.ts).
 */
import { mkdirSync } from 'node:fs'
import { basename } from 'node:path'
import { parseConfig } from '../../contract/config.ts'
import { AppError } from '../../contract/errors.ts'
import { readReported } from '../../eval/reported.ts'
import type { TextCodec } from '../../model/chat.ts'
import { readRun } from '../../store/runs.ts'
import type { Bench } from '../bench.ts'
import { journalCount } from '../eval-journal.ts'
import {
  evaluationId,
  journalOf,
  listStarted,
  readStarted,
  removeEvaluation,
} from '../eval-record.ts'
import { suiteFolder } from '../evaluate.ts'
import { fetchSuite } from '../evaluate-fetch.ts'
import { suiteReports } from '../evaluate-reports.ts'
import { TEMPLATE_OF } from '../evaluate-suite.ts'
import { allEvaluations, type Answers, openEvaluation } from '../evaluations.ts'
import { answerPage, answerRows, answerTrace, differenceOf } from '../evaluation-views.ts'
import { exportEvaluations } from '../export-eval.ts'
import { codecOf } from '../models.ts'
import { isAlive } from '../open-history.ts'
import { chooseFolder, chosenFolder, folderLabel } from '../suites-folder.ts'
import type { HandlersOf } from './types.ts'

export function evaluationHandlers(bench: Bench): HandlersOf<'evaluations'> {
  return { ...suiteHandlers(bench), ...boardHandlers(bench), ...answerHandlers(bench) }
}

type Suites = 'evaluations.suites' | 'evaluations.useFolder' | 'evaluations.fetch'

function suiteHandlers({
  info,
  jobs,
  handles,
  now,
}: Bench): Pick<HandlersOf<'evaluations'>, Suites> {
  const { home } = info
  const folder = (): string => suiteFolder({ home, data: chosenFolder(home, now) })
  return {
    'evaluations.suites': async () => ({
      folder: folderLabel(chosenFolder(home, now)),
      suites: await suiteReports(folder()),
    }),
    'evaluations.useFolder': ({ folder: handle }) => {
      chooseFolder(home, handle === null ? null : handles.path(handle))
      return null
    },
    'evaluations.fetch': ({ suite }) =>
      jobs.start(`Fetching ${suite}`, async (signal, onProgress) => {
        mkdirSync(folder(), { recursive: true })
        const { files, items } = await fetchSuite(folder(), suite, { signal, onProgress })
        const label = `${suite}: ${files.length} files`
        return { type: 'export', rows: items, label }
      }),
  }
}

type Board = 'evaluations.board' | 'evaluations.resume' | 'evaluations.remove'

function boardHandlers({
  info,
  history,
  jobs,
  errands,
}: Bench): Pick<HandlersOf<'evaluations'>, Board> {
  const { home } = info
  return {
    'evaluations.board': async ({ run }) => {
      const evaluations = await allEvaluations(home, history.read, run)
      const started = await listStarted(home)
      const unfinished = started.flatMap(({ journal, title, label, total, startedMs, pid }) =>
        isAlive(pid)
          ? []
          : [{ id: evaluationId(journal), title, label, done: doneOf(journal), total, startedMs }],
      )
      return { evaluations, unfinished }
    },
    'evaluations.resume': async ({ evaluation }) => {
      const { suite, ...order } = await readStarted(journalOf(home, evaluation))
      return jobs.start(`Evaluation of ${order.label}: ${suite}`, async (signal, onProgress) => {
        const wish = { ...order, home, suites: [suite], against: null, gold: false }
        const { suites } = await errands.evaluate(wish, { signal, onProgress })
        return { type: 'eval', suites }
      })
    },
    'evaluations.remove': async ({ evaluation }) => {
      await removeEvaluation(journalOf(home, evaluation))
      return null
    },
  }
}

/** Notes that cannot be read are told when they are needed. */
function doneOf(journal: string): number {
  try {
    return journalCount(journal)
  } catch (cause) {
    if (cause instanceof AppError) return 0
    throw cause
  }
}

function answerHandlers({
  info,
  history,
  jobs,
  handles,
}: Bench): Omit<HandlersOf<'evaluations'>, Suites | Board> {
  const open = (id: string): Promise<Answers> => openEvaluation(info.home, history.read, id)
  const codecs = createCodecs((run) => {
    const { model, config } = history.read((store) => readRun(store, run))
    return { folder: model.path, promptSet: parseConfig(config).promptSet }
  })
  return {
    'evaluations.page': async ({ evaluation, against, filter, after = '0', limit }) => {
      const other = against === null ? null : await open(against)
      return answerPage(answerRows(await open(evaluation), other), filter, Number(after), limit)
    },
    'evaluations.answer': async ({ evaluation, item, sample }) => {
      const answers = await open(evaluation)
      return await answerTrace(answers, item, sample, await codecs(answers))
    },
    'evaluations.difference': async ({ before, after }) =>
      differenceOf(await open(before), await open(after)),
    'evaluations.reported': async () => await readReported(),
    'evaluations.export': ({ evaluations, format, out }) => {
      const folder = handles.path(out)
      return jobs.start(`Export of ${evaluations.length} evaluations`, async (signal) => {
        const all: Answers[] = []
        for (const id of evaluations) all.push(await open(id))
        const rows = await exportEvaluations(all, format, folder, signal)
        return { type: 'export', rows, label: basename(folder) }
      })
    },
  }
}

type ModelPlace = {
  readonly folder: string
  readonly promptSet: keyof typeof TEMPLATE_OF
}

const MAX_CODECS = 8

/** Of the model that answered; null where its folder is gone. */
function createCodecs(runModel: (run: string) => ModelPlace) {
  const known = new Map<string, Promise<TextCodec | null>>()
  return async ({ evaluation, folder }: Answers): Promise<TextCodec | null> => {
    const { template, at } = evaluation
    const promptSet = (['nano', 'base', 'chat'] as const).find(
      (set) => TEMPLATE_OF[set] === template,
    )
    const key = `${folder ?? at?.run} ${template}`
    const found = known.get(key)
    if (found !== undefined) return await found
    if (known.size >= MAX_CODECS) known.delete(known.keys().next().value ?? '')
    const opening = codecAt(() =>
      folder === null || promptSet === undefined ? runModel(at?.run ?? '') : { folder, promptSet },
    )
    known.set(key, opening)
    return await opening
  }
}

async function codecAt(place: () => ModelPlace): Promise<TextCodec | null> {
  try {
    const { folder, promptSet } = place()
    return await codecOf(folder, { promptSet })
  } catch (cause) {
    if (cause instanceof AppError) return null
    throw cause
  }
}
