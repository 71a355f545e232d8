/**
 * Every migration, in order. Append only: a released entry never changes, since databases of its version exist.
 * Rows that lists page through are narrow; long text lies in side tables under the same key, so that full-text
 * indexes can be added over them. Every index on (run, x) is also sorted by key, SQLite's row id. Columns x_order
 * take no room: x with NULL below everything, since a page's comparison of (x, key) uses an index on columns only.
 * Not here: running them (migrate.ts).
 */

import { ANSWERS, BEST } from './schema-answers.ts'
import { PAUSING, REVIEW } from './schema-review.ts'
import { SEARCH } from './schema-search.ts'

/** 'KLVN': tells a Kelvin database from another program's. */
export const APPLICATION_ID = 0x4b4c564e

const RUNS = `
CREATE TABLE runs (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  recipe TEXT NOT NULL,
  preset TEXT NOT NULL,
  seed INTEGER NOT NULL,
  config TEXT NOT NULL,
  model_path TEXT NOT NULL,
  model_sha256 TEXT NOT NULL,
  prompt_version TEXT NOT NULL,
  sandbox_level INTEGER NOT NULL,
  python_version TEXT NOT NULL,
  engine TEXT NOT NULL,
  device TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  planned_steps INTEGER,
  current_step INTEGER NOT NULL,
  parent_run TEXT,
  parent_step INTEGER,
  pid INTEGER
) STRICT;
CREATE INDEX runs_parent ON runs (parent_run);
CREATE TABLE checkpoints (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  parent_step INTEGER,
  bytes INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;
`

const STEPS = `
CREATE TABLE steps (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  seconds REAL,
  proposed INTEGER NOT NULL,
  valid INTEGER NOT NULL,
  solved INTEGER NOT NULL,
  episodes INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE step_text (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  metrics TEXT NOT NULL,
  phase_seconds TEXT NOT NULL,
  warnings TEXT NOT NULL,
  UNIQUE (run, step)
) STRICT;
CREATE TABLE groups (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  role TEXT NOT NULL,
  kind TEXT NOT NULL,
  count INTEGER NOT NULL,
  reward_mean REAL,
  reward_std REAL,
  accuracy REAL,
  length_mean REAL,
  entropy_mean REAL,
  baseline REAL,
  scale REAL,
  PRIMARY KEY (run, step, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE tallies (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  name TEXT NOT NULL,
  step INTEGER NOT NULL,
  role TEXT NOT NULL,
  kind TEXT NOT NULL,
  bin TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (run, name, step, role, kind, bin)
) STRICT, WITHOUT ROWID;
`

const TASKS = `
CREATE TABLE tasks (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  id TEXT,
  episode TEXT,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  solve_rate REAL,
  probes INTEGER NOT NULL,
  reward REAL,
  skeleton TEXT,
  nodes INTEGER,
  cognitive INTEGER,
  cyclomatic INTEGER,
  halstead_volume REAL,
  program_chars INTEGER NOT NULL,
  first_line TEXT NOT NULL,
  rejected_by TEXT,
  solve_rate_order REAL AS (ifnull(solve_rate, -9e999)),
  reward_order REAL AS (ifnull(reward, -9e999)),
  nodes_order REAL AS (ifnull(nodes, -9e999)),
  cognitive_order REAL AS (ifnull(cognitive, -9e999))
) STRICT;
CREATE UNIQUE INDEX tasks_id ON tasks (run, id) WHERE id IS NOT NULL;
CREATE INDEX tasks_step ON tasks (run, step);
CREATE INDEX tasks_state ON tasks (run, state, step);
CREATE INDEX tasks_episode ON tasks (run, episode);
CREATE INDEX tasks_skeleton ON tasks (run, skeleton);
CREATE INDEX tasks_solve_rate ON tasks (run, solve_rate_order);
CREATE INDEX tasks_reward ON tasks (run, reward_order);
CREATE INDEX tasks_nodes ON tasks (run, nodes_order);
CREATE INDEX tasks_cognitive ON tasks (run, cognitive_order);
CREATE INDEX tasks_program_chars ON tasks (run, program_chars);
CREATE TABLE task_text (
  task INTEGER PRIMARY KEY REFERENCES tasks (key) ON DELETE CASCADE,
  program TEXT,
  message TEXT,
  visible INTEGER,
  pairs TEXT,
  checks TEXT NOT NULL,
  facts TEXT
) STRICT;
`

