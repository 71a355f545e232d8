/**
 * Answers of a server, each parsed before anything reads it: wrong types are one sentence with the address and the
 * path, what was expected and what was found. Fields that we do not use may be there.
 * Not here: requests (session.ts, sampling.ts, training.ts).
 */
import * as v from 'valibot'
import { AppError } from '../../contract/errors.ts'

const id = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.integer())]),
  v.transform(String),
  v.nonEmpty(),
  v.maxLength(300),
)
const path = v.pipe(v.string(), v.regex(/^tinker:\/\/[\w.:/@+-]{1,500}$/))

/** Quicker than a schema per number, of which there are millions. */
const numbers = v.custom<readonly number[]>(
  (value) => Array.isArray(value) && value.every((one) => Number.isFinite(one)),
  'expected finite numbers',
)
const count = v.pipe(v.number(), v.integer(), v.minValue(1))

export const TinkerPath = path
export const Submitted = v.object({ request_id: id, model_id: v.optional(id) })
export const SessionMade = v.object({ session_id: id })
export const SamplingSessionMade = v.object({ sampling_session_id: id })
export const Capabilities = v.object({
  supported_models: v.pipe(
    v.array(
      v.object({
        model_name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(1_000)),
        max_context_length: v.nullish(count),
      }),
    ),
    v.maxLength(10_000),
  ),
})
export const ModelMade = v.object({ model_id: id })
export const SamplerSaved = v.object({ sampling_session_id: id })
export const StateSaved = v.object({ path })
export const Anything = v.unknown()
export const Stepped = v.object({
  metrics: v.optional(v.nullable(v.record(v.string(), v.nullable(v.number()))), {}),
})
export const Sampled = v.object({
  sequences: v.array(
    v.object({ stop_reason: v.picklist(['stop', 'length']), tokens: numbers, logprobs: numbers }),
  ),
})
export const Evaluated = v.object({
  loss_fn_outputs: v.array(v.object({ logprobs: v.object({ data: numbers }) })),
})
export const CheckpointList = v.object({
  checkpoints: v.array(
    v.object({ checkpoint_id: id, checkpoint_type: v.string(), time: v.string() }),
  ),
})

/** A future that is not done: where the server answers at once instead of with 408. */
export const NotYet = v.object({
  type: v.literal('try_again'),
  queue_state: v.optional(v.string()),
  queue_state_reason: v.nullish(v.string()),
})
/** A future that failed, where the server says so with status 200. */
export const Failed = v.object({ error: v.string(), category: v.optional(v.string()) })

const FOUND_CHARS = 100

/** Throws AppError('engine'). */
export function parseAnswer<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  where: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, value, { abortEarly: true })
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const at = v.getDotPath(issue)
  const found = issue.received === 'undefined' ? 'none' : issue.received.slice(0, FOUND_CHARS)
  const expected = found === 'none' ? 'a value' : wordsOf(issue)
  throw new AppError('engine', `${where}: ${at ?? 'answer'}: expected ${expected}, found ${found}`)
}

function wordsOf({ expected, message }: v.BaseIssue<unknown>): string {
  return expected === null || expected === 'unknown' ? message.replace(/^expected /, '') : expected
}
