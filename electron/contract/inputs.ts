/**
 * What a window may ask with: one schema per input, every text and list bounded. Shared by the gate, which refuses
 * what does not fit, and by the pages that fill them in.
 * Not here: which call takes which input (api.ts).
 */
import * as v from 'valibot'
import { EPISODE_SORTS, TALLY_NAMES, TASK_SORTS } from './history.ts'
import { MAX_QUERY_CHARS } from './query.ts'
import { KINDS, ROLES } from './task.ts'
import { RUN_STATUSES } from './verdict.ts'

export const MAX_PROGRAM_CHARS = 200_000
export const MAX_PROMPT_CHARS = 400_000
export const MAX_PAGE = 1_000
export const MAX_STEPS = 2_000

export const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
export const name = (max: number) => v.pipe(v.string(), v.nonEmpty(), v.maxLength(max))
export const whole = (min: number, max: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max))
export const real = (min: number, max: number) =>
  v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max))
const listOf = <Schema extends v.GenericSchema>(item: Schema, max: number) =>
  v.pipe(v.array(item), v.maxLength(max))

export const Nothing = v.strictObject({})
export const RunId = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected the id of a run'),
)
const Step = whole(0, 1_000_000_000)
/** Made by the host: the id of an episode, a task, a flag. */
const Id = name(200)
/** Stands for a folder or file that was picked in a dialog, dropped or typed; see folders.pick. */
export const Handle = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{22}$/, 'expected the handle of a picked folder'),
)
const Cursor = text(300)
const Seed = whole(0, 2 ** 31 - 1)

export const OfRun = v.strictObject({ run: RunId })
export const RunAtStep = v.strictObject({ run: RunId, step: Step })

/** Which weights: those that ship, an opened folder (id of models.list), a run's checkpoint, or the settings' server. */
export const ModelRef = v.variant('type', [
  v.strictObject({ type: v.literal('embedded') }),
  v.strictObject({ type: v.literal('folder'), id: Handle }),
  v.strictObject({ type: v.literal('checkpoint'), run: RunId, step: v.nullable(Step) }),
  v.strictObject({ type: v.literal('remote') }),
])
export type ModelRef = v.InferOutput<typeof ModelRef>

export const DEVICES = ['cpu', 'webgpu', 'cuda'] as const
export type Device = (typeof DEVICES)[number]
export const RECIPES = ['azr', 'agent0', 'ssr'] as const

/** A new run. values: settings that differ from the preset, checked by contract/config.ts. */
export const StartRun = v.strictObject({
  recipe: v.picklist(RECIPES),
  preset: name(40),
  /** null: the preset's own. */
  model: v.nullable(ModelRef),
  /** 'local' or the URL of a Tinker server. */
  engine: name(500),
  device: v.picklist(DEVICES),
  steps: v.nullable(whole(1, 1_000_000)),
  minutes: v.nullable(real(0.1, 100_000)),
  seed: v.nullable(Seed),
  values: v.pipe(
    v.record(
      name(60),
      v.union([v.boolean(), v.pipe(v.number(), v.finite()), text(200), listOf(text(60), 20)]),
    ),
    v.check((values) => Object.keys(values).length <= 200, 'expected at most 200 settings'),
  ),
  /** Starts from this checkpoint and keeps the link. */
  fork: v.nullable(RunAtStep),
  /** Held-out suites before and after. */
  evaluate: v.boolean(),
})
export type StartRun = v.InferOutput<typeof StartRun>

export const RunList = v.strictObject({ limit: v.optional(whole(1, MAX_PAGE), 200) })

/** Steps after `after`, at most `limit`. */
export const StepRange = v.strictObject({
  run: RunId,
  after: whole(-1, 1_000_000_000),
  limit: v.optional(whole(1, MAX_STEPS), 500),
})

export const TallyRange = v.strictObject({
  run: RunId,
  name: v.picklist(TALLY_NAMES),
  after: whole(-1, 1_000_000_000),
  /** Steps. */
  limit: v.optional(whole(1, MAX_STEPS), 500),
})

const Kind = v.picklist(KINDS)

export const TaskFilterInput = v.strictObject({
  step: v.exactOptional(Step),
  kind: v.exactOptional(Kind),
  state: v.exactOptional(v.picklist(['valid', 'rejected'])),
  keys: v.exactOptional(listOf(whole(0, 2 ** 52), MAX_PAGE)),
  query: v.exactOptional(text(MAX_QUERY_CHARS)),
})

export const EpisodeFilterInput = v.strictObject({
  step: v.exactOptional(Step),
  role: v.exactOptional(v.picklist(ROLES)),
  kind: v.exactOptional(Kind),
  purpose: v.exactOptional(v.picklist(['propose', 'attempt', 'probe'])),
  task: v.exactOptional(Id),
  correct: v.exactOptional(v.boolean()),
  status: v.exactOptional(v.picklist(RUN_STATUSES)),
})

const paging = {
  run: RunId,
  descending: v.exactOptional(v.boolean()),
  after: v.exactOptional(Cursor),
  limit: v.exactOptional(whole(1, MAX_PAGE)),
}

export const TaskPage = v.strictObject({
  ...paging,
  filter: v.exactOptional(TaskFilterInput),
  sort: v.exactOptional(v.picklist(TASK_SORTS)),
})

