/**
 * All suites by name: public ones, the two that ship, and the tasks a run has made for itself.
 * Not here: public suites (eval/suites/), fetching their files (evaluate-fetch.ts).
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../contract/errors.ts'
import type { Kind } from '../contract/task.ts'
import { KINDS } from '../contract/task.ts'
import type { Benchmark, LoadedSuite, Question } from '../eval/benchmark.ts'
import type { ReasoningItem } from '../eval/reasoning.ts'
import { ownQuestion } from '../eval/suites/reasoning.ts'
import { benchmarkOf, BENCHMARKS } from '../eval/suites/registry.ts'
import { loadSuite, SUITE_DIRECTORY, SUITES, type SuiteName } from '../nano/suites.ts'
import { drawn, randomOf } from '../selfplay/random.ts'
import type { LoopState } from '../selfplay/state.ts'
import type { Store } from '../store/store.ts'
import { findCheckpoint, readLoopState } from './checkpoints.ts'
import { fromHomePath } from './paths.ts'

export const OWN_TASKS = 'own-tasks'
export const SUITE_NAMES: readonly string[] = [
  ...SUITES,
  OWN_TASKS,
  ...BENCHMARKS.map(({ id }) => id),
]

/** Where the tasks of a run come from; null where no run is asked for. */
export type TaskPlace = {
  readonly home: string
  readonly store: Store
  readonly run: string
}

/** Throws AppError('usage') for an unknown name, and for own tasks without a run. */
export function suiteOf(name: string, place: TaskPlace | null): Benchmark {
  const known = benchmarkOf(name) ?? shippedSuite(name)
  if (known !== undefined) return known
  if (name !== OWN_TASKS) {
    throw new AppError('usage', `suite ${name}: expected one of ${SUITE_NAMES.join(', ')}`)
  }
  if (place !== null) return ownTasks(place)
  throw new AppError('usage', `suite ${name}: expected a run whose tasks they are, found none`)
}

const shippedSuite = (name: string): Benchmark | undefined => {
  const own = SUITES.find((suite) => suite === name)
  return own === undefined ? undefined : SHIPPED[own]
}

const NANO = {
  licence: 'part of Kelvin',
  home: 'resources/benchmarks',
  area: 'reasoning',
  count: null,
  sampling: { maxTokens: null, topP: 1 },
  broken: {},
  goldTemplate: 'nano',
} as const

const shipped = (
  id: SuiteName,
  about: Pick<Benchmark, 'title' | 'protocol' | 'contamination'>,
) => ({
  ...NANO,
  ...about,
  id,
  load: (folder: string) => loadShipped(id, folder),
})

const SHIPPED: Readonly<Record<SuiteName, Benchmark>> = {
  'nano-heldout': shipped('nano-heldout', {
    title: 'Nano, held out',
    protocol:
      "Programs of the pretraining stream's grammar, of the one in twenty that the stream leaves out; asked and verified as self-play does.",
    contamination:
      'Held out: pretraining never saw these programs, and self-play refuses them as tasks.',
  }),
  'nano-ood': shipped('nano-ood', {
    title: 'Nano, hand-written',
    protocol:
      'Programs written by hand that no grammar made; asked and verified as self-play asks its own tasks.',
    contamination:
      'Held out: pretraining never saw these programs, and self-play refuses them as tasks.',
  }),
}

/** The folder given holds it, or the one that ships does. */
async function loadShipped(id: SuiteName, folder: string): Promise<LoadedSuite> {
  const name = `${id}.jsonl`
  const place = existsSync(join(folder, name)) ? folder : SUITE_DIRECTORY
  const items = await loadSuite(id, place)
  const digest = createHash('sha256')
    .update(await readFile(join(place, name)))
    .digest('hex')
  const known = place === SUITE_DIRECTORY
  const file = { path: name, sha256: known ? digest : null, digest, known }
  return { questions: items.map(ownQuestion), files: [file] }
}

/** Tasks per kind. */
const PROBE_ITEMS = 128

function ownTasks({ home, store, run }: TaskPlace): Benchmark {
  return {
    ...NANO,
    id: OWN_TASKS,
    title: `Own tasks of ${run}`,
    licence: 'made by the run',
    home: run,
    protocol: `Up to ${PROBE_ITEMS} tasks per kind, drawn from the buffers of the run's last checkpoint; the same for every checkpoint. Asked and verified as self-play does.`,
    contamination:
      'The run trains on these tasks: the score says how well it masters its own curriculum, not how well it generalises.',
    load: async () => {
      const { path, step } = findCheckpoint(store, run, null)
      const state = await readLoopState(fromHomePath(home, path))
      const items = KINDS.flatMap((kind) => drawnTasks(state, kind))
      if (items.length === 0) {
        throw new AppError('usage', `run ${run}: expected tasks in its buffers, found none`)
      }
      const digest = createHash('sha256').update(JSON.stringify(items)).digest('hex')
      const file = { path: `${run}@${step}`, sha256: null, digest, known: false }
      return { questions: items.map(ownQuestion), files: [file] }
    },
  }
}

/** The same draw for every checkpoint; tasks of one program are one cluster. */
function drawnTasks({ stores }: LoopState, kind: Kind): ReasoningItem[] {
  const own = Object.values(stores).flatMap((tasks) => tasks.filter((task) => task.kind === kind))
  const single = [...new Map(own.map((task) => [task.id, task])).values()]
  const chosen = drawn(single, Math.min(PROBE_ITEMS, single.length), randomOf(OWN_TASKS, kind))
  return chosen.map(({ step: _step, ...task }) => ({ ...task, cluster: task.program }))
}

/** The first items; of suites with kinds that many of each. */
export function limited(questions: readonly Question[], limit: number | null): Question[] {
  if (limit === null) return [...questions]
  return [...Map.groupBy(questions, ({ kind }) => kind).values()].flatMap((own) =>
    own.slice(0, limit),
  )
}
