/**
 * The migration that makes every column of tasks sortable and all text searchable: full-text tables without a copy of
 * the text, tags, flags counted at their tasks, and what the trainer saw of each token.
 * Rows of before are put into the full-text tables piece by piece afterwards (words.ts): `word_builds` says how far.
 * Not here: older migrations (schema.ts).
 * Source: https://sqlite.org/fts5.html, contentless-delete tables
 */

/** Letters, digits and underscores are words; case does not count, accents do. */
const WORDS = `content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0 tokenchars '_'"`

const TASK_COLUMNS = `
ALTER TABLE tasks ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN status TEXT;
ALTER TABLE tasks ADD COLUMN cyclomatic_order REAL AS (ifnull(cyclomatic, -9e999));
ALTER TABLE tasks ADD COLUMN halstead_order REAL AS (ifnull(halstead_volume, -9e999));
ALTER TABLE tasks ADD COLUMN rejected_order TEXT AS (ifnull(rejected_by, ''));
ALTER TABLE tasks ADD COLUMN status_order TEXT AS (ifnull(status, ''));
UPDATE tasks SET status = (
  SELECT status FROM episodes WHERE episodes.run = tasks.run AND episodes.id = tasks.episode
);
CREATE INDEX tasks_kind ON tasks (run, kind);
CREATE INDEX tasks_rejected ON tasks (run, rejected_order);
CREATE INDEX tasks_status ON tasks (run, status_order);
CREATE INDEX tasks_cyclomatic ON tasks (run, cyclomatic_order);
CREATE INDEX tasks_halstead ON tasks (run, halstead_order);
CREATE INDEX tasks_first_line ON tasks (run, first_line);
CREATE INDEX tasks_flags ON tasks (run, flags);
CREATE INDEX episodes_prompt ON episodes (prompt);
`

/** The last entry of a flag holds; as in flags.ts when this was released. */
const HOLDS = `flags.undone = 0 AND NOT EXISTS (
  SELECT 1 FROM flags AS later WHERE later.run = flags.run AND later.flag = flags.flag
  AND (later.at_ms, later.entry) > (flags.at_ms, flags.entry))`

/** How many flags of a task's proposal and of its attempts hold. */
export const FLAGS_OF_TASK = `(SELECT count(*) FROM flags WHERE flags.run = tasks.run AND ${HOLDS}
  AND flags.episode IN (SELECT tasks.episode UNION ALL
    SELECT id FROM episodes WHERE episodes.run = tasks.run AND episodes.task = tasks.id))`

const COUNTED_FLAGS = `
CREATE TRIGGER flags_count AFTER INSERT ON flags
BEGIN
  UPDATE tasks SET flags = ${FLAGS_OF_TASK} WHERE tasks.key IN (
    SELECT key FROM tasks WHERE run = NEW.run AND episode = NEW.episode
    UNION ALL SELECT key FROM tasks WHERE run = NEW.run AND id = (
      SELECT task FROM episodes WHERE episodes.run = NEW.run AND episodes.id = NEW.episode)
  );
END;
UPDATE tasks SET flags = ${FLAGS_OF_TASK}
WHERE EXISTS (SELECT 1 FROM flags WHERE flags.run = tasks.run);
`

/** A task is known by its proposal, or by its id where it was given: a step taken again makes the same. */
const TAGS = `
CREATE TABLE tags (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  name TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (run, tag, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_name ON tags (run, name);
`

const FULL_TEXT = `
CREATE VIRTUAL TABLE task_words USING fts5(program, message, pairs, said, ${WORDS});
CREATE VIRTUAL TABLE response_words USING fts5(response, ${WORDS});
CREATE VIRTUAL TABLE prompt_words USING fts5(prompt, ${WORDS});
CREATE TRIGGER tasks_forget_words AFTER DELETE ON tasks
BEGIN DELETE FROM task_words WHERE rowid = OLD.key; END;
CREATE TRIGGER episodes_forget_words AFTER DELETE ON episodes
BEGIN DELETE FROM response_words WHERE rowid = OLD.key; END;
CREATE TRIGGER prompts_forget_words AFTER DELETE ON prompts
BEGIN DELETE FROM prompt_words WHERE rowid = OLD.key; END;
CREATE TABLE word_builds (
  name TEXT PRIMARY KEY,
  below INTEGER NOT NULL,
  total INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO word_builds SELECT 'tasks', max(key), max(key) FROM tasks HAVING max(key) > 0;
INSERT INTO word_builds SELECT 'episodes', max(key), max(key) FROM episodes HAVING max(key) > 0;
INSERT INTO word_builds SELECT 'prompts', max(key), max(key) FROM prompts HAVING max(key) > 0;
`

/** What the trainer's own pass gave each token of a response, before the step changed the weights. */
const SEEN_TOKENS = `
CREATE TABLE seen_tokens (
  episode INTEGER PRIMARY KEY REFERENCES episodes (key) ON DELETE CASCADE,
  logprobs BLOB NOT NULL,
  entropy BLOB NOT NULL
) STRICT;
ALTER TABLE step_text ADD COLUMN machine TEXT NOT NULL DEFAULT '{}';
`

export const SEARCH = TASK_COLUMNS + COUNTED_FLAGS + TAGS + FULL_TEXT + SEEN_TOKENS