const EPISODES = `
CREATE TABLE prompts (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  version TEXT NOT NULL,
  prompt TEXT NOT NULL,
  tokens BLOB NOT NULL
) STRICT;
CREATE INDEX prompts_step ON prompts (run, step);
CREATE TABLE episodes (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  id TEXT NOT NULL,
  role TEXT NOT NULL,
  kind TEXT NOT NULL,
  purpose TEXT NOT NULL,
  task TEXT,
  prompt INTEGER NOT NULL,
  status TEXT,
  correct INTEGER,
  reward REAL,
  advantage REAL,
  trained INTEGER NOT NULL,
  stop_reason TEXT NOT NULL,
  seed INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  first_line TEXT NOT NULL,
  reward_order REAL AS (ifnull(reward, -9e999)),
  advantage_order REAL AS (ifnull(advantage, -9e999))
) STRICT;
CREATE UNIQUE INDEX episodes_id ON episodes (run, id);
CREATE INDEX episodes_step ON episodes (run, step);
CREATE INDEX episodes_task ON episodes (run, task, step);
CREATE INDEX episodes_status ON episodes (run, status, step);
CREATE INDEX episodes_reward ON episodes (run, reward_order);
CREATE INDEX episodes_advantage ON episodes (run, advantage_order);
CREATE INDEX episodes_tokens ON episodes (run, tokens);
CREATE TABLE episode_text (
  episode INTEGER PRIMARY KEY REFERENCES episodes (key) ON DELETE CASCADE,
  response TEXT NOT NULL,
  tokens BLOB NOT NULL,
  logprobs BLOB NOT NULL,
  outcomes TEXT NOT NULL,
  reward_parts TEXT NOT NULL,
  shown TEXT NOT NULL
) STRICT;
`

const EVALS = `
CREATE TABLE evals (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  suite TEXT NOT NULL,
  temperature REAL NOT NULL,
  kind TEXT NOT NULL,
  n INTEGER NOT NULL,
  score REAL,
  low REAL,
  high REAL,
  PRIMARY KEY (run, step, suite, temperature, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE eval_items (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  suite TEXT NOT NULL,
  temperature REAL NOT NULL,
  item TEXT NOT NULL,
  cluster TEXT NOT NULL,
  kind TEXT,
  sample INTEGER NOT NULL,
  correct INTEGER NOT NULL,
  status TEXT,
  response TEXT NOT NULL,
  UNIQUE (run, step, suite, temperature, item, sample)
) STRICT;
`

const FLAGS = `
CREATE TABLE flags (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  flag TEXT NOT NULL,
  episode TEXT NOT NULL,
  rater TEXT NOT NULL,
  severity INTEGER NOT NULL,
  category TEXT NOT NULL,
  target TEXT,
  span_start INTEGER,
  span_end INTEGER,
  quote TEXT,
  note TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  seconds REAL,
  blind INTEGER NOT NULL,
  undone INTEGER NOT NULL,
  UNIQUE (run, flag, at_ms)
) STRICT;
CREATE INDEX flags_episode ON flags (run, episode);
CREATE TRIGGER flags_keep_text BEFORE UPDATE ON flags
BEGIN SELECT RAISE(ABORT, 'flags are an audit trail: add an entry instead'); END;
CREATE TRIGGER flags_keep_rows BEFORE DELETE ON flags
WHEN EXISTS (SELECT 1 FROM runs WHERE key = OLD.run)
BEGIN SELECT RAISE(ABORT, 'flags are an audit trail: only removing the run removes them'); END;
`

/**
 * Two people may enter different things under one flag at one time, so what was entered is part of its name: entries
 * merge from anywhere in any order, and the last by (at_ms, entry) holds everywhere alike.
 */
