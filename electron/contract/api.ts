/**
 * Everything a window can ask of the host and hear from it: one row per call and per stream, with the schema of its
 * input, the type of its answer and its bound. Adding a row makes the compiler ask for its handler.
 * Not here: how messages travel (wire.ts), who may send them and what they do (host/).
 */
import type * as v from 'valibot'
import * as compare from './compare.ts'
import type { EpisodeRow, EvalItem, FlagEntry, Page, TaskRow } from './history.ts'
import type { SafetyCount, Tally } from './history.ts'
import type * as evaluation from './evaluation.ts'
import * as evaluations from './evaluation-inputs.ts'
import * as inputs from './inputs.ts'
import * as notices from './notices.ts'
import * as review from './review.ts'
import type { EvalRecord } from './run.ts'
import type { LineageMark } from './safety.ts'
import { SettingChanges } from './settings.ts'
import type { Settings } from './settings.ts'
import type * as view from './workbench.ts'

type Input = v.GenericSchema

/** Output is a type only: the host is trusted, its answers are checked where they enter from files and rows. */
export type Call<In extends Input, Output> = {
  readonly input: In
  /** Longest request as JSON, in characters. */
  readonly maxChars: number
  readonly output?: Output
}

const SMALL = 20_000
const LARGE = 1_000_000

function call<Output>() {
  return <In extends Input>(input: In, maxChars: number = SMALL): Call<In, Output> => ({
    input,
    maxChars,
  })
}

