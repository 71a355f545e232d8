/**
 * What a run's settings mean for memory: what the engine is asked for, whether that fits, and what would.
 * Not here: the estimate itself (engine/estimate.ts).
 */
import type { RunConfig, RunOverrides } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import { LORA_TARGETS } from '../contract/fields.ts'
import type { MemoryReport } from '../contract/memory.ts'
import { estimateMemory, type MemoryEstimate } from '../engine/estimate.ts'
import type { ModelOptions } from '../engine/open-model.ts'
import { cacheBytesFor } from '../engine/sampling-plan.ts'
import type { DecoderConfig } from '../model/config.ts'
import type { LoraSpec } from '../model/lora.ts'
import { parameterCount } from '../model/tensors.ts'

const GIB = 2 ** 30
/** Tokens of the shortest row of a micro-batch. */
export const SHORTEST_ROW = 128
/** Mapped models up to so many parameters are cast to float32 once per run of generation. */
const CAST_ONCE_PARAMETERS = 2 ** 30

export function loraOf(config: RunConfig): (LoraSpec & { readonly seed: number }) | null {
  const { loraRank: rank, loraAlpha: alpha, loraTargets, seed } = config
  const targets = LORA_TARGETS.filter((target) => loraTargets.includes(target))
  return rank === 0 ? null : { rank, alpha, targets, seed }
}

/** What the engine needs to know of a run's settings. cache: folder for 4-bit weights. */
export function engineModel(config: RunConfig, cache: string): ModelOptions {
  const base = config.baseWeights === '4-bit' ? '4-bit' : 'stored'
  return { lora: loraOf(config), base, recompute: config.recompute, cache }
}

/** What free memory allows. freeBytes: of the machine or of the device. */
export function estimateRun(
  decoder: DecoderConfig,
  config: RunConfig,
  freeBytes: number,
): MemoryEstimate {
  const { lora, base, recompute } = engineModel(config, '')
  return estimateMemory({
    config: decoder,
    lora,
    base,
    recompute,
    kl: config.proposerKl > 0,
    workers: Math.max(1, config.workers),
    batch: { tokens: config.tokensPerMicroBatch, row: SHORTEST_ROW },
    prompt: config.maxPrompt,
    response: config.maxResponse,
    samples: config.batch * config.types.length,
    cacheBytes: cacheBytesFor(freeBytes),
    castOnce: parameterCount(decoder) <= CAST_ONCE_PARAMETERS,
  })
}

/** Tried in this order, each on top of those before: what costs least comes first. */
const SAVINGS: readonly ((config: RunConfig) => RunOverrides)[] = [
  () => ({ recompute: true }),
  ({ tokensPerMicroBatch: tokens }) => ({ tokensPerMicroBatch: Math.min(tokens, 1_024) }),
  ({ loraRank: rank }) => ({ loraRank: rank === 0 ? 32 : rank }),
  () => ({ baseWeights: '4-bit' }),
  halved,
  halved,
  halved,
]

function halved({ maxPrompt, maxResponse }: RunConfig): RunOverrides {
  return {
    maxPrompt: Math.max(256, Math.round(maxPrompt / 2)),
    maxResponse: Math.max(256, Math.round(maxResponse / 2)),
  }
}

/** Settings that differ from the run's and make it fit; null where none of ours does. */
export function proposeSettings(
  decoder: DecoderConfig,
  config: RunConfig,
  limit: number,
): RunOverrides | null {
  let tried = config
  for (const saving of SAVINGS) {
    const next = { ...tried, ...saving(tried) }
    // An estimate takes a second or so: none for what changes nothing.
    if (Object.keys(differences(tried, next)).length === 0) continue
    tried = next
    if (estimateRun(decoder, tried, limit).total <= limit) return differences(config, tried)
  }
  return null
}

function differences(from: RunConfig, to: RunConfig): RunOverrides {
  const before = new Map<string, unknown>(Object.entries(from))
  return Object.fromEntries(Object.entries(to).filter(([key, value]) => before.get(key) !== value))
}

/** limit: bytes that the run may take. */
export function memoryReport(
  decoder: DecoderConfig,
  config: RunConfig,
  limit: number,
): MemoryReport {
  const estimate = estimateRun(decoder, config, limit)
  const fits = estimate.total <= limit
  return {
    ...estimate,
    limit,
    fits,
    proposal: fits ? null : proposeSettings(decoder, config, limit),
  }
}

/** memoryGiB where it is given, otherwise what is free now. */
export function memoryLimit({ memoryGiB }: RunConfig): number {
  return memoryGiB > 0 ? memoryGiB * GIB : process.availableMemory()
}

/** Throws AppError('usage') where the run would not fit, with settings that would make it. */
export function requireMemory(decoder: DecoderConfig, config: RunConfig, limit: number): void {
  const report = memoryReport(decoder, config, limit)
  if (!report.fits) throw new AppError('usage', memorySentence(report))
}

export function memorySentence({ limit, total, proposal }: MemoryReport): string {
  const sizes = `expected at most ${gib(limit)} GiB, found an estimate of ${gib(total)} GiB`
  const settings = Object.entries(proposal ?? {}).map(([key, value]) => `${key}=${String(value)}`)
  const help =
    proposal === null
      ? 'a smaller model or more memory is needed'
      : `it fits with ${settings.join(', ')}`
  return `memory: ${sizes}; ${help}`
}

const gib = (bytes: number): string => (bytes / GIB).toFixed(1)