const MERGEABLE_FLAGS = `
CREATE TABLE merged_flags (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  flag TEXT NOT NULL,
  episode TEXT NOT NULL,
  rater TEXT NOT NULL,
  severity INTEGER NOT NULL,
  category TEXT NOT NULL,
  target TEXT,
  span_start INTEGER,
  span_end INTEGER,
  quote TEXT,
  note TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  seconds REAL,
  blind INTEGER NOT NULL,
  undone INTEGER NOT NULL,
  entry TEXT AS (json_array(
    episode, rater, severity, category, target, span_start, span_end, quote, note, seconds, blind, undone
  ))
) STRICT;
INSERT INTO merged_flags (
  key, run, flag, episode, rater, severity, category, target, span_start, span_end, quote, note, at_ms, seconds,
  blind, undone
) SELECT
  key, run, flag, episode, rater, severity, category, target, span_start, span_end, quote, note, at_ms, seconds,
  blind, undone
FROM flags;
DROP TABLE flags;
ALTER TABLE merged_flags RENAME TO flags;
CREATE UNIQUE INDEX flags_entry ON flags (run, flag, at_ms, entry);
CREATE INDEX flags_episode ON flags (run, episode);
CREATE TRIGGER flags_keep_text BEFORE UPDATE ON flags
BEGIN SELECT RAISE(ABORT, 'flags are an audit trail: add an entry instead'); END;
CREATE TRIGGER flags_keep_rows BEFORE DELETE ON flags
WHEN EXISTS (SELECT 1 FROM runs WHERE key = OLD.run)
BEGIN SELECT RAISE(ABORT, 'flags are an audit trail: only removing the run removes them'); END;
`

const DECISIONS = `
CREATE TABLE decisions (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  episode TEXT NOT NULL,
  verdict TEXT NOT NULL,
  removes_task INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  category TEXT NOT NULL,
  author TEXT NOT NULL,
  note TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  entry TEXT AS (json_array(verdict, removes_task, severity, category, author, note))
) STRICT;
CREATE UNIQUE INDEX decisions_entry ON decisions (run, episode, at_ms, entry);
CREATE TRIGGER decisions_keep_text BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are an audit trail: add one instead'); END;
CREATE TRIGGER decisions_keep_rows BEFORE DELETE ON decisions
WHEN EXISTS (SELECT 1 FROM runs WHERE key = OLD.run)
BEGIN SELECT RAISE(ABORT, 'decisions are an audit trail: only removing the run removes them'); END;
CREATE TABLE consequences (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  action TEXT NOT NULL,
  step INTEGER NOT NULL,
  episode TEXT,
  task TEXT,
  author TEXT NOT NULL,
  detail TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX consequences_run ON consequences (run);
CREATE TRIGGER consequences_keep_text BEFORE UPDATE ON consequences
BEGIN SELECT RAISE(ABORT, 'consequences are an audit trail'); END;
CREATE TRIGGER consequences_keep_rows BEFORE DELETE ON consequences
WHEN EXISTS (SELECT 1 FROM runs WHERE key = OLD.run)
BEGIN SELECT RAISE(ABORT, 'consequences are an audit trail: only removing the run removes them'); END;
`

const SUGGESTIONS = `
CREATE TABLE watched (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  episode TEXT NOT NULL,
  score REAL NOT NULL
) STRICT;
CREATE UNIQUE INDEX watched_episode ON watched (run, episode);
CREATE INDEX watched_step ON watched (run, step);
CREATE INDEX watched_score ON watched (run, score);
CREATE TABLE suggestions (
  key INTEGER PRIMARY KEY,
  watched INTEGER NOT NULL REFERENCES watched (key) ON DELETE CASCADE,
  rule TEXT NOT NULL,
  version INTEGER NOT NULL,
  category TEXT NOT NULL,
  target TEXT,
  span_start INTEGER,
  span_end INTEGER,
  score REAL NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX suggestions_watched ON suggestions (watched);
CREATE INDEX suggestions_rule ON suggestions (rule);
CREATE TABLE scans (
  run INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
  rules TEXT NOT NULL,
  step INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
`

/** What the sandbox saw programs do, of the few episodes whose programs reached outside. */
const TELEMETRY = `
CREATE TABLE telemetry (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  episode TEXT NOT NULL,
  signals TEXT NOT NULL,
  PRIMARY KEY (run, episode)
) STRICT, WITHOUT ROWID;
CREATE INDEX telemetry_step ON telemetry (run, step);
`

export const MIGRATIONS: readonly string[] = [
  RUNS + STEPS + TASKS + EPISODES + EVALS + FLAGS,
  MERGEABLE_FLAGS + DECISIONS + SUGGESTIONS,
  TELEMETRY,
  REVIEW,
  ANSWERS,
  BEST,
  SEARCH,
  PAUSING,
]
