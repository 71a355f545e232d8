/**
 * How tasks and the facts of programs lie in JSON columns. The tree's node names are joined by blanks, and the
 * program's text is left away where the task holds the same.
 */
import * as v from 'valibot'
import { VARIANTS } from '../contract/task.ts'
import type { ProgramFacts, TaskBody } from '../contract/task.ts'
import { json, jsonNumber, text, toJson } from './columns.ts'

const Facts = v.variant('ok', [
  v.object({ ok: v.literal(false), error: text }),
  v.object({
    ok: v.literal(true),
    program: v.nullable(text),
    hasEntry: v.boolean(),
    parameters: v.number(),
    imports: v.array(text),
    dunders: v.array(text),
    nodes: v.number(),
    depth: v.exactOptional(v.number()),
    shape: text,
    skeleton: text,
    cognitive: v.number(),
    cyclomatic: v.number(),
    halstead: v.object({ volume: jsonNumber, effort: jsonNumber }),
  }),
])

export const factsJson = v.nullable(json(Facts))
const pair = v.object({
  input: text,
  output: text,
  variant: v.exactOptional(v.picklist(VARIANTS)),
})
export const pairsJson = v.nullable(json(v.array(pair)))
export const checksJson = json(v.array(v.object({ name: text, pass: v.boolean(), evidence: text })))

/** The variant of a task goes with each of its pairs: histories of before it had any read as they are. */
export function toPairsJson({ pairs, variant }: TaskBody): string {
  return toJson(variant === undefined ? pairs : pairs.map((one) => ({ ...one, variant })))
}

/** Stands in the column where a task is of that variant, and nowhere else: quotes within texts are escaped. */
export const variantMark = (variant: string): string => `"variant":${JSON.stringify(variant)}`

type StoredPairs = readonly v.InferOutput<typeof pair>[]

export function fromPairs(stored: StoredPairs): Pick<TaskBody, 'pairs' | 'variant'> {
  const variant = stored[0]?.variant
  const pairs = stored.map(({ input, output }) => ({ input, output }))
  return { pairs, ...(variant === undefined ? {} : { variant }) }
}

export type StoredFacts = v.InferOutput<typeof Facts>

export function toFactsJson(facts: ProgramFacts | null, program: string | null): string | null {
  if (facts === null) return null
  if (!facts.ok) return toJson(facts)
  const own = facts.program === program ? null : facts.program
  return toJson({ ...facts, program: own, shape: facts.shape.join(' ') })
}

export function fromFacts(stored: StoredFacts | null, program: string | null): ProgramFacts | null {
  if (stored === null || !stored.ok) return stored
  const shape = stored.shape === '' ? [] : stored.shape.split(' ')
  return { ...stored, program: stored.program ?? program ?? '', shape }
}
