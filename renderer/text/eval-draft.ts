/**
 * An evaluation while it is being filled in, and what it comes to. Pure.
 */
import type { CallInput } from '../../electron/contract/api.ts'
import type { Checkpoint } from '../../electron/contract/history.ts'
import type { ModelReport } from '../../electron/contract/workbench.ts'
import { EVALUATE } from '../strings/evaluate.ts'
import { visible } from './neutral.ts'

export const OWN_TASKS = 'own-tasks'
const EMBEDDED = 'embedded'
const REMOTE = 'remote'
const LAST = 'last'

export type EvalDraft = {
  /** `embedded`, `remote`, `folder:ID`, or `run:RUN@STEP` with `last` for the last step. */
  readonly model: string
  /** `run:RUN@STEP`, or anything else for alone. */
  readonly against: string
  readonly suites: readonly string[]
  readonly decoding: 'greedy' | 'sampled'
  readonly samples: number
  readonly temperature: number
  readonly limit: 'all' | '16' | '64' | '256'
  readonly seed: number
}

export function draftOf(run: string | null): EvalDraft {
  return {
    model: run === null ? EMBEDDED : `run:${run}@${LAST}`,
    against: run === null ? '' : `run:${run}@0`,
    suites: ['nano-heldout', 'nano-ood'],
    decoding: 'greedy',
    samples: 16,
    temperature: 1,
    limit: 'all',
    seed: 1,
  }
}

type Choice = { readonly id: string; readonly label: string }

export function modelChoices(
  run: string | null,
  models: readonly ModelReport[],
  checkpoints: readonly Checkpoint[],
): readonly Choice[] {
  const folders = models.flatMap(({ ref, label, problems }) =>
    (ref.type === 'folder' || ref.type === 'remote') && problems.length === 0
      ? [{ id: idOf(ref), label: visible(label) }]
      : [],
  )
  const last = run === null ? [] : [{ id: `run:${run}@${LAST}`, label: EVALUATE.last(run) }]
  return [
    ...last,
    ...runChoices(run, checkpoints),
    { id: EMBEDDED, label: EVALUATE.embedded },
    ...folders,
  ]
}

export function runChoices(
  run: string | null,
  checkpoints: readonly Checkpoint[],
): readonly Choice[] {
  if (run === null) return []
  return checkpoints.map(({ step }) => ({
    id: `run:${run}@${step}`,
    label: EVALUATE.at(run, String(step)),
  }))
}

export function startOf(
  draft: EvalDraft,
  models: readonly ModelReport[],
): CallInput<'evals.start'> {
  const { suites, decoding, limit, seed } = draft
  const greedy = decoding === 'greedy'
  const at = checkpointOf(draft.against)
  const model = modelOf(draft.model, models)
  return {
    model,
    suites: suites.filter((suite) => suite !== OWN_TASKS || model.type === 'checkpoint'),
    samples: greedy ? 1 : draft.samples,
    temperature: greedy ? 0 : draft.temperature,
    limit: limit === 'all' ? null : Number(limit),
    against: at === null || at.step === null ? null : { run: at.run, step: at.step },
    seed,
    device: 'cpu',
  }
}

function modelOf(id: string, models: readonly ModelReport[]): CallInput<'evals.start'>['model'] {
  const at = checkpointOf(id)
  if (at !== null) return { type: 'checkpoint', ...at }
  return models.find(({ ref }) => idOf(ref) === id)?.ref ?? { type: 'embedded' }
}

function idOf(ref: ModelReport['ref']): string {
  if (ref.type === 'folder') return `folder:${ref.id}`
  return ref.type === 'remote' ? REMOTE : EMBEDDED
}

function checkpointOf(id: string): { readonly run: string; readonly step: number | null } | null {
  const found = /^run:(.+)@(\d+|last)$/.exec(id)
  if (found === null) return null
  const [, run = '', step = ''] = found
  return { run, step: step === LAST ? null : Number(step) }
}
