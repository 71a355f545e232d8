/**
 * What is kept of a graded answer beside its verdict, and of a score beside its interval.
 * An answer that the sandbox failed to run used to read as wrong.
 */
export const ANSWERS = `
ALTER TABLE evals ADD COLUMN told TEXT;
ALTER TABLE eval_items ADD COLUMN undecided INTEGER NOT NULL DEFAULT 0;
ALTER TABLE eval_items ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE eval_items ADD COLUMN tokens BLOB;
ALTER TABLE eval_items ADD COLUMN logprobs BLOB;
UPDATE eval_items SET undecided = 1 WHERE status = 'infra_error';
`

/** The checkpoint that measured best so far stays, whatever its age. */
export const BEST = `
ALTER TABLE checkpoints ADD COLUMN best INTEGER NOT NULL DEFAULT 0;
`