export const EpisodePage = v.strictObject({
  ...paging,
  filter: v.exactOptional(EpisodeFilterInput),
  sort: v.exactOptional(v.picklist(EPISODE_SORTS)),
})

export const TaskCount = v.strictObject({ run: RunId, filter: TaskFilterInput })
/** A word of somebody's own, on tasks. */
export const TagTasks = v.strictObject({
  run: RunId,
  keys: v.pipe(listOf(whole(0, 2 ** 52), MAX_PAGE), v.minLength(1)),
  tag: v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty(),
    v.maxLength(60),
    v.regex(/^[^",]*$/, 'expected a tag without quotes and commas'),
  ),
  /** false: takes it away. */
  on: v.boolean(),
})

export const EpisodeCount = v.strictObject({ run: RunId, filter: EpisodeFilterInput })

/** By row of tasks.page, or by the task's id, which a fork may have from its parent. */
export const TaskPlace = v.variant('by', [
  v.strictObject({ by: v.literal('key'), run: RunId, key: Step }),
  v.strictObject({ by: v.literal('id'), run: RunId, id: Id }),
])

export const EpisodePlace = v.strictObject({ run: RunId, id: Id })

/** input: literal argument text that goes between the parentheses of f(...). */
export const RunProgram = v.strictObject({
  program: text(MAX_PROGRAM_CHARS),
  input: text(MAX_PROGRAM_CHARS),
})

export const SampleInput = v.strictObject({
  model: ModelRef,
  prompt: v.pipe(text(MAX_PROMPT_CHARS), v.nonEmpty()),
  n: whole(1, 64),
  maxTokens: v.nullable(whole(1, 100_000)),
  temperature: real(0, 2),
  seed: Seed,
})

export const StartEval = v.strictObject({
  model: ModelRef,
  suites: v.pipe(listOf(name(60), 20), v.minLength(1)),
  samples: whole(1, 256),
  temperature: real(0, 2),
  /** Items per kind; null: all. */
  limit: v.nullable(whole(1, 100_000)),
  against: v.nullable(RunAtStep),
  seed: Seed,
  device: v.picklist(DEVICES),
})

export const EvalPlace = v.strictObject({
  run: RunId,
  step: Step,
  suite: name(60),
  temperature: real(0, 2),
})

export const EXPORT_WHAT = ['tasks', 'episodes', 'steps', 'flags'] as const
export const EXPORT_FORMAT = ['csv', 'jsonl', 'parquet', 'hf', 'inspect', 'tfevents'] as const

export const StartExport = v.strictObject({
  run: RunId,
  what: v.picklist(EXPORT_WHAT),
  format: v.picklist(EXPORT_FORMAT),
  out: Handle,
  tasks: v.exactOptional(TaskFilterInput),
  episodes: v.exactOptional(EpisodeFilterInput),
})

export const ExportCheckpoint = v.strictObject({
  run: RunId,
  step: Step,
  out: Handle,
})

export const OfJob = v.strictObject({ job: name(40) })

export const AddFlag = v.strictObject({
  run: RunId,
  /** null: a new flag; else a later entry of that one. */
  flag: v.nullable(Id),
  episode: Id,
  severity: whole(1, 5),
  category: name(60),
  span: v.nullable(
    v.strictObject({
      target: v.picklist(['prompt', 'response']),
      start: whole(0, 2 ** 31),
      end: whole(0, 2 ** 31),
      quote: text(20_000),
    }),
  ),
  note: text(20_000),
  tags: v.optional(listOf(name(60), 50), []),
  seconds: v.nullable(real(0, 1e7)),
  blind: v.boolean(),
  undone: v.boolean(),
})

export const FlagRange = v.strictObject({
  run: RunId,
  /** key of the last entry seen; 0: from the first. */
  after: whole(0, 2 ** 52),
  limit: v.optional(whole(1, MAX_PAGE), 200),
})

/** A filter with a name. query is the part of the page's address that holds it. */
export const SavedView = v.strictObject({
  name: name(80),
  table: v.picklist(['tasks', 'episodes', 'runs', 'flags']),
  query: text(12_000),
})
export type SavedView = v.InferOutput<typeof SavedView>

export const ViewName = v.strictObject({ table: SavedView.entries.table, name: name(80) })

export const LOG_SOURCES = ['engine', 'sandbox', 'app'] as const

/** after: seq of the last line seen; null: the latest lines. */
export const LogRange = v.strictObject({
  source: v.nullable(v.picklist(LOG_SOURCES)),
  run: v.nullable(RunId),
  after: v.nullable(whole(0, 2 ** 52)),
  limit: v.optional(whole(1, 5_000), 1_000),
})

/** after: seq of the last news seen, so that nothing is missed over a reconnect; 0: all that is kept. */
export const NewsAfter = v.strictObject({ run: RunId, after: whole(0, 2 ** 52) })

export const PICK_PURPOSES = ['model', 'export-file', 'export-folder', 'import-file'] as const
export const PickFolder = v.strictObject({
  purpose: v.picklist(PICK_PURPOSES),
  /** File name that a save dialog begins with. */
  suggested: v.exactOptional(name(120)),
})
export const TypePath = v.strictObject({ path: name(4_096) })
export const OfHandle = v.strictObject({ folder: Handle })

export const Link = v.strictObject({ url: name(2_000) })
