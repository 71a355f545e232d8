/**
 * All steps of a run with their groups and counts, kept and extended: only what is new is asked for.
 * Not here: turning them into lines (charts/source.ts).
 */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import type { QueryClient } from '@tanstack/react-query'
import { TALLY_NAMES } from '../../electron/contract/history.ts'
import type { StepRow, Tally } from '../../electron/contract/history.ts'
import type { StepGroup } from '../../electron/contract/workbench.ts'
import type { Client } from '../client.ts'
import { useClient } from './client-context.ts'

export type Curves = {
  readonly steps: readonly StepRow[]
  readonly groups: readonly StepGroup[]
  readonly tallies: readonly Tally[]
}

export const NO_CURVES: Curves = { steps: [], groups: [], tallies: [] }
const CHUNK = 500

export const curvesKey = (run: string) => ['curves', run] as const

export function useCurves(run: string | null) {
  const queryOf = useCurvesQuery()
  return useQuery({ ...queryOf(run ?? ''), enabled: run !== null })
}

/** For several runs at once. */
export function useCurvesQuery() {
  const client = useClient()
  const queries = useQueryClient()
  return (run: string) =>
    queryOptions<Curves>({
      queryKey: curvesKey(run),
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: ({ signal }) => extend(client, queries, run, signal),
    })
}

function known(queries: QueryClient, run: string): Curves {
  return queries.getQueryData<Curves>(curvesKey(run)) ?? NO_CURVES
}

async function extend(
  client: Client,
  queries: QueryClient,
  run: string,
  signal: AbortSignal,
): Promise<Curves> {
  const before = known(queries, run)
  const curves = await extended(client, run, before, signal)
  // A run that was resumed meanwhile has forgotten steps, which must not come back.
  return known(queries, run) === before ? curves : await extend(client, queries, run, signal)
}

async function extended(
  client: Client,
  run: string,
  before: Curves,
  signal: AbortSignal,
): Promise<Curves> {
  let curves = before
  let more = true
  while (more) {
    const after = curves.steps.at(-1)?.step ?? -1
    const range = { run, after, limit: CHUNK }
    const [chunk, ...counts] = await Promise.all([
      client.call('steps.range', range, { signal }),
      ...TALLY_NAMES.map((name) => client.call('steps.tallies', { ...range, name }, { signal })),
    ])
    const last = chunk.steps.at(-1)?.step ?? after
    // A step may have been recorded between the answers: its counts come with the next chunk.
    const counted = counts.flat().filter(({ step }) => step <= last)
    curves = {
      steps: [...curves.steps, ...chunk.steps],
      groups: [...curves.groups, ...chunk.groups],
      tallies: [...curves.tallies, ...counted],
    }
    more = chunk.more && chunk.steps.length > 0
  }
  return curves
}

/** A resumed run goes on from an earlier step: later ones are forgotten. */
export function cutCurves({ steps, groups, tallies }: Curves, last: number): Curves {
  const kept = ({ step }: { readonly step: number }) => step <= last
  return { steps: steps.filter(kept), groups: groups.filter(kept), tallies: tallies.filter(kept) }
}
