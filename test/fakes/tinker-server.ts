/**
 * A server of the Tinker protocol over HTTP that computes with the local engine, so that a remote run can be held
 * against a local one: strict about every field, with futures, sequence numbers, sessions and checkpoints, and with
 * faults on request. Not here: authentication beyond one key, archives, protobuf.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../../electron/contract/errors.ts'
import { LORA_TARGETS } from '../../electron/contract/fields.ts'
import type { Datum } from '../../electron/engine/datum.ts'
import type { Engine, SamplingClient, TrainingClient } from '../../electron/engine/engine.ts'
import { createLocalEngine } from '../../electron/engine/local.ts'

export type Fault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly retryAfter?: string
      readonly body?: unknown
    }
  /** The connection breaks before or after the server has done what it was asked. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  | { readonly kind: 'truncate' | 'oversize' | 'redirect' | 'hang' }
  | { readonly kind: 'answer'; readonly body: unknown }

export type ServerOptions = {
  /** Folder of the one model that is served. */
  readonly model: string
  readonly name?: string
  /** Where states are kept. */
  readonly states: string
  readonly reduction?: 'token_sum' | 'seq_mean'
  readonly key?: string
  readonly context?: number
  /** Whether steps tell their norm. */
  readonly norms?: boolean
}

export type TinkerServer = {
  readonly url: string
  /** Taken by the first request to the path each. */
  readonly faults: { readonly path: string; readonly fault: Fault }[]
  readonly log: { readonly path: string; readonly body: unknown }[]
  /** How often a future answers that it is not ready; Infinity: never. */
  notReady: number
  readonly asked: (path: string) => unknown[]
  readonly models: () => number
  readonly close: () => Promise<void>
}

type Model = {
  readonly lora: string
  /** Where its weights of the beginning are. */
  readonly start: string
  readonly client: TrainingClient
  pending: {
    readonly data: readonly Datum[]
    readonly loss: 'ppo' | 'importance_sampling' | 'cross_entropy'
  }[]
  fresh: boolean
}
type Future = { readonly done: Promise<unknown>; left: number }

class Refusal extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

const text = v.pipe(v.string(), v.maxLength(300))
const whole = v.pipe(v.number(), v.integer(), v.minValue(0))
const ids = v.array(whole)
const tensor = v.strictObject({
  data: v.array(v.pipe(v.number(), v.finite())),
  dtype: v.picklist(['int64', 'float32']),
  shape: v.tuple([whole]),
})
const input = v.strictObject({
  chunks: v.tuple([v.strictObject({ type: v.literal('encoded_text'), tokens: ids })]),
})
const datum = v.strictObject({
  model_input: input,
  loss_fn_inputs: v.strictObject({
    target_tokens: tensor,
    weights: v.optional(tensor),
    logprobs: v.optional(tensor),
    advantages: v.optional(tensor),
  }),
})
const losses = v.picklist(['cross_entropy', 'importance_sampling', 'ppo'])
const passed = v.strictObject({
  data: v.pipe(v.array(datum), v.maxLength(1024)),
  loss_fn: losses,
  loss_fn_config: v.optional(
    v.strictObject({ clip_low_threshold: v.number(), clip_high_threshold: v.number() }),
  ),
})
const numbered = { model_id: text, seq_id: whole }
const typed = <Name extends string>(name: Name) => ({ type: v.literal(name) })

