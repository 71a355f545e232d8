/**
 * What the handlers work with: one of each for a host. Not here: the handlers (handlers/), opening it all (host.ts).
 */
import type { AppInfo } from '../contract/workbench.ts'
import type { Desk } from './desk.ts'
import type { Errands } from './errand.ts'
import type { Handles } from './handles.ts'
import type { History } from './history-reader.ts'
import type { Jobs } from './jobs.ts'
import type { LiveRuns } from './live-runs.ts'
import type { LogBook } from './log-book.ts'
import type { ModelList } from './model-list.ts'
import type { Notices } from './notices.ts'
import type { ProgramRunner } from './program-runner.ts'
import type { RuleShelf } from './rule-shelf.ts'
import type { SettingsFile } from './settings-file.ts'
import type { ViewsFile } from './views-file.ts'

export type Bench = {
  readonly info: AppInfo
  /** null: a browser. */
  readonly desk: Desk | null
  /** Given once for all by whoever started a browser's host. */
  readonly acceptNoIsolation: boolean
  readonly history: History
  readonly live: LiveRuns
  readonly jobs: Jobs
  readonly errands: Errands
  readonly log: LogBook
  readonly notices: Notices
  readonly settings: SettingsFile
  readonly views: ViewsFile
  readonly rules: RuleShelf
  readonly handles: Handles
  readonly models: ModelList
  readonly programs: ProgramRunner
  readonly now: () => number
}
