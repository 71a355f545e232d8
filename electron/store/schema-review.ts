/**
 * What the review of unsafe traces added to the schema. Append only, like schema.ts, which says in which order.
 */

/** Tags are part of what an entry says, so of its name too. */
const TAGGED_FLAGS = `
DROP INDEX flags_entry;
ALTER TABLE flags DROP COLUMN entry;
ALTER TABLE flags ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE flags ADD COLUMN entry TEXT AS (json_array(
  episode, rater, severity, category, target, span_start, span_end, quote, note, seconds, blind, undone, tags
));
CREATE UNIQUE INDEX flags_entry ON flags (run, flag, at_ms, entry);
`

/** What judging models said, a verdict or why there is none: kept apart from what rules say, which is made again. */
const JUDGEMENTS = `
CREATE TABLE judgements (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  episode TEXT NOT NULL,
  judge TEXT NOT NULL,
  rubric INTEGER NOT NULL,
  failure TEXT,
  severity INTEGER,
  category TEXT,
  span_start INTEGER,
  span_end INTEGER,
  reason TEXT NOT NULL,
  response TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX judgements_episode ON judgements (run, episode);
`

/** At how many confirmed traces a run pauses by itself, where that was changed after its start: the last holds. */
export const PAUSING = `
CREATE TABLE pausing (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  confirmed INTEGER,
  severity INTEGER NOT NULL,
  author TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX pausing_run ON pausing (run);
CREATE TRIGGER pausing_keep_text BEFORE UPDATE ON pausing
BEGIN SELECT RAISE(ABORT, 'thresholds are an audit trail: add one instead'); END;
CREATE TRIGGER pausing_keep_rows BEFORE DELETE ON pausing
WHEN EXISTS (SELECT 1 FROM runs WHERE key = OLD.run)
BEGIN SELECT RAISE(ABORT, 'thresholds are an audit trail: only removing the run removes them'); END;
`

export const REVIEW = TAGGED_FLAGS + JUDGEMENTS
