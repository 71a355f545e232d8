/**
 * Full text in tasks: which tasks have words in their program, in prompts about them, in responses to them. The index
 * knows words; where punctuation or blanks count, the text itself is compared behind it.
 * Not here: filling the index (words.ts).
 * Source: https://sqlite.org/fts5.html, section 3
 */
import * as v from 'valibot'
import type { Clause } from '../contract/query.ts'
import type { Store } from './store.ts'
import type { TaskTest } from './task-tests.ts'

type Words = Extract<Clause, { readonly type: 'words' }>

export function wordsTest(store: Store, run: number, clause: Words): TaskTest {
  switch (clause.field) {
    case 'response':
      return episodeTest(store, run, clause, RESPONSES)
    case 'prompt':
      return episodeTest(store, run, clause, PROMPTS)
    case 'any':
    case 'program':
    case 'message':
    case 'input':
      return taskTest(store, run, clause, clause.field)
    default:
      return clause.field satisfies never
  }
}

/** The words in this order, side by side; the last may go on where a star ends it. */
export function matchOf({ text, phrase }: Pick<Words, 'text' | 'phrase'>): string {
  const isPrefix = !phrase && text.endsWith('*')
  const words = (isPrefix ? text.slice(0, -1) : text).replaceAll(/["\0]/g, ' ')
  return `"${words}"${isPrefix ? ' *' : ''}`
}

/** null: the index alone says it. */
function exactText({ text, phrase }: Words): string | null {
  const plain = phrase ? text : text.replace(/\*$/, '')
  return /^[\p{L}\p{N}_]+$/u.test(plain) ? null : plain
}

const PROGRAM = `ifnull(program, CASE WHEN json_valid(facts) THEN json_extract(facts, '$.program') END)`
const SAID = `(SELECT response FROM episodes JOIN episode_text ON episode_text.episode = episodes.key
  WHERE episodes.run = tasks.run AND episodes.id = tasks.episode AND tasks.id IS NULL)`

/** Column of the index, and the same text as it is kept. */
const PARTS = {
  program: ['program', PROGRAM],
  message: ['message', 'message'],
  input: ['pairs', 'pairs'],
  any: [null, `concat_ws(char(10), ${PROGRAM}, message, pairs, ${SAID})`],
} as const

function taskTest(store: Store, run: number, clause: Words, part: keyof typeof PARTS): TaskTest {
  const [column, kept] = PARTS[part]
  const match = `${column === null ? '' : `${column} : `}${matchOf(clause)}`
  const exact = exactText(clause)
  const range = rangeOf(store, 'tasks', 'tasks_step', run)
  const found = `EXISTS (SELECT 1 FROM task_words WHERE task_words MATCH ? AND rowid = tasks.key)`
  const same = `EXISTS (SELECT 1 FROM task_text WHERE task = tasks.key AND ${holds(kept)})`
  return {
    sql: exact === null ? found : `(${found} AND ${same})`,
    params: exact === null ? [match] : [match, exact],
    source: {
      sql: 'SELECT rowid AS key FROM task_words WHERE task_words MATCH ? AND rowid BETWEEN ? AND ?',
      params: [match, ...range],
    },
    decided: exact === null,
    cost: exact === null ? 15 : 20,
    ordered: { match, range },
  }
}

const holds = (kept: string): string => `instr(lower(${kept}), lower(?)) > 0`

type EpisodeWords = {
  readonly table: 'response_words' | 'prompt_words'
  /** Which column of an episode is the row of the index. */
  readonly row: 'key' | 'prompt'
  readonly kept: string
  readonly of: 'episodes' | 'prompts'
  readonly index: string
}

const RESPONSES: EpisodeWords = {
  table: 'response_words',
  row: 'key',
  kept: '(SELECT response FROM episode_text WHERE episode = own.key)',
  of: 'episodes',
  index: 'episodes_step',
}
const PROMPTS: EpisodeWords = {
  table: 'prompt_words',
  row: 'prompt',
  kept: '(SELECT prompts.prompt FROM prompts WHERE prompts.key = own.prompt)',
  of: 'prompts',
  index: 'prompts_step',
}

/** One entry of the index holds all responses of a step to a task, so the text itself is looked for in each. */
const OF_TASK = `EXISTS (SELECT 1 FROM (
  SELECT key, prompt FROM episodes INDEXED BY episodes_task
  WHERE episodes.run = tasks.run AND episodes.task = tasks.id
  UNION ALL SELECT key, prompt FROM episodes INDEXED BY episodes_id
  WHERE episodes.run = tasks.run AND episodes.id = tasks.episode) AS own WHERE`

function episodeTest(store: Store, run: number, clause: Words, words: EpisodeWords): TaskTest {
  const { table, row, kept } = words
  const match = matchOf(clause)
  const exact = exactText(clause)
  const range = rangeOf(store, words.of, words.index, run)
  const found = `${OF_TASK}
    EXISTS (SELECT 1 FROM ${table} WHERE ${table} MATCH ? AND rowid = own.${row}))`
  const from = `FROM ${table} CROSS JOIN episodes ON episodes.${row} = ${table}.rowid`
  const matched = `WHERE ${table} MATCH ? AND ${table}.rowid BETWEEN ? AND ? AND episodes.run = ?`
  return {
    sql: exact === null ? found : `(${found} AND ${OF_TASK} ${holds(kept)}))`,
    params: exact === null ? [match] : [match, exact],
    source: {
      sql: `SELECT tasks.key ${from} CROSS JOIN tasks ON tasks.run = episodes.run
        AND tasks.id = episodes.task ${matched}
        UNION ALL SELECT tasks.key ${from} CROSS JOIN tasks ON tasks.run = episodes.run
        AND tasks.episode = episodes.id ${matched}`,
      params: [match, ...range, run, match, ...range, run],
    },
    decided: exact === null,
    cost: 60,
  }
}

const Found = v.object({ key: v.number(), step: v.number() })
export type Found = v.InferOutput<typeof Found>

/** The next tasks of a run with the words, in the order of steps. */
export function nextWithWords(
  store: Store,
  run: number,
  { match, range: [first, last] }: { readonly match: string; readonly range: readonly number[] },
  { descending, limit }: { readonly descending: boolean; readonly limit: number },
): Found[] {
  return store.all(
    `SELECT tasks.key, tasks.step FROM task_words CROSS JOIN tasks ON tasks.key = task_words.rowid
     WHERE task_words MATCH ? AND task_words.rowid BETWEEN ? AND ? AND tasks.run = ?
     ORDER BY task_words.rowid ${descending ? 'DESC' : 'ASC'} LIMIT ?`,
    Found,
    [match, first ?? 0, last ?? 0, run, limit],
  )
}

const Key = v.object({ key: v.number() })

/** Keys grow with steps: the first and the last row of a run bound what is looked through. */
function rangeOf(store: Store, table: string, index: string, run: number): [number, number] {
  const end = (order: 'ASC' | 'DESC'): number => {
    const row = store.get(
      `SELECT key FROM ${table} INDEXED BY ${index} WHERE run = ?
       ORDER BY step ${order}, key ${order} LIMIT 1`,
      Key,
      [run],
    )
    return row?.key ?? 0
  }
  return [end('ASC'), end('DESC')]
}