export const CALLS = {
  'app.info': call<view.AppInfo>()(inputs.Nothing),
  'app.doctor': call<view.Diagnosis>()(inputs.Nothing),
  'app.usage': call<view.Usage>()(inputs.Nothing),
  /** Asks before it opens a page of the project in the system's browser. Desktop only. */
  'app.openLink': call<null>()(inputs.Link),

  'settings.get': call<{ readonly settings: Settings; readonly problems: readonly string[] }>()(
    inputs.Nothing,
  ),
  'settings.set': call<Settings>()(SettingChanges, LARGE),

  'folders.pick': call<view.Picked | null>()(inputs.PickFolder),
  /** Browser only: a desktop's paths come from its dialogs. */
  'folders.type': call<view.Picked>()(inputs.TypePath),
  /** Shows it in the system's file manager. Desktop only. */
  'folders.reveal': call<null>()(inputs.OfHandle),

  'runs.list': call<view.RunList>()(inputs.RunList),
  'runs.show': call<view.RunView>()(inputs.OfRun),
  'runs.plan': call<view.RunPlanView>()(inputs.StartRun),
  'runs.start': call<{ readonly run: string }>()(inputs.StartRun),
  /** Takes effect after the step that is under way. */
  'runs.pause': call<view.LiveRun>()(inputs.OfRun),
  /** A paused run goes on; an interrupted or crashed one starts again from its last checkpoint. */
  'runs.resume': call<view.LiveRun>()(inputs.OfRun),
  /** Saves and ends; ends by force where that takes too long. */
  'runs.stop': call<null>()(inputs.OfRun),
  'runs.remove': call<{ readonly run: string; readonly forks: readonly string[] }>()(inputs.OfRun),
  /** Puts the finished run that ships into the history. */
  'runs.openSample': call<{ readonly run: string }>()(inputs.Nothing),

  /** How much of an older history is not searchable yet. */
  'history.index': call<view.IndexState>()(inputs.Nothing),

  'steps.range': call<view.StepChunk>()(inputs.StepRange),
  'steps.tallies': call<readonly Tally[]>()(inputs.TallyRange),
  'steps.safety': call<readonly SafetyCount[]>()(inputs.OfRun),

  'tasks.page': call<Page<TaskRow>>()(inputs.TaskPage),
  'tasks.count': call<view.Counted>()(inputs.TaskCount),
  /** Tags in use with how many tasks bear each. */
  'tasks.tags': call<readonly view.TagCount[]>()(inputs.OfRun),
  'tasks.tag': call<{ readonly tasks: number }>()(inputs.TagTasks),
  'tasks.show': call<view.TaskDetail>()(inputs.TaskPlace),
  'episodes.page': call<Page<EpisodeRow>>()(inputs.EpisodePage),
  'episodes.count': call<view.Counted>()(inputs.EpisodeCount),
  'episodes.show': call<view.EpisodeTrace>()(inputs.EpisodePlace),
  /** Runs a program in the sandbox, twice, as tasks are checked. */
  'sandbox.run': call<view.ProgramRun>()(inputs.RunProgram, LARGE),

  'models.list': call<readonly view.ModelReport[]>()(inputs.Nothing),
  /** Looks at a folder without keeping it. */
  'models.validate': call<view.ModelReport>()(inputs.OfHandle),
  /** Keeps it in the list. */
  'models.open': call<view.ModelReport>()(inputs.OfHandle),
  'models.forget': call<null>()(inputs.OfHandle),
  'models.sample': call<readonly view.Sequence[]>()(inputs.SampleInput, LARGE),
  'checkpoints.list': call<readonly view.CheckpointView[]>()(inputs.OfRun),
  /** A Hugging Face folder with a model card, as a job. */
  'checkpoints.export': call<view.Job>()(inputs.ExportCheckpoint),

  'evals.start': call<view.Job>()(inputs.StartEval),
  'evals.list': call<readonly EvalRecord[]>()(inputs.OfRun),
  'evals.items': call<readonly EvalItem[]>()(inputs.EvalPlace),

  'evaluations.board': call<evaluation.EvaluationBoard>()(evaluations.OfBoard),
  'evaluations.suites': call<evaluation.SuiteShelf>()(inputs.Nothing),
  /** Where the suites' files are looked for and fetched to. */
  'evaluations.useFolder': call<null>()(evaluations.SuiteFolder),
  /** From the suite's public home, as a job. */
  'evaluations.fetch': call<view.Job>()(evaluations.OfSuite),
  /** Goes on where it was called off or killed. */
  'evaluations.resume': call<view.Job>()(evaluations.OfEvaluation),
  'evaluations.remove': call<null>()(evaluations.OfEvaluation),
  'evaluations.page': call<evaluation.AnswerPage>()(evaluations.AnswerPageInput),
  'evaluations.answer': call<evaluation.AnswerTrace>()(evaluations.AnswerPlace),
  'evaluations.difference': call<evaluation.EvaluationDifference>()(evaluations.EvaluationPair),
  /** The paper's tables: reported, not measured here. */
  'evaluations.reported': call<evaluation.ReportedResults>()(inputs.Nothing),
  'evaluations.export': call<view.Job>()(evaluations.ExportEvaluations),
  /** Suites that all of them were measured on. */
  'compare.scores': call<compare.ComparedScores>()(compare.CompareScores),
  'compare.items': call<compare.ComparedItems>()(compare.CompareItems),
  'compare.answer': call<compare.ComparedAnswer>()(compare.CompareAnswer),
  'exports.start': call<view.Job>()(inputs.StartExport),
  'jobs.list': call<readonly view.Job[]>()(inputs.Nothing),
  'jobs.cancel': call<null>()(inputs.OfJob),

  'flags.list': call<view.FlagTrail>()(inputs.FlagRange),
  'flags.ofEpisode': call<readonly FlagEntry[]>()(inputs.EpisodePlace),
  'flags.add': call<FlagEntry>()(inputs.AddFlag, LARGE),

  'decisions.add': call<review.Decided>()(review.DecideInput, LARGE),
  /** At how many confirmed traces a run pauses by itself. */
  'decisions.pausing': call<review.Pausing>()(inputs.OfRun),
  'decisions.setPausing': call<review.Pausing>()(review.PausingInput),
  'review.queue': call<review.Queue>()(review.QueueInput),
  'review.item': call<review.ReviewItem>()(review.ItemInput),
  'review.raters': call<readonly review.RaterProfile[]>()(inputs.Nothing),
  'review.agreement': call<review.Agreed>()(review.AgreementInput),
  'review.audit': call<review.AuditPage>()(review.AuditInput),
  /** Which checkpoints were trained on confirmed traces. */
  'review.lineage': call<readonly LineageMark[]>()(inputs.OfRun),
  /** Holds the rules in use against stored episodes, as a job; goes on where one was cancelled. */
  'review.scan': call<view.Job>()(review.ScanInput),
  'review.judge': call<view.Job>()(review.JudgeInput, LARGE),
  'review.export': call<view.Job>()(review.ReviewExportInput, LARGE),
  'review.import': call<review.ReviewImported>()(review.ReviewImportInput),
  'rules.list': call<review.RuleBook>()(inputs.OfRun),
  /** Keeps a rule of the user; what it finds may have changed, so it is off until it was tried and switched on. */
  'rules.save': call<null>()(review.RuleDraft, LARGE),
  'rules.switch': call<null>()(review.SwitchRule),
  'rules.remove': call<null>()(review.RuleId),
  /** What a rule would have said of a run, as a job. */
  'rules.try': call<view.Job>()(review.RuleOfRun),

  'views.list': call<view.SavedViews>()(inputs.Nothing),
  'views.save': call<view.SavedViews>()(inputs.SavedView),
  'views.remove': call<view.SavedViews>()(inputs.ViewName),

  /** Shows their folder in the system's file manager. Desktop only. */
  'logs.reveal': call<null>()(inputs.Nothing),
  'logs.tail': call<readonly view.LogLine[]>()(inputs.LogRange),
} as const

