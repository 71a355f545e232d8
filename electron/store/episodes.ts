/**
 * Episodes: one response each, with its tokens and what was decided about it. Attempts at one task share their
 * prompt, so prompts are kept once per step.
 * Not here: pages of them (episode-pages.ts).
 */
import * as v from 'valibot'
import type { Episode, SeenTokens } from '../contract/episode.ts'
import { bit, count, EPISODE_COLUMNS, firstLine, float32s, int32s, integer } from './columns.ts'
import { numberRecordJson, numbersJson, real, text } from './columns.ts'
import { textsJson, toBit, toBitOrNull, toFloat32s, toInt32s, toJson } from './columns.ts'
import type { Store } from './store.ts'
import { insertPromptWords, insertResponseWords } from './words.ts'

export function insertEpisodes(
  store: Store,
  run: number,
  step: number,
  episodes: readonly Episode[],
): void {
  const prompts = new Map<string, number>()
  const spoken = new Map<string, { readonly key: number; text: string }>()
  for (const episode of episodes) {
    const name = JSON.stringify([episode.promptVersion, episode.prompt, episode.promptTokens])
    const prompt = prompts.get(name) ?? insertPrompt(store, run, step, episode)
    prompts.set(name, prompt)
    const key = insertEpisode(store, run, prompt, episode)
    const about = spoken.get(episode.task ?? episode.id)
    if (about === undefined) spoken.set(episode.task ?? episode.id, { key, text: episode.response })
    else about.text += `\n${episode.response}`
  }
  for (const { key, text } of spoken.values()) insertResponseWords(store, key, text)
}

const Key = v.object({ key: count })

function insertPrompt(store: Store, run: number, step: number, episode: Episode): number {
  const row = store.get(
    `INSERT INTO prompts (run, step, version, prompt, tokens) VALUES (?, ?, ?, ?, ?) RETURNING key`,
    Key,
    [run, step, episode.promptVersion, episode.prompt, toInt32s(episode.promptTokens)],
  )
  const key = row?.key ?? 0
  insertPromptWords(store, key, episode.prompt)
  return key
}

function insertEpisode(store: Store, run: number, prompt: number, episode: Episode): number {
  const row = store.get(
    `INSERT INTO episodes (
      run, step, id, role, kind, purpose, task, prompt, status, correct, reward, advantage, trained,
      stop_reason, seed, tokens, first_line
    ) VALUES (
      @run, @step, @id, @role, @kind, @purpose, @task, @prompt, @status, @correct, @reward,
      @advantage, @trained, @stopReason, @seed, @tokens, @firstLine
    ) RETURNING key`,
    Key,
    {
      run,
      step: episode.step,
      id: episode.id,
      role: episode.role,
      kind: episode.kind,
      purpose: episode.purpose,
      task: episode.task,
      prompt,
      status: episode.status,
      correct: toBitOrNull(episode.correct),
      reward: episode.reward,
      advantage: episode.advantage,
      trained: toBit(episode.trained),
      stopReason: episode.stopReason,
      seed: episode.seed,
      tokens: episode.tokens.length,
      firstLine: firstLine(episode.response),
    },
  )
  const key = row?.key ?? 0
  insertEpisodeText(store, key, episode)
  return key
}

function insertEpisodeText(store: Store, key: number, episode: Episode): void {
  store.run(
    `INSERT INTO episode_text (episode, response, tokens, logprobs, outcomes, reward_parts, shown)
     VALUES (@key, @response, @tokens, @logprobs, @outcomes, @rewardParts, @shown)`,
    {
      key,
      response: episode.response,
      tokens: toInt32s(episode.tokens),
      logprobs: toFloat32s(episode.logprobs),
      outcomes: toJson(episode.outcomes),
      rewardParts: toJson(episode.rewardParts),
      shown: toJson(episode.references),
    },
  )
  insertSeen(store, key, episode.seen ?? null)
}

function insertSeen(store: Store, key: number, seen: SeenTokens | null): void {
  if (seen === null) return
  store.run('INSERT INTO seen_tokens (episode, logprobs, entropy) VALUES (?, ?, ?)', [
    key,
    toFloat32s(seen.logprobs),
    toFloat32s(seen.entropy),
  ])
}

const Row = v.pipe(
  v.object({
    ...EPISODE_COLUMNS,
    prompt: text,
    prompt_tokens: int32s,
    version: text,
    shown: textsJson,
    response: text,
    tokens: int32s,
    logprobs: float32s,
    stop_reason: v.picklist(['stop', 'length']),
    seed: integer,
    outcomes: numbersJson,
    reward: real,
    reward_parts: numberRecordJson,
    advantage: real,
    trained: bit,
    seen_logprobs: v.nullable(float32s),
    seen_entropy: v.nullable(float32s),
  }),
  v.transform(({ prompt_tokens, version, shown, stop_reason, reward_parts, ...more }): Episode => {
    const { seen_logprobs: logprobs, seen_entropy: entropy, ...row } = more
    return {
      ...row,
      promptTokens: prompt_tokens,
      promptVersion: version,
      references: shown,
      stopReason: stop_reason,
      rewardParts: reward_parts,
      ...(logprobs === null || entropy === null ? {} : { seen: { logprobs, entropy } }),
    }
  }),
)

const SELECT = `
  SELECT episodes.id, episodes.step, role, kind, purpose, task, prompts.prompt,
    prompts.tokens AS prompt_tokens, prompts.version, shown, response, episode_text.tokens,
    episode_text.logprobs, stop_reason, seed, status, outcomes, correct, reward, reward_parts,
    advantage, trained, seen_tokens.logprobs AS seen_logprobs, seen_tokens.entropy AS seen_entropy
  FROM episodes JOIN episode_text ON episode_text.episode = episodes.key
  JOIN prompts ON prompts.key = episodes.prompt
  LEFT JOIN seen_tokens ON seen_tokens.episode = episodes.key`

/** As they were recorded, in their order. */
export function readEpisodes(store: Store, run: number, step: number): Episode[] {
  return store.all(
    `${SELECT} WHERE episodes.run = ? AND episodes.step = ? ORDER BY episodes.key`,
    Row,
    [run, step],
  )
}

/** One trace. */
export function readEpisode(store: Store, run: number, id: string): Episode | null {
  return store.get(`${SELECT} WHERE episodes.run = ? AND id = ?`, Row, [run, id]) ?? null
}

/** Everybody's work on a task: its probes and attempts, in their order. */
export function readEpisodesOfTask(store: Store, run: number, task: string): Episode[] {
  return store.all(`${SELECT} WHERE episodes.run = ? AND task = ? ORDER BY episodes.key`, Row, [
    run,
    task,
  ])
}
