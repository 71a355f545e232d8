/**
 * What a run's settings mean for memory: what the engine is asked for, whether that fits, and what would.
 * Not here: the estimate itself (engine/estimate.ts).
 */
import type { RunConfig, RunOverrides } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import { LORA_TARGETS } from '../contract/fields.ts'
import type { Device } from '../contract/inputs.ts'
import { hasCuda, type MemoryPlace, type MemoryReport } from '../contract/memory.ts'
import type { AdapterReport } from '../contract/workbench.ts'
import { findAdapters } from '../engine/adapters.ts'
import { estimateMemory, type MemoryEstimate } from '../engine/estimate.ts'
import type { ModelOptions } from '../engine/open-model.ts'
import { cacheBytesFor, deviceCacheRoom } from '../engine/sampling-plan.ts'
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

/** Where a run's memory is, and how much it may take of it. */
export type Room = {
  /** CUDA runs the CPU's graphs. */
  readonly device: 'cpu' | 'webgpu'
  /** Whether the device keeps frozen weights in half precision. */
  readonly half: boolean
  readonly limit: number
  readonly place: MemoryPlace
}

/** What is free of the machine or of its best adapter; where that does not tell, it shares the machine's. */
export async function memoryRoom(config: RunConfig, device: Device): Promise<Room> {
  const adapters = device === 'cpu' ? [] : await findAdapters()
  return roomOf(config, device, adapters, process.availableMemory())
}

/** freeBytes: of the machine. */
export function roomOf(
  { memoryGiB }: RunConfig,
  device: Device,
  adapters: readonly AdapterReport[],
  freeBytes: number,
): Room {
  const [adapter] =
    device === 'cpu' ? [] : adapters.filter((one) => device !== 'cuda' || hasCuda(one))
  const own = adapter?.freeBytes ?? adapter?.memoryBytes ?? null
  // Every card has half precision; drivers in software, which no tool lists, have not.
  const graphs = {
    device: device === 'webgpu' ? device : 'cpu',
    half: adapter !== undefined,
  } as const
  if (memoryGiB > 0) return { ...graphs, limit: memoryGiB * GIB, place: 'setting' }
  if (own !== null) return { ...graphs, limit: own, place: 'adapter' }
  return { ...graphs, limit: freeBytes, place: 'machine' }
}

export function estimateRun(decoder: DecoderConfig, config: RunConfig, room: Room): MemoryEstimate {
  const { lora, base, recompute } = engineModel(config, '')
  const { device, half, limit } = room
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
    cacheBytes: cacheBytesFor(device === 'webgpu' ? deviceCacheRoom(limit) : limit),
    castOnce: parameterCount(decoder) <= CAST_ONCE_PARAMETERS,
    device,
    half,
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
  room: Room,
): RunOverrides | null {
  let tried = config
  for (const saving of SAVINGS) {
    const next = { ...tried, ...saving(tried) }
    if (Object.keys(differences(tried, next)).length === 0) continue
    tried = next
    if (estimateRun(decoder, tried, room).total <= room.limit) return differences(config, tried)
  }
  return null
}

function differences(from: RunConfig, to: RunConfig): RunOverrides {
  const before = new Map<string, unknown>(Object.entries(from))
  return Object.fromEntries(Object.entries(to).filter(([key, value]) => before.get(key) !== value))
}

export function memoryReport(decoder: DecoderConfig, config: RunConfig, room: Room): MemoryReport {
  const { limit, place } = room
  const estimate = estimateRun(decoder, config, room)
  const fits = estimate.total <= limit
  const proposal = fits ? null : proposeSettings(decoder, config, room)
  return { ...estimate, limit, place, fits, proposal }
}

/** Throws AppError('usage') where the run would not fit, with settings that would make it. */
export function requireMemory(decoder: DecoderConfig, config: RunConfig, room: Room): void {
  const report = memoryReport(decoder, config, room)
  if (!report.fits) throw new AppError('usage', memorySentence(report))
}

const PLACES: Readonly<Record<MemoryPlace, string>> = {
  machine: ', which is free',
  adapter: ', which is free on the graphics adapter',
  setting: ' (memoryGiB)',
}

export function memorySentence({ limit, place, total, proposal }: MemoryReport): string {
  const most = `${gib(limit)} GiB${PLACES[place]}`
  const sizes = `expected at most ${most}, found an estimate of ${gib(total)} GiB`
  const settings = Object.entries(proposal ?? {}).map(([key, value]) => `${key}=${String(value)}`)
  const help =
    proposal === null
      ? 'a smaller model or more memory is needed'
      : `it fits with ${settings.join(', ')}`
  return `memory: ${sizes}; ${help}`
}

const gib = (bytes: number): string => (bytes / GIB).toFixed(1)
