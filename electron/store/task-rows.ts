/**
 * Rows of the table of tasks as SQLite gives them. Not here: which rows (task-pages.ts).
 */
import * as v from 'valibot'
import type { TaskRow } from '../contract/history.ts'
import { count, kind, status, text, textsJson } from './columns.ts'
import type { Positioned } from './page.ts'

export const TASK_COLUMNS = `tasks.*, (SELECT json_group_array(tag) FROM (
  SELECT tag FROM tags WHERE tags.run = tasks.run AND tags.name = ifnull(tasks.episode, tasks.id)
  ORDER BY tag)) AS tags`

export const TaskRowSchema = v.pipe(
  v.object({
    position: v.union([v.number(), v.string()]),
    key: count,
    id: v.nullable(text),
    episode: v.nullable(text),
    step: count,
    kind,
    state: v.picklist(['valid', 'rejected']),
    status: v.nullable(status),
    solve_rate: v.nullable(v.number()),
    probes: count,
    reward: v.nullable(v.number()),
    nodes: v.nullable(count),
    cognitive: v.nullable(count),
    cyclomatic: v.nullable(count),
    halstead_volume: v.nullable(v.number()),
    program_chars: count,
    first_line: text,
    rejected_by: v.nullable(text),
    skeleton: v.nullable(text),
    flags: count,
    tags: textsJson,
  }),
  v.transform(
    ({
      position,
      solve_rate,
      halstead_volume,
      program_chars,
      first_line,
      rejected_by,
      ...row
    }): Positioned<TaskRow> => ({
      position,
      row: {
        ...row,
        solveRate: solve_rate,
        halsteadVolume: halstead_volume,
        programChars: program_chars,
        firstLine: first_line,
        rejectedBy: rejected_by,
      },
    }),
  ),
)
