/**
 * A session with a server: opened once, kept alive by a heartbeat of its own, and its models and their names.
 * Not here: what models do (sampling.ts, training.ts).
 */
import { AppError, messageOf } from '../../contract/errors.ts'
import { loraGroups, type RemoteEngine } from '../../contract/remote.ts'
import type { LORA_TARGETS } from '../../contract/fields.ts'
import { answered, createFutures, type Futures, valueOf } from './futures.ts'
import type { Http } from './http.ts'
import { type Usage } from './usage.ts'
import {
  Anything,
  Capabilities,
  ModelMade,
  SamplerSaved,
  SamplingSessionMade,
  SessionMade,
} from './wire.ts'

export type Served = { readonly name: string; readonly context: number | null }

export type Lora = {
  readonly rank: number
  readonly seed: number
  readonly targets: readonly (typeof LORA_TARGETS)[number][]
}

export type Session = {
  readonly id: string
  readonly http: Http
  readonly futures: Futures
  readonly usage: Usage
  /** Never handed out twice. */
  readonly nextSampler: () => number
  readonly createModel: (base: string, lora: Lora, signal?: AbortSignal) => Promise<string>
  readonly unloadModel: (model: string) => Promise<void>
  readonly samplerOf: (base: string) => Promise<string>
  readonly close: () => Promise<void>
}

const HEARTBEAT_MS = 10_000
/** A minute without any answer. */
const MISSED_BEATS = 6

/** What a server serves. */
export async function readServed(
  http: Http,
  times: { readonly attempts?: number } = {},
): Promise<Served[]> {
  const path = 'get_server_capabilities'
  const call = { method: 'GET', path, repeatable: true, ...times } as const
  const { supported_models: models } = await answered(http, call, Capabilities)
  return models.map(({ model_name: name, max_context_length: context }) => ({
    name,
    context: context ?? null,
  }))
}

/** The model that is meant. Throws AppError('usage') naming what there is. */
export function servedModel(served: readonly Served[], { url, model }: RemoteEngine): Served {
  const found = model === null ? served[0] : served.find(({ name }) => name === model)
  if (found !== undefined && (model !== null || served.length === 1)) return found
  const names = served.map(({ name }) => name.slice(0, 120))
  const list = names.length === 0 ? 'none' : names.slice(0, 8).join(', ')
  const rest = names.length > 8 ? ` and ${names.length - 8} more` : ''
  const wanted = model === null ? 'one model, or --remote-model NAME' : `model ${model}`
  throw new AppError('usage', `engine ${url}: expected ${wanted}, found ${list}${rest}`)
}

export async function openSession(http: Http, usage: Usage): Promise<Session> {
  const lost = new AbortController()
  const futures = createFutures(http, lost.signal)
  const body = {
    tags: ['kelvin'],
    user_metadata: null,
    sdk_version: 'kelvin',
    type: 'create_session',
  }
  const call = { path: 'create_session', body, repeatable: true }
  const { session_id: id } = await answered(http, call, SessionMade)
  const beating = keepAlive(http, id, lost)
  const models = new Set<string>()
  let modelNumber = 0
  let samplers = 0
  const unloadModel = async (model: string): Promise<void> => {
    models.delete(model)
    const body = { model_id: model, type: 'unload_model' }
    await futures.result({ path: 'unload_model', body, schema: Anything })
  }
  return {
    id,
    http,
    futures,
    usage,
    nextSampler: () => samplers++,
    createModel: async (base, lora, signal) => {
      const made = await futures.result({
        path: 'create_model',
        body: modelBody(id, modelNumber++, base, lora),
        schema: ModelMade,
        signal,
        // Twice would take the place of two models.
        repeatable: false,
      })
      models.add(made.model_id)
      return made.model_id
    },
    unloadModel,
    samplerOf: async (base) => {
      const path = 'create_sampling_session'
      const number = samplers++
      const body = { session_id: id, sampling_session_seq_id: number, base_model: base, type: path }
      const made = await answered(http, { path, body, repeatable: true }, SamplingSessionMade)
      return made.sampling_session_id
    },
    close: async () => {
      clearInterval(beating)
      if (!lost.signal.aborted) await letGo(http, [...models])
      lost.abort(new AppError('engine', 'the engine is closed'))
    },
  }
}

function modelBody(session: string, number: number, base: string, lora: Lora) {
  const groups = loraGroups(lora.targets)
  return {
    session_id: session,
    model_seq_id: number,
    base_model: base,
    lora_config: {
      rank: lora.rank,
      seed: lora.seed,
      train_attn: groups?.attention ?? true,
      train_mlp: groups?.mlp ?? true,
      train_unembed: false,
    },
    type: 'create_model',
  }
}

/** Submitted and not waited for: whoever closes goes away, and a session without heartbeat is cleared anyway. */
async function letGo(http: Http, models: readonly string[]): Promise<void> {
  const signal = AbortSignal.timeout(2_000)
  await Promise.all(
    models.map(async (model) => {
      const body = { model_id: model, type: 'unload_model' }
      await http
        .call({ path: 'unload_model', body, repeatable: true, attempts: 1, signal })
        .catch(() => null)
    }),
  )
}

function keepAlive(http: Http, session: string, lost: AbortController): NodeJS.Timeout {
  let missed = 0
  const beat = async (): Promise<void> => {
    const path = 'session_heartbeat'
    const body = { session_id: session, type: path }
    try {
      const answer = await http.call({ path, body, repeatable: true, attempts: 1 })
      valueOf(answer, http.where(path))
      missed = 0
    } catch (cause) {
      missed += 1
      const gone = messageOf(cause).includes('refused (404)')
      if (!gone && missed < MISSED_BEATS) return
      clearInterval(timer)
      lost.abort(
        new AppError('engine', `session lost, resume the run to go on: ${messageOf(cause)}`),
      )
    }
  }
  const timer = setInterval(() => void beat(), HEARTBEAT_MS)
  return timer.unref()
}

/** A sampler over a model's weights as they are now; what it is called at the server. */
export async function saveSampler(
  { futures, nextSampler }: Session,
  model: string,
  nextSeq: () => number,
  signal?: AbortSignal,
): Promise<string> {
  const path = 'save_weights_for_sampler'
  const body = () => ({
    model_id: model,
    sampling_session_seq_id: nextSampler(),
    seq_id: nextSeq(),
    type: path,
  })
  const first = body()
  const saved = await futures.result({
    path,
    body: first,
    schema: SamplerSaved,
    signal,
    renamed: body,
  })
  return saved.sampling_session_id
}
