/**
 * What a window may ask of evaluations.
 * Not here: starting one (inputs.ts), what comes back (evaluation.ts).
 */
import * as v from 'valibot'
import { EVAL_FORMATS, ITEM_FILTERS } from './evaluation.ts'
import { Handle, MAX_PAGE, name, RunId, text, whole } from './inputs.ts'

/** A file's name, or run, step, suite and temperature of what a run measured of itself. */
const EvaluationId = v.pipe(name(160), v.regex(/^[a-z0-9][A-Za-z0-9@/+._-]*$/))

export const OfBoard = v.strictObject({ run: v.nullable(RunId) })
export const OfEvaluation = v.strictObject({ evaluation: EvaluationId })
/** null: the folder of the home again. */
export const SuiteFolder = v.strictObject({ folder: v.nullable(Handle) })
export const OfSuite = v.strictObject({ suite: name(60) })

export const AnswerPageInput = v.strictObject({
  evaluation: EvaluationId,
  /** Whose answers stand beside these. */
  against: v.nullable(EvaluationId),
  filter: v.picklist(ITEM_FILTERS),
  after: v.exactOptional(text(20)),
  limit: v.optional(whole(1, MAX_PAGE), 200),
})

export const AnswerPlace = v.strictObject({
  evaluation: EvaluationId,
  item: name(400),
  sample: whole(0, 10_000),
})

export const EvaluationPair = v.strictObject({ before: EvaluationId, after: EvaluationId })

export const ExportEvaluations = v.strictObject({
  evaluations: v.pipe(v.array(EvaluationId), v.minLength(1), v.maxLength(200)),
  format: v.picklist(EVAL_FORMATS),
  /** A folder: each evaluation becomes a file of its own. */
  out: Handle,
})
