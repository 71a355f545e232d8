/**
 * The full-text tables, filled together with the rows that they are about.
 * Not here: rows of older histories (word-builds.ts), searching (task-words.ts).
 */
import type { ProposalRecord } from '../contract/run.ts'
import type { Store } from './store.ts'

/** said: the response of a proposal that holds no program. */
export type TaskWords = {
  readonly program: string
  readonly message: string
  readonly pairs: string
  readonly said: string
}

export function taskWords(
  { task, facts }: Pick<ProposalRecord, 'task' | 'facts'>,
  response: string | null,
): TaskWords {
  const program = task?.program ?? (facts?.ok === true ? facts.program : '')
  return {
    program,
    message: task?.message ?? '',
    pairs: (task?.pairs ?? []).map(({ input, output }) => `${input}\n${output}`).join('\n'),
    said: task === null ? (response ?? '') : '',
  }
}

// Rows that are gone leave their keys to later ones: replacing keeps one entry for each.
export function insertTaskWords(store: Store, task: number, words: TaskWords): void {
  store.run(
    `REPLACE INTO task_words (rowid, program, message, pairs, said)
     VALUES (@task, @program, @message, @pairs, @said)`,
    { task, ...words },
  )
}

export function insertResponseWords(store: Store, episode: number, response: string): void {
  store.run('REPLACE INTO response_words (rowid, response) VALUES (?, ?)', [episode, response])
}

export function insertPromptWords(store: Store, key: number, prompt: string): void {
  store.run('REPLACE INTO prompt_words (rowid, prompt) VALUES (?, ?)', [key, prompt])
}
