/**
 * Calls about tasks: pages, counts, tags, one task with everything around it; running a program again.
 */
import { setImmediate } from 'node:timers/promises'
import type * as v from 'valibot'
import type { TaskPlace } from '../../contract/inputs.ts'
import type { TaskRow } from '../../contract/history.ts'
import type { ProposalRecord } from '../../contract/run.ts'
import type { Task } from '../../contract/task.ts'
import { AppError, throwIfCancelled } from '../../contract/errors.ts'
import type { TaskDetail } from '../../contract/workbench.ts'
import { pageEpisodes } from '../../store/episode-pages.ts'
import { readEpisode } from '../../store/episodes.ts'
import { runKey } from '../../store/runs.ts'
import type { Store } from '../../store/store.ts'
import { readTags, tagTasks, untagTasks } from '../../store/tags.ts'
import { countTasks } from '../../store/task-counts.ts'
import { pageTasks, readTaskRow, readTaskRowById } from '../../store/task-pages.ts'
import { findTask, readProposal } from '../../store/tasks.ts'
import { shownOutput } from '../../selfplay/values.ts'
import type { Bench } from '../bench.ts'
import type { HandlersOf } from './types.ts'

export function taskHandlers({
  history,
  programs,
  now,
}: Bench): HandlersOf<'tasks' | 'sandbox' | 'history'> {
  return {
    'tasks.page': (request) => history.read((store) => pageTasks(store, request)),
    'tasks.count': ({ run, filter }, signal) =>
      countTasks(history.reader, runKey(history.reader, run), filter, async () => {
        throwIfCancelled(signal)
        await setImmediate()
      }),
    'tasks.show': (place) => history.read((store) => detailOf(store, place)),
    'tasks.tags': ({ run }) => history.read((store) => readTags(store, runKey(store, run))),
    'tasks.tag': async ({ run, keys, tag, on }) => ({
      tasks: await history.write((store) => {
        const key = runKey(store, run)
        return on ? tagTasks(store, key, keys, tag, now()) : untagTasks(store, key, keys, tag)
      }),
    }),
    'history.index': () => history.index(),
    'sandbox.run': ({ program, input }, signal) => programs.run(program, input, signal),
  }
}

const MAX_ATTEMPTS = 200

function detailOf(store: Store, place: v.InferOutput<typeof TaskPlace>): TaskDetail {
  const run = runKey(store, place.run)
  const { row, proposal } = found(store, run, place)
  const task = proposal.task?.id ?? null
  const filter = { task: task ?? '' }
  const request = { run: place.run, filter, descending: false, limit: MAX_ATTEMPTS }
  const attempts = task === null ? { rows: [], next: null } : pageEpisodes(store, request)
  return {
    run: place.run,
    row,
    proposal,
    outputs: outputsOf(proposal.task),
    references: referencesOf(store, run, proposal),
    // The proposal itself bears the task's id too.
    attempts: attempts.rows.filter(({ id }) => id !== proposal.episode),
    moreAttempts: attempts.next !== null,
  }
}

/** A foreign history may hold anything: what is not canonical text stays as it is. */
function outputsOf(task: Task | null): string[] {
  return task === null ? [] : task.pairs.map(({ output }) => shownOutput(task, output))
}

type Found = { readonly row: TaskRow | null; readonly proposal: ProposalRecord }

function found(store: Store, run: number, place: v.InferOutput<typeof TaskPlace>): Found {
  const isKey = place.by === 'key'
  const proposal = isKey ? readProposal(store, run, place.key) : findTask(store, run, place.id)
  if (proposal === null) {
    const name = isKey ? `row ${place.key}` : place.id
    throw new AppError('store', `run ${place.run}: expected a task ${name}, found none`)
  }
  const row = isKey ? readTaskRow(store, run, place.key) : readTaskRowById(store, run, place.id)
  return { row, proposal }
}

function referencesOf(store: Store, run: number, { episode }: ProposalRecord) {
  const shown = episode === null ? [] : (readEpisode(store, run, episode)?.references ?? [])
  return shown.flatMap((id) => {
    const task = findTask(store, run, id)?.task ?? null
    return task === null ? [] : [{ id, program: task.program }]
  })
}
