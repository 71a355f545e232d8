/**
 * The host of the workbench: opens everything that windows work with and closes it again. The same one answers a
 * desktop window and a browser.
 * Not here: transports (web-server.ts, main.ts), the command line (cli/).
 */
import type { AppInfo } from '../contract/workbench.ts'
import type { Reply } from '../contract/wire.ts'
import type { Bench } from './bench.ts'
import type { Desk } from './desk.ts'
import { connect } from './dispatch.ts'
import type { Connection, Gate, Handlers } from './dispatch.ts'
import { appHandlers, freeBytes } from './handlers/app.ts'
import { compareHandlers } from './handlers/compare.ts'
import { episodeHandlers } from './handlers/episodes.ts'
import { evalHandlers } from './handlers/evals.ts'
import { evaluationHandlers } from './handlers/evaluations.ts'
import { flagHandlers } from './handlers/flags.ts'
import { folderHandlers } from './handlers/folders.ts'
import { modelHandlers } from './handlers/models.ts'
import { reviewHandlers } from './handlers/review.ts'
import { ruleHandlers } from './handlers/rules.ts'
import { runHandlers } from './handlers/runs.ts'
import { settingsHandlers } from './handlers/settings.ts'
import { stepHandlers } from './handlers/steps.ts'
import { sources } from './handlers/streams.ts'
import { taskHandlers } from './handlers/tasks.ts'
import { createErrands } from './errand.ts'
import type { ErrandChild, ToErrand } from './errand.ts'
import { createHandles } from './handles.ts'
import { openHistoryReader } from './history-reader.ts'
import type { History } from './history-reader.ts'
import { createJobs } from './jobs.ts'
import { LiveRuns } from './live-runs.ts'
import type { Supervise } from './live-runs.ts'
import { openLogBook } from './log-book.ts'
import type { LogBook } from './log-book.ts'
import { openModelList } from './model-list.ts'
import { logsDirectory, modelsFile, settingsFile, trialsFile, viewsFile } from './paths.ts'
import { createDiskWatch, createNotices } from './notices.ts'
import { createProgramRunner } from './program-runner.ts'
import { openRuleShelf } from './rule-shelf.ts'
import { createRunNotices } from './run-notices.ts'
import { hasSampleRun } from './sample-run.ts'
import { openSettings } from './settings-file.ts'
import { superviseTraining } from './supervisor.ts'
import { forkChild } from './trainer-child.ts'
import { stackOf } from './trainer-line.ts'
import { readTopScores } from '../store/suggestions.ts'
import { findRunKey } from '../store/runs.ts'
import { openViews } from './views-file.ts'

export type HostOptions = {
  readonly home: string
  readonly info: Pick<AppInfo, 'version' | 'mode' | 'reason'>
  readonly desk?: Desk
  /** Programs may run without isolation; said by whoever started a browser's host. */
  readonly acceptNoIsolation?: boolean
  /** Windows look at everything and change nothing. */
  readonly readOnly?: boolean
  readonly supervise?: Supervise
  /** How the process of an errand is made: by default a forked one. */
  readonly launchErrand?: () => ErrandChild
  readonly now?: () => number
  /** How long a run whose process ended by itself waits for somebody to say more. */
  readonly restartMs?: number
}

export type Host = {
  readonly connect: (send: (reply: Reply) => void) => Connection
  readonly log: LogBook
  readonly live: LiveRuns
  readonly bench: Bench
  /** Stops what runs, saves and closes. */
  readonly close: () => Promise<void>
}

export async function openHost(options: HostOptions): Promise<Host> {
  const bench = await openBench(options)
  const { log, live, jobs, programs, history } = bench
  const gate: Gate = {
    handlers: handlersOf(bench),
    sources: sources(bench),
    readOnly: bench.info.readOnly,
    unexpected: (where, cause) => log.add('app', 'error', `${where}: ${stackOf(cause)}`),
  }
  return {
    bench,
    log,
    live,
    connect: (send) => connect(gate, send),
    close: async () => {
      await Promise.all([live.close(), jobs.close()])
      await programs.close()
      history.close()
    },
  }
}

async function openBench(options: HostOptions): Promise<Bench> {
  const { home, desk, supervise = superviseTraining, now = Date.now } = options
  const log = openLogBook(logsDirectory(home), now)
  const handles = createHandles()
  const settings = openSettings(settingsFile(home), now)
  const unexpected = (where: string, cause: unknown): void =>
    log.add('app', 'error', `${where}: ${stackOf(cause)}`)
  const history = await openHistoryReader(home, (cause) => unexpected('history.index', cause))
  const notices = createNotices({ now, desk: desk ?? null, settings: settings.get })
  const checkDisk = createDiskWatch({ notices, freeBytes: () => freeBytes(home) })
  return {
    info: infoOf(options),
    desk: desk ?? null,
    acceptNoIsolation: options.acceptNoIsolation === true,
    history,
    live: new LiveRuns({
      supervise,
      log,
      now,
      later,
      notices: createRunNotices({ notices, checkDisk, worst: (run) => worstOf(history, run) }),
      ...restartOf(options),
    }),
    jobs: createJobs({ now, unexpected }),
    errands: createErrands({
      launch: options.launchErrand ?? forkErrand,
      onOutput: log.pieces('engine', 'warn', () => null),
      later,
    }),
    log,
    settings,
    notices,
    views: openViews(viewsFile(home), now),
    rules: openRuleShelf(home, trialsFile(home), now),
    handles,
    models: openModelList(modelsFile(home), handles, now),
    programs: createProgramRunner(),
    now,
  }
}

/** Rules run in the process that trains; what they say is in the history, once that holds the run. */
function worstOf(history: History, run: string) {
  return history.read((store) => {
    const key = findRunKey(store, run)
    return key === null ? null : (readTopScores(store, key, null, 1)[0] ?? null)
  })
}

const restartOf = ({ restartMs }: HostOptions) => (restartMs === undefined ? {} : { restartMs })

const ERRAND = new URL('./errand-process.ts', import.meta.url)
const forkErrand = (): ErrandChild => forkChild<ToErrand>(ERRAND, 'its process')

function infoOf({ home, info, readOnly = false }: HostOptions): AppInfo {
  return {
    ...info,
    readOnly,
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    electron: process.versions['electron'] ?? null,
    home,
    hasSample: hasSampleRun(),
  }
}

/** A call without a handler is a type error here. */
function handlersOf(bench: Bench): Handlers {
  return {
    ...appHandlers(bench),
    ...settingsHandlers(bench),
    ...folderHandlers(bench),
    ...runHandlers(bench),
    ...stepHandlers(bench),
    ...taskHandlers(bench),
    ...episodeHandlers(bench),
    ...modelHandlers(bench),
    ...evalHandlers(bench),
    ...compareHandlers(bench),
    ...evaluationHandlers(bench),
    ...flagHandlers(bench),
    ...reviewHandlers(bench),
    ...ruleHandlers(bench),
  }
}

function later(milliseconds: number, body: () => void): () => void {
  const timer = setTimeout(body, milliseconds)
  timer.unref()
  return () => clearTimeout(timer)
}