export type Calls = typeof CALLS
export type CallName = keyof Calls
/** What one writes; defaults may be left out. */
export type CallInput<Name extends CallName> = v.InferInput<Calls[Name]['input']>
/** What a handler is given. */
export type CallArgument<Name extends CallName> = v.InferOutput<Calls[Name]['input']>
export type CallOutput<Name extends CallName> = Exclude<Calls[Name]['output'], undefined>

/**
 * What goes on. keep: what is dropped when the window cannot follow: `latest` keeps the newest only, `all` ends the
 * stream, and the window asks again from what it has seen.
 */
export type Stream<In extends Input, Item> = {
  readonly input: In
  readonly keep: 'latest' | 'all'
  readonly item?: Item
}

function stream<Item>() {
  return <In extends Input>(input: In, keep: 'latest' | 'all'): Stream<In, Item> => ({
    input,
    keep,
  })
}

export const STREAMS = {
  /** Phases, steps, evaluations, checkpoints, warnings and the state of one run. */
  'runs.news': stream<view.RunNews>()(inputs.NewsAfter, 'all'),
  'runs.changes': stream<view.RunsChange>()(inputs.Nothing, 'all'),
  'jobs.news': stream<view.Job>()(inputs.Nothing, 'all'),
  'logs.lines': stream<readonly view.LogLine[]>()(inputs.LogRange, 'all'),
  'notices.news': stream<notices.Notice>()(notices.NoticesAfter, 'all'),
  'settings.changes': stream<Settings>()(inputs.Nothing, 'latest'),
} as const

export type Streams = typeof STREAMS
export type StreamName = keyof Streams
export type StreamInput<Name extends StreamName> = v.InferInput<Streams[Name]['input']>
export type StreamArgument<Name extends StreamName> = v.InferOutput<Streams[Name]['input']>
export type StreamItem<Name extends StreamName> = Exclude<Streams[Name]['item'], undefined>

export function isCallName(name: string): name is CallName {
  return Object.hasOwn(CALLS, name)
}

export function isStreamName(name: string): name is StreamName {
  return Object.hasOwn(STREAMS, name)
}
