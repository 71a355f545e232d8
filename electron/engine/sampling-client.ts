/**
 * Sampling over a group of workers: rows are dealt out, sequences gathered in the order of the requests.
 * Which worker gets which row depends on the requests alone, so the same call gives the same bits.
 */
import { AppError, throwIfCancelled } from '../contract/errors.ts'
import { checkParams, checkRequest } from './check.ts'
import type {
  SampledSequence,
  SampleOptions,
  SampleRequest,
  SamplingClient,
  SamplingParams,
} from './engine.ts'
import type { GenerationTally, RowResult, RowWork } from './protocol.ts'
import type { Sampled } from './sampler.ts'
import type { WorkerGroup } from './worker-group.ts'

export function samplingClient(group: WorkerGroup, isCurrent: () => boolean): SamplingClient {
  return {
    sample: async (requests, params, options = {}) => {
      if (!isCurrent()) {
        throw new AppError('engine', 'sampler: the weights have moved on since it was made')
      }
      checkParams(group.config, params)
      requests.forEach((request, index) => checkRequest(group.config, request, index, params))
      return await sampleRows(group, requests, params, options)
    },
  }
}

async function sampleRows(
  group: WorkerGroup,
  requests: readonly SampleRequest[],
  params: SamplingParams,
  { signal, onProgress }: SampleOptions,
): Promise<SampledSequence[][]> {
  throwIfCancelled(signal)
  const rows = orderedRows(requests)
  const control = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const cancel = (): void => void Atomics.store(new Int32Array(control), 0, 1)
  signal?.addEventListener('abort', cancel)
  const done = group.workers.map(() => 0)
  const report = (worker: number, count: number): void => {
    done[worker] = count
    onProgress?.(
      done.reduce((sum, one) => sum + one, 0),
      rows.length,
    )
  }
  try {
    const hands = dealRows(rows, group.workers.length)
    const found = await Promise.all(
      group.workers.map(async (worker, index) => {
        const hand = hands[index] ?? []
        if (hand.length === 0) return NOTHING
        const work = { rows: hand, params, control }
        return await worker.call('sample', work, (count) => report(index, count))
      }),
    )
    group.tallied(together(found.map(({ tally }) => tally)))
    return gatherRows(
      requests,
      found.flatMap(({ rows: part }) => part),
    )
  } catch (thrown) {
    cancel()
    throw thrown
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}

const NOTHING: Sampled = {
  rows: [],
  tally: { promptTokens: 0, prefillMs: 0, newTokens: 0, decodeMs: 0 },
}

/** Of workers side by side: their tokens together, the time of the slowest. */
function together(tallies: readonly GenerationTally[]): GenerationTally {
  return tallies.reduce(
    (sum, one) => ({
      promptTokens: sum.promptTokens + one.promptTokens,
      prefillMs: Math.max(sum.prefillMs, one.prefillMs),
      newTokens: sum.newTokens + one.newTokens,
      decodeMs: Math.max(sum.decodeMs, one.decodeMs),
    }),
    NOTHING.tally,
  )
}

/** Rows of each request together, longest prompts first. */
function orderedRows(requests: readonly SampleRequest[]): RowWork[] {
  let row = 0
  const groups = requests.map(({ prompt, numSamples, seed }) =>
    Array.from({ length: numSamples }, (_, stream): RowWork => ({
      row: row++,
      prompt,
      seed,
      stream,
    })),
  )
  return groups.toSorted((a, b) => (b[0]?.prompt.length ?? 0) - (a[0]?.prompt.length ?? 0)).flat()
}

/**
 * Equal numbers of rows for each worker, the rows of a request together where that is possible: its prompt is then
 * prefilled once. Neighbours, which are alike, go to different workers.
 */
export function dealRows(rows: readonly RowWork[], workers: number): RowWork[][] {
  const hands: RowWork[][] = Array.from({ length: workers }, () => [])
  const share = Math.ceil(rows.length / workers)
  for (const part of samePrompt(rows, share)) {
    const least = hands.reduce((best, hand) => (hand.length < best.length ? hand : best))
    least.push(...part)
  }
  return hands
}

/** Runs of rows with one prompt, of at most `most` rows. */
function samePrompt(rows: readonly RowWork[], most: number): RowWork[][] {
  const parts: RowWork[][] = []
  for (const row of rows) {
    const last = parts.at(-1)
    if (last?.[0]?.prompt === row.prompt && last.length < most) last.push(row)
    else parts.push([row])
  }
  return parts
}

function gatherRows(
  requests: readonly SampleRequest[],
  results: readonly RowResult[],
): SampledSequence[][] {
  const byRow = results.toSorted((a, b) => a.row - b.row)
  let next = 0
  return requests.map(({ numSamples }) => {
    const part = byRow.slice(next, next + numSamples)
    next += numSamples
    return part.map(({ tokens, logprobs, stopReason }) => ({ tokens, logprobs, stopReason }))
  })
}
