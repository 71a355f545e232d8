/**
 * The remote engine: any server that speaks the Tinker REST protocol. Token arrays cross the wire, nothing else; text,
 * programs and rewards stay here. Model folders say what the tokens are and how long a context is; their weights, if
 * they have any, are not read.
 * Source: tinker.md.
 */
import { AppError } from '../../contract/errors.ts'
import { LORA_TARGETS } from '../../contract/fields.ts'
import { PROFILES, type RemoteEngine } from '../../contract/remote.ts'
import { readConfig } from '../../model/config-json.ts'
import type { DecoderConfig } from '../../model/config.ts'
import type { Engine, EngineStats } from '../engine.ts'
import { baseAddress, isPrivate } from './address.ts'
import { createHttp, type Http, type HttpOptions } from './http.ts'
import { requireReduction } from './reduction.ts'
import { remoteSampler } from './sampling.ts'
import {
  type Lora,
  openSession,
  readServed,
  saveSampler,
  type Served,
  servedModel,
  type Session,
} from './session.ts'
import { readRemoteState } from './state.ts'
import { newModel, remoteTrainer, type Trained } from './training.ts'
import { newUsage, type Usage } from './usage.ts'

export type TinkerOptions = {
  readonly remote: RemoteEngine
  readonly key: string | null
  /** Adapters to train; rank 0: every weight. */
  readonly lora?: Lora
} & Pick<HttpOptions, 'pause' | 'deadline'>

export type TinkerEngine = Engine & { readonly usage: () => Readonly<Usage> }

const DEFAULT_LORA: Lora = { rank: 32, seed: 0, targets: LORA_TARGETS }

export function createTinkerEngine(options: TinkerOptions): TinkerEngine {
  const { remote, lora = DEFAULT_LORA } = options
  const usage = newUsage()
  const http = serverAt(options, usage)
  let opened: Promise<Opened> | null = null
  let closed = false
  const open = async (folder: string): Promise<Opened & { readonly config: DecoderConfig }> => {
    if (closed) throw new AppError('engine', 'the engine is closed')
    opened ??= openServer(http, remote, usage)
    const { session, served } = await opened
    return { session, served, config: configOf(await readConfig(folder), served) }
  }
  return {
    kind: 'tinker',
    createTrainingClient: async (folder) => {
      const { session, served, config } = await open(folder)
      const path = (await readRemoteState(folder))?.path ?? null
      const profile = PROFILES[remote.server]
      const base = served.name
      const trained: Trained = {
        session,
        config,
        profile,
        engine: remote,
        base,
        lora,
        folder,
        path,
      }
      await requireReduction(trained)
      return remoteTrainer(trained)
    },
    createSamplingClient: async (folder) => {
      const { session, served, config } = await open(folder)
      return remoteSampler({
        session,
        config,
        id: await samplerOf(session, served, folder),
        isCurrent: () => true,
      })
    },
    usage: () => ({ ...usage }),
    stats: () => statsOf(usage),
    close: async () => {
      closed = true
      const server = await opened?.catch(() => null)
      await server?.session.close()
    },
  }
}

type Opened = { readonly session: Session; readonly served: Served }

async function openServer(http: Http, remote: RemoteEngine, usage: Usage): Promise<Opened> {
  const served = servedModel(await readServed(http), remote)
  return { served, session: await openSession(http, usage) }
}

/** Throws AppError('usage') for an address that must not be talked to. */
export function serverAt(
  { remote, key, ...options }: Omit<TinkerOptions, 'lora'>,
  usage: Usage,
): Http {
  const base = baseAddress(remote.url, remote.allowHttp)
  if (key !== null && !isPrivate(base)) {
    throw new AppError(
      'usage',
      `engine ${base.host}: expected https, since the key would be readable on the way; unset TINKER_API_KEY if the server needs none`,
    )
  }
  const http = createHttp({ ...options, base, key, onRetry: () => void (usage.retries += 1) })
  const counted =
    (send: Http['call']): Http['call'] =>
    async (call) => {
      usage.requests += 1
      return await send(call)
    }
  return { ...http, call: counted(http.call), poll: counted(http.poll) }
}

/** The context is the shorter one of folder and server. */
function configOf(config: DecoderConfig, { context }: Served): DecoderConfig {
  if (context === null || context >= config.maxPositions) return config
  return { ...config, maxPositions: context }
}

/** Of trained weights: a model of their own, since not every server keeps more than the newest sampler of one. */
async function samplerOf(session: Session, { name }: Served, folder: string): Promise<string> {
  const state = await readRemoteState(folder)
  if (state === null) return await session.samplerOf(name)
  const { rank, seed, targets, path } = state
  const model = await newModel(
    { session, base: name, lora: { rank, seed, targets } },
    { path, optimizer: false },
  )
  return await saveSampler(session, model.id, model.nextSeq)
}

/** Of this machine, which only asks: what computes is at the other end. */
function statsOf({ promptTokens, sampledTokens, samplingMs }: Usage): EngineStats {
  return {
    device: 'cpu',
    fallback: null,
    workers: 0,
    generation: { promptTokens, prefillMs: 0, newTokens: sampledTokens, decodeMs: samplingMs },
  }
}
