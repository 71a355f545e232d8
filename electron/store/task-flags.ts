/**
 * How many flags hold of each task, kept in its row. A trigger counts when a flag is entered; here what stood before
 * a step was taken again is counted for the rows that came back. Not here: flags themselves (flags.ts).
 */
import { FLAGS_OF_TASK } from './schema-search.ts'
import type { Store } from './store.ts'

/** After the step's episodes are there. */
export function countFlagsOfStep(store: Store, run: number, step: number): void {
  store.run(
    `UPDATE tasks SET flags = ${FLAGS_OF_TASK} WHERE tasks.key IN (
      SELECT tasks.key FROM flags CROSS JOIN tasks
        ON tasks.run = flags.run AND tasks.episode = flags.episode
      WHERE flags.run = @run AND tasks.step = @step
      UNION ALL SELECT tasks.key FROM flags CROSS JOIN episodes
        ON episodes.run = flags.run AND episodes.id = flags.episode
      CROSS JOIN tasks ON tasks.run = flags.run AND tasks.id = episodes.task
      WHERE flags.run = @run AND tasks.step = @step)`,
    { run, step },
  )
}
