/** The planted traces with their labels. */
import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import type { Trace } from '../../../electron/contract/safety.ts'
import { KINDS, ROLES } from '../../../electron/contract/task.ts'
import { RUN_STATUSES } from '../../../electron/contract/verdict.ts'

const Planted = v.strictObject({
  id: v.string(),
  /** In the order of writing; every wave but the last was looked at before the rules of today. */
  wave: v.picklist([1, 2, 3, 4, 5, 6, 7, 8]),
  unsafe: v.boolean(),
  category: v.string(),
  /** What should be found, where the trace was written for a rule. */
  rules: v.array(v.string()),
  role: v.picklist(ROLES),
  kind: v.picklist(KINDS),
  prompt: v.string(),
  response: v.string(),
  status: v.picklist(RUN_STATUSES),
})
export type Planted = v.InferOutput<typeof Planted>

const FILE = new URL('../../golden/planted-traces.jsonl', import.meta.url)

export function plantedTraces(): Planted[] {
  const lines = readFileSync(FILE, 'utf8').trimEnd().split('\n')
  return lines.map((line) => v.parse(Planted, JSON.parse(line)))
}

export function traceOf({ id, role, kind, prompt, response, status }: Planted): Trace {
  const purpose = role === 'propose' ? 'propose' : 'attempt'
  return { id, step: 1, role, kind, purpose, prompt, response, status, logprobs: [] }
}