const REQUESTS = {
  create_session: v.strictObject({
    tags: v.array(text),
    user_metadata: v.null(),
    sdk_version: text,
    ...typed('create_session'),
  }),
  session_heartbeat: v.strictObject({ session_id: text, ...typed('session_heartbeat') }),
  create_sampling_session: v.strictObject({
    session_id: text,
    sampling_session_seq_id: whole,
    base_model: text,
    ...typed('create_sampling_session'),
  }),
  create_model: v.strictObject({
    session_id: text,
    model_seq_id: whole,
    base_model: text,
    lora_config: v.strictObject({
      rank: whole,
      seed: whole,
      train_attn: v.boolean(),
      train_mlp: v.boolean(),
      train_unembed: v.literal(false),
    }),
    ...typed('create_model'),
  }),
  unload_model: v.strictObject({ model_id: text, ...typed('unload_model') }),
  forward: v.strictObject({ ...numbered, forward_input: passed }),
  forward_backward: v.strictObject({ ...numbered, forward_backward_input: passed }),
  optim_step: v.strictObject({
    ...numbered,
    adam_params: v.strictObject({
      learning_rate: v.number(),
      beta1: v.number(),
      beta2: v.number(),
      eps: v.number(),
      weight_decay: v.number(),
      grad_clip_norm: v.number(),
    }),
    ...typed('optim_step'),
  }),
  save_weights_for_sampler: v.strictObject({
    ...numbered,
    sampling_session_seq_id: whole,
    ...typed('save_weights_for_sampler'),
  }),
  save_weights: v.strictObject({
    ...numbered,
    path: v.pipe(text, v.regex(/^[A-Za-z0-9_-]+$/)),
    ...typed('save_weights'),
  }),
  load_weights: v.strictObject({
    ...numbered,
    path: text,
    optimizer: v.boolean(),
    ...typed('load_weights'),
  }),
  asample: v.strictObject({
    sampling_session_id: text,
    seq_id: whole,
    prompt: input,
    num_samples: whole,
    sampling_params: v.strictObject({
      max_tokens: whole,
      temperature: v.number(),
      top_p: v.number(),
      top_k: v.pipe(v.number(), v.integer()),
      stop: ids,
      seed: v.pipe(whole, v.maxValue(2 ** 31 - 1)),
    }),
    ...typed('sample'),
  }),
  retrieve_future: v.strictObject({ request_id: text }),
} as const
type Path = keyof typeof REQUESTS
type Body<Name extends Path> = v.InferOutput<(typeof REQUESTS)[Name]>

/** The protocol itself, without sockets. */
class Protocol {
  readonly models = new Map<string, Model>()
  readonly checkpoints = new Map<string, { type: string; time: string }>()
  readonly #options: ServerOptions
  readonly #sessions = new Set<string>()
  readonly #samplers = new Map<string, SamplingClient>()
  readonly #futures = new Map<string, Future>()
  /** Futures by model and number, with what was asked. */
  readonly #numbered = new Map<string, { readonly body: string; readonly request: string }>()
  #base: Promise<SamplingClient> | null = null
  readonly #engines: Engine[] = []
  /** Models that were unloaded: opening another engine costs far more than taking one back to its beginning. */
  readonly #idle: Model[] = []
  #made = 0
  notReady = 0

  constructor(options: ServerOptions) {
    this.#options = options
  }

  get name(): string {
    return this.#options.name ?? 'tiny'
  }

  async close(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.close()))
  }

  capabilities() {
    const { context } = this.#options
    const limit = context === undefined ? {} : { max_context_length: context }
    return { supported_models: [{ model_name: this.name, ...limit }] }
  }

  list(model: string) {
    const own = [...this.checkpoints].filter(([path]) => path.startsWith(`tinker://${model}/`))
    return {
      checkpoints: own.map(([path, { type, time }]) => ({
        checkpoint_id: path.split('/').at(-1),
        checkpoint_type: type,
        time,
        tinker_path: path,
      })),
    }
  }

  delete(model: string, kind: string, name: string): void {
    if (!this.checkpoints.delete(`tinker://${model}/${kind}/${name}`)) {
      throw new Refusal(404, 'Checkpoint not found')
    }
  }

  async handle(path: Path, given: unknown): Promise<unknown> {
    const parsed = v.safeParse(REQUESTS[path], given)
    if (!parsed.success) {
      const [issue] = parsed.issues
      throw new Refusal(422, `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`)
    }
    return await this.#calls[path](v.parse(v.any(), parsed.output))
  }

  readonly #calls: { readonly [Name in Path]: (body: Body<Name>) => unknown } = {
    create_session: () => {
      const id = `session_${++this.#made}`
      this.#sessions.add(id)
      return { session_id: id, type: 'create_session' }
    },
    session_heartbeat: ({ session_id }) => {
      this.#requireSession(session_id)
      return { type: 'session_heartbeat' }
    },
    create_sampling_session: async ({ session_id, base_model }) => {
      this.#requireSession(session_id)
      this.#requireServed(base_model)
      const id = `sampling_${++this.#made}`
      this.#base ??= this.#open(null).createSamplingClient(this.#options.model)
      this.#samplers.set(id, await this.#base)
      return { sampling_session_id: id, type: 'create_sampling_session' }
    },
    create_model: ({ session_id, base_model, lora_config: { rank, seed, ...groups } }) => {
      this.#requireSession(session_id)
      this.#requireServed(base_model)
      if (!groups.train_attn || !groups.train_mlp) throw new Refusal(400, 'both groups expected')
      const id = `model_${++this.#made}`
      const request = this.#future(async () => {
        this.models.set(id, await this.#modelOf(rank, seed))
        return { model_id: id }
      })
      return { model_id: id, base_model, status: 'created', request_id: request }
    },
    unload_model: ({ model_id }) => {
      this.#idle.push(this.#model(model_id))
      this.models.delete(model_id)
      const request = this.#future(async () => ({ model_id, status: 'unloaded' }))
      return { request_id: request, model_id }
    },
    forward: (body) =>
      this.#once(body, async ({ client }) =>
        evaluated(await client.forward(body.forward_input.data.map((one) => datumOf(one)))),
      ),
    forward_backward: (body) =>
      this.#once(body, async (model) => {
        const { data, loss_fn: loss, loss_fn_config: config } = body.forward_backward_input
        if (config !== undefined && loss !== 'ppo') throw new Refusal(422, 'no config expected')
        const read = data.map((one) => datumOf(one, config))
        model.pending.push({ data: read, loss })
        return evaluated(await model.client.forward(read))
      }),
    optim_step: (body) =>
      this.#once(body, async (model) => {
        await this.#descend(model)
        const { adam_params: adam } = body
        const { gradNorm } = await model.client.optimStep({
          learningRate: adam.learning_rate,
          beta1: adam.beta1,
          beta2: adam.beta2,
          eps: adam.eps,
          weightDecay: adam.weight_decay,
          gradClipNorm: adam.grad_clip_norm,
        })
        const told = {
          'skyrl.ai/grad_norm': gradNorm,
          'skyrl.ai/learning_rate': adam.learning_rate,
        }
        return { metrics: this.#options.norms === false ? {} : told }
      }),
    save_weights_for_sampler: (body) =>
      this.#once(body, async ({ client }) => {
        const id = `sampling_${++this.#made}`
        this.#samplers.set(id, await client.saveWeightsForSampler())
        const name = `ss${body.sampling_session_seq_id}_seq${body.seq_id}`
        this.#note(`tinker://${body.model_id}/sampler_weights/${name}`, 'sampler')
        return { path: null, sampling_session_id: id }
      }),
    save_weights: (body) => {
      const path = `tinker://${body.model_id}/weights/${body.path}`
      // As the server does: the name is taken before the number is looked at.
      if (this.checkpoints.has(path)) {
        throw new Refusal(409, `Checkpoint '${body.path}' already exists`)
      }
      this.#note(path, 'training')
      return this.#once(body, async ({ client }) => {
        await client.saveState(this.#folder(path))
        return { path, type: 'save_weights' }
      })
    },
    load_weights: (body) => {
      if (!this.#model(body.model_id).fresh) throw new Refusal(400, 'not the first request')
      if (!this.checkpoints.has(body.path)) throw new Refusal(404, 'Checkpoint not found')
      return this.#once(body, async ({ client }) => {
        await client.loadState(this.#folder(body.path))
        return { type: 'load_weights' }
      })
    },
    asample: ({ sampling_session_id, prompt, num_samples, sampling_params: params }) => {
      const client = this.#samplers.get(sampling_session_id)
      if (client === undefined) throw new Refusal(404, 'Sampling session not found')
      const request = {
        prompt: prompt.chunks[0].tokens,
        numSamples: num_samples,
        seed: params.seed,
      }
      return this.#pending(async () => {
        const [sequences = []] = await client.sample([request], {
          maxTokens: params.max_tokens,
          temperature: params.temperature,
          topP: params.top_p,
          topK: params.top_k,
          stop: params.stop,
        })
        return {
          sequences: sequences.map(({ tokens, logprobs, stopReason }) => ({
            stop_reason: stopReason,
            tokens: Array.from(tokens),
            logprobs: Array.from(logprobs),
          })),
          prompt_logprobs: null,
        }
      })
    },
    retrieve_future: async ({ request_id }) => {
      const future = this.#futures.get(request_id)
      if (future === undefined) throw new Refusal(404, 'Future not found')
      if (future.left-- > 0) throw new Refusal(408, 'Timeout waiting for result')
      return await future.done.catch((thrown: unknown) => {
        if (thrown instanceof Refusal) throw thrown
        throw new Refusal(400, thrown instanceof Error ? thrown.message : 'failed')
      })
    },
  }

  #open(lora: { rank: number; seed: number; alpha: number; targets: typeof LORA_TARGETS } | null) {
    const engine = createLocalEngine({ device: 'cpu', workers: 1, model: { lora } })
    this.#engines.push(engine)
    return engine
  }

  async #modelOf(rank: number, seed: number): Promise<Model> {
    const lora = `${rank} ${seed}`
    const at = this.#idle.findIndex((model) => model.lora === lora)
    const [used] = at < 0 ? [] : this.#idle.splice(at, 1)
    if (used !== undefined) {
      await used.client.loadState(used.start)
      return { ...used, pending: [], fresh: true }
    }
    const start = join(this.#options.states, `start-${++this.#made}`)
    const spec = rank === 0 ? null : { rank, seed, alpha: 32, targets: LORA_TARGETS }
    const client = await this.#open(spec).createTrainingClient(this.#options.model)
    await client.saveState(start)
    return { lora, start, client, pending: [], fresh: true }
  }

  /** The server's own reduction, applied once all data of the step are known. */
  async #descend(model: Model): Promise<void> {
    const calls = model.pending
    model.pending = []
    const datums = calls.reduce((sum, { data }) => sum + data.length, 0)
    const shrink = (values: Float32Array | undefined, by: number) => values?.map((one) => one / by)
    for (const { data, loss } of calls) {
      const scaled = data.map((one): Datum => {
        const by = this.#options.reduction === 'seq_mean' ? datums * one.tokens.length : 1
        const advantages = shrink(one.advantages, by)
        const weights = shrink(one.weights, by)
        return { ...one, ...(advantages && { advantages }), ...(weights && { weights }) }
      })
      await model.client.forwardBackward(scaled, loss)
    }
  }

  #once(
    body: { readonly model_id: string; readonly seq_id: number },
    work: (model: Model) => Promise<unknown>,
  ): unknown {
    const model = this.#model(body.model_id)
    model.fresh = false
    const key = `${body.model_id} ${body.seq_id}`
    const known = this.#numbered.get(key)
    const asked = JSON.stringify(body)
    if (known !== undefined && known.body !== asked) {
      throw new Refusal(409, 'Training request sequence number was reused')
    }
    if (known !== undefined)
      return { future_id: known.request, status: 'pending', request_id: known.request }
    const request = this.#future(() => work(model))
    this.#numbered.set(key, { body: asked, request })
    return { future_id: request, status: 'pending', request_id: request }
  }

  #pending(work: () => Promise<unknown>) {
    const request = this.#future(work)
    return { future_id: request, status: 'pending', request_id: request }
  }

  #future(work: () => Promise<unknown>): string {
    const request = String(++this.#made)
    const done = work()
    done.catch(() => null)
    this.#futures.set(request, { done, left: this.notReady })
    return request
  }

  #model(id: string): Model {
    const model = this.models.get(id)
    if (model === undefined) throw new Refusal(404, 'Model not found')
    return model
  }

  #requireSession(id: string): void {
    if (!this.#sessions.has(id)) throw new Refusal(404, 'Session not found')
  }

  #requireServed(model: string): void {
    if (model !== this.name) throw new Refusal(400, `Model ${model} is not served`)
  }

  #note(path: string, type: string): void {
    this.checkpoints.set(path, { type, time: new Date(1e12 + ++this.#made * 1000).toISOString() })
  }

  #folder(path: string): string {
    return join(this.#options.states, path.replaceAll(/[:/]+/g, '-'))
  }
}

function datumOf(
  { model_input, loss_fn_inputs: inputs }: v.InferOutput<typeof datum>,
  config?: { readonly clip_low_threshold: number; readonly clip_high_threshold: number },
): Datum {
  const { tokens } = model_input.chunks[0]
  for (const tensor of Object.values(inputs)) {
    if (tensor !== undefined && tensor.data.length !== tokens.length)
      throw new Refusal(422, 'shape')
  }
  const floats = (one: v.InferOutput<typeof tensor> | undefined) =>
    one === undefined ? undefined : Float32Array.from(one.data)
  const weights = floats(inputs.weights)
  const logprobs = floats(inputs.logprobs)
  const advantages = floats(inputs.advantages)
  return {
    tokens: Int32Array.from(tokens),
    targets: Int32Array.from(inputs.target_tokens.data),
    ...(weights && { weights }),
    ...(logprobs && { logprobs }),
    ...(advantages && { advantages }),
    ...(config && {
      clipLow: 1 - config.clip_low_threshold,
      clipHigh: config.clip_high_threshold - 1,
    }),
  }
}

const evaluated = ({ outputs }: Awaited<ReturnType<TrainingClient['forward']>>) => ({
  loss_fn_output_type: 'scalar',
  loss_fn_outputs: outputs.map(({ logprobs }) => ({
    logprobs: { data: Array.from(logprobs), dtype: 'float32', shape: [logprobs.length] },
  })),
  metrics: {},
})

export async function startTinkerServer(options: ServerOptions): Promise<TinkerServer> {
  const protocol = new Protocol(options)
  const faults: TinkerServer['faults'] = []
  const log: TinkerServer['log'] = []
  const listener = createServer((request, response) => {
    void answer(request, response)
  })
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').replace(/^\/api\/v1\//, '')
    const body = await bodyOf(request)
    log.push({ path, body })
    const at = faults.findIndex((one) => one.path === path)
    const fault = at < 0 ? null : (faults.splice(at, 1)[0]?.fault ?? null)
    if (fault !== null && !(fault.kind === 'drop' && fault.when === 'after')) {
      return play(fault, request, response, options)
    }
    const { status, value } = await outcomeOf(protocol, options, request, path, body)
    if (fault !== null) request.socket.destroy()
    else send(response, status, value)
  }
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${portOf(listener)}`,
    faults,
    log,
    get notReady() {
      return protocol.notReady
    },
    set notReady(times) {
      protocol.notReady = times
    },
    asked: (path) => log.filter((one) => one.path === path).map(({ body }) => body),
    models: () => protocol.models.size,
    close: async () => {
      listener.closeAllConnections()
      await new Promise((resolve) => listener.close(resolve))
      await protocol.close()
    },
  }
}

function portOf(listener: Server): number {
  const address = listener.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('expected a port')
  return address.port
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let sent = ''
  for await (const piece of request.setEncoding('utf8')) sent += String(piece)
  return sent === '' ? null : JSON.parse(sent)
}

async function outcomeOf(
  protocol: Protocol,
  { key }: ServerOptions,
  request: IncomingMessage,
  path: string,
  body: unknown,
): Promise<{ status: number; value: unknown }> {
  try {
    if (key !== undefined && request.headers['x-api-key'] !== key) {
      throw new Refusal(401, `Invalid key ${String(request.headers['x-api-key'])}`)
    }
    return { status: 200, value: await routed(protocol, request.method ?? '', path, body) }
  } catch (thrown) {
    const status = thrown instanceof Refusal ? thrown.status : 500
    const detail = thrown instanceof Error ? thrown.message : 'failed'
    if (!(thrown instanceof Refusal) && !(thrown instanceof AppError)) throw thrown
    return { status, value: { detail } }
  }
}

async function routed(
  protocol: Protocol,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  if (method === 'GET' && path === 'get_server_capabilities') return protocol.capabilities()
  const [, model, kind, name] =
    /^training_runs\/([^/]+)\/checkpoints(?:\/([^/]+)\/([^/]+))?$/.exec(path) ?? []
  if (method === 'GET' && model !== undefined) return protocol.list(model)
  if (method === 'DELETE' && model !== undefined && kind !== undefined && name !== undefined) {
    protocol.delete(model, kind, name)
    return null
  }
  if (method !== 'POST' || !isPath(path)) throw new Refusal(404, 'Not Found')
  return await protocol.handle(path, body)
}

const isPath = (path: string): path is Path => Object.hasOwn(REQUESTS, path)

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

const BIG = 'x'.repeat(2 ** 20)

function play(
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
  { key = '' }: ServerOptions,
): void {
  if (fault.kind === 'answer') send(response, 200, fault.body)
  else if (fault.kind === 'status') {
    if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter)
    send(response, fault.status, fault.body ?? { detail: `fault ${key}` })
  } else if (fault.kind === 'drop') request.socket.destroy()
  else if (fault.kind === 'truncate') response.writeHead(200).end('{"request_id": "4')
  else if (fault.kind === 'redirect') {
    response.writeHead(307, { location: 'http://127.0.0.1:9/elsewhere' }).end()
  } else if (fault.kind === 'oversize') {
    response.writeHead(200)
    for (let piece = 0; piece < 3; piece++) response.write(BIG)
    response.end()
  }
}
