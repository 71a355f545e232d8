/**
 * Training at a server. Calls run one after another and carry numbers without gaps, so that one that was lost on the
 * way can be sent again and is done once.
 * Not here: the shape of what is sent (datums.ts), checkpoints on disk (state.ts).
 */
import { basename } from 'node:path'
import { AppError, throwIfCancelled } from '../../contract/errors.ts'
import type { Profile, RemoteEngine } from '../../contract/remote.ts'
import type { DecoderConfig } from '../../model/config.ts'
import { checkDatum } from '../check.ts'
import type { Datum, LossName } from '../datum.ts'
import type {
  AdamParams,
  ForwardBackwardOutput,
  SampleOptions,
  SamplingClient,
  TrainingClient,
} from '../engine.ts'
import { inTurn } from '../turns.ts'
import {
  checkRemoteData,
  lossConfig,
  outputOf,
  requestsOf,
  scaleOf,
  wireDatum,
  type WireDatum,
} from './datums.ts'
import { SMALL_BYTES } from './http.ts'
import { remoteSampler } from './sampling.ts'
import { type Lora, saveSampler, type Session } from './session.ts'
import { isKept, readStateFolder, type RemoteState, writeStateFolder } from './state.ts'
import { answered } from './futures.ts'
import { Anything, CheckpointList, Evaluated, StateSaved, Stepped } from './wire.ts'

export type Trained = {
  readonly session: Session
  readonly config: DecoderConfig
  readonly profile: Profile
  readonly engine: RemoteEngine
  /** What the server calls the model. */
  readonly base: string
  readonly lora: Lora
  /** Folder of its shape and tokenizer. */
  readonly folder: string
  /** Weights to begin with; null: the base model's. */
  readonly path: string | null
}

/** A model at the server with the numbers of its calls. */
export type Remote = { readonly id: string; readonly nextSeq: () => number }

const POSITION_BYTES = 96

export async function newModel(
  { session, base, lora }: Pick<Trained, 'session' | 'base' | 'lora'>,
  load: { readonly path: string; readonly optimizer: boolean } | null,
): Promise<Remote> {
  const id = await session.createModel(base, lora)
  let seq = 1
  const remote: Remote = { id, nextSeq: () => seq++ }
  if (load === null) return remote
  const body = { model_id: id, ...load, seq_id: remote.nextSeq(), type: 'load_weights' }
  await session.futures.result({ path: 'load_weights', body, schema: Anything })
  return remote
}

type Chunk = {
  readonly data: readonly WireDatum[]
  readonly loss: LossName | null
  readonly config: object
  readonly bytes: number
}

/** Log-probs by datum; with a loss its gradient is added to what waits for the next step. */
export async function pass(
  session: Session,
  { id, nextSeq }: Remote,
  { data, loss, config, bytes }: Chunk,
  signal?: AbortSignal,
): Promise<(readonly number[])[]> {
  const path = loss === null ? 'forward' : 'forward_backward'
  const input = { data, loss_fn: loss ?? 'cross_entropy', ...config }
  const found = await session.futures.result({
    path,
    body: { model_id: id, seq_id: nextSeq(), [`${path}_input`]: input },
    schema: Evaluated,
    signal,
    maxBytes: bytes,
  })
  const where = session.http.where(path)
  const outputs = found.loss_fn_outputs.map(({ logprobs }) => logprobs.data)
  if (outputs.length !== data.length) {
    throw new AppError(
      'engine',
      `${where}: loss_fn_outputs: expected ${data.length}, found ${outputs.length}`,
    )
  }
  return outputs
}

export async function stepModel(
  session: Session,
  { id, nextSeq }: Remote,
  params: AdamParams,
): Promise<number> {
  const { learningRate, beta1, beta2, eps, weightDecay, gradClipNorm } = params
  const { metrics } = await session.futures.result({
    path: 'optim_step',
    body: {
      model_id: id,
      seq_id: nextSeq(),
      adam_params: {
        learning_rate: learningRate,
        beta1,
        beta2,
        eps,
        weight_decay: weightDecay,
        grad_clip_norm: gradClipNorm,
      },
      type: 'optim_step',
    },
    schema: Stepped,
  })
  const norm = Object.entries(metrics ?? {}).find(([name]) => name.endsWith('grad_norm'))?.[1]
  // JSON has no infinity: servers that had one to tell say null.
  if (norm === null) {
    throw new AppError('engine', 'gradient norm: expected a finite number, found none')
  }
  return norm ?? Number.NaN
}

/** What is known here of the model at the server. */
type Held = {
  remote: Remote | null
  step: number
  version: number
  /** Sequences whose gradient waits for a step at the server. */
  pending: number
  /** Why training cannot go on from here; null: it can. */
  spoilt: string | null
  /** Folders of states with where their weights are. */
  readonly saved: Map<string, string>
}

export function remoteTrainer(trained: Trained): TrainingClient {
  const inOrder = inTurn()
  const saved = new Map<string, string>()
  const held: Held = { remote: null, step: 0, version: 0, pending: 0, spoilt: null, saved }
  return {
    forward: (data, signal) =>
      inOrder(() => run(trained, held, data, null, signal === undefined ? {} : { signal })),
    forwardBackward: (data, loss, options = {}) =>
      inOrder(() => backward(trained, held, data, loss, options)),
    optimStep: (params) => inOrder(() => optimStep(trained, held, params)),
    saveWeightsForSampler: () => inOrder(() => sampler(trained, held)),
    saveState: (directory) => inOrder(() => saveState(trained, held, directory)),
    loadState: (directory) => inOrder(() => loadState(trained, held, directory)),
  }
}

/** Made when it is first needed: one that goes on from a state begins with that. */
async function modelOf(trained: Trained, held: Held): Promise<Remote> {
  const { path } = trained
  held.remote ??= await newModel(trained, path === null ? null : { path, optimizer: false })
  return held.remote
}

async function run(
  trained: Trained,
  held: Held,
  data: readonly Datum[],
  loss: LossName | null,
  { signal, onProgress }: SampleOptions,
): Promise<ForwardBackwardOutput> {
  const { session, profile, config } = trained
  throwIfCancelled(signal)
  data.forEach((datum, index) => checkDatum(config, datum, index, loss))
  const remote = await modelOf(trained, held)
  const outputs: (readonly number[])[] = []
  for (const part of requestsOf(data)) {
    throwIfCancelled(signal)
    const wire = part.map((datum) => wireDatum(datum, loss, scaleOf(profile, datum, data.length)))
    const positions = part.reduce((sum, { tokens }) => sum + tokens.length, 0)
    const bytes = SMALL_BYTES + positions * POSITION_BYTES
    const chunk = { data: wire, loss, config: lossConfig(loss, data), bytes }
    const found = await pass(session, remote, chunk, signal)
    found.forEach((logprobs, at) => checkLength(logprobs, part[at], session))
    outputs.push(...found)
    onProgress?.(outputs.length, data.length)
  }
  return outputOf(data, outputs, loss)
}

async function backward(
  trained: Trained,
  held: Held,
  data: readonly Datum[],
  loss: LossName,
  options: SampleOptions,
): Promise<ForwardBackwardOutput> {
  const { profile, session } = trained
  refuseSpoilt(held)
  checkRemoteData(data)
  refuseSecond(profile, held.pending)
  held.spoilt = 'a forwardBackward was cut short, whose gradient the server may have kept'
  const found = await throughPolicy(profile, data, loss, (data, loss) =>
    run(trained, held, data, loss, options),
  )
  held.spoilt = null
  held.pending += data.length
  session.usage.trainedTokens += data.reduce((sum, { tokens }) => sum + tokens.length, 0)
  return found
}

async function optimStep(trained: Trained, held: Held, params: AdamParams) {
  refuseSpoilt(held)
  const remote = await modelOf(trained, held)
  held.spoilt = 'an optimizer step was cut short, which the server may have done'
  const gradNorm = await stepModel(trained.session, remote, params)
  Object.assign(held, { spoilt: null, pending: 0 })
  held.step += 1
  held.version += 1
  return { gradNorm }
}

async function sampler(trained: Trained, held: Held): Promise<SamplingClient> {
  const { session, config } = trained
  const { id, nextSeq } = await modelOf(trained, held)
  const sampler = await saveSampler(session, id, nextSeq)
  const mine = held.version
  return remoteSampler({ session, config, id: sampler, isCurrent: () => held.version === mine })
}

async function saveState(trained: Trained, held: Held, directory: string): Promise<void> {
  const { session, folder } = trained
  const remote = await modelOf(trained, held)
  const path = await saveWeights(session, remote, held.step)
  await writeStateFolder(directory, folder, stateOf(trained, path, held.step))
  held.saved.set(directory, path)
  await tidy(session, remote.id, held.saved)
}

async function loadState(trained: Trained, held: Held, directory: string): Promise<void> {
  const state = await readStateFolder(directory)
  requireSame(state, trained, directory)
  if (held.remote !== null) await trained.session.unloadModel(held.remote.id)
  held.remote = null
  held.remote = await newModel(trained, { path: state.path, optimizer: true })
  Object.assign(held, { step: state.step, pending: 0, spoilt: null })
  held.version += 1
}

/**
 * A mean over sequences takes cross-entropy's weights away. Importance sampling against the very log-probs of now has
 * the same gradient, and keeps its coefficients.
 */
async function throughPolicy(
  { reduction }: Profile,
  data: readonly Datum[],
  loss: LossName,
  run: (data: readonly Datum[], loss: LossName | null) => Promise<ForwardBackwardOutput>,
): Promise<ForwardBackwardOutput> {
  if (loss !== 'cross_entropy' || reduction === 'token_sum') return await run(data, loss)
  const { outputs } = await run(data, null)
  const policy = data.map((datum, at): Datum => ({
    tokens: datum.tokens,
    targets: datum.targets,
    logprobs: outputs[at]?.logprobs ?? new Float32Array(datum.tokens.length),
    advantages: datum.weights ?? new Float32Array(datum.tokens.length),
  }))
  const seen = await run(policy, 'importance_sampling')
  const logprobs = seen.outputs.map((output) => Array.from(output.logprobs))
  return outputOf(data, logprobs, loss)
}

function refuseSpoilt({ spoilt }: Held): void {
  if (spoilt === null) return
  throw new AppError('engine', `${spoilt}: expected loadState first, found training to go on`)
}

function refuseSecond({ reduction }: Profile, pending: number): void {
  if (reduction === 'token_sum' || pending === 0) return
  throw new AppError(
    'engine',
    'forwardBackward: expected one call per optimizer step of a server that takes means over sequences, found another',
  )
}

function checkLength(
  logprobs: readonly number[],
  datum: Datum | undefined,
  { http }: Session,
): void {
  const expected = datum?.tokens.length ?? 0
  if (logprobs.length === expected) return
  throw new AppError(
    'engine',
    `${http.where('forward_backward')}: logprobs: expected ${expected} numbers, found ${logprobs.length}`,
  )
}

function requireSame({ engine, rank }: RemoteState, trained: Trained, directory: string): void {
  const wanted = `${trained.base} of rank ${trained.lora.rank} at ${trained.engine.url}`
  const found = `${engine.model ?? ''} of rank ${rank} at ${engine.url}`
  if (found === wanted) return
  throw new AppError('checkpoint', `${directory}: expected weights of ${wanted}, found ${found}`)
}

const stateOf = ({ engine, base, lora }: Trained, path: string, step: number) => ({
  format: 1 as const,
  engine: { ...engine, model: base },
  rank: lora.rank,
  seed: lora.seed,
  targets: [...lora.targets],
  path,
  step,
})

async function saveWeights(
  { futures }: Session,
  { id, nextSeq }: Remote,
  step: number,
): Promise<string> {
  const body = () => {
    const seq = nextSeq()
    // A name that is taken is refused, also by what an attempt of ours has left behind.
    const path = `step-${String(step).padStart(6, '0')}-${seq}`
    return { model_id: id, path, seq_id: seq, type: 'save_weights' }
  }
  const saved = await futures.result({
    path: 'save_weights',
    body: body(),
    schema: StateSaved,
    renamed: body,
  })
  return saved.path
}

/**
 * Removes at the server what nobody has a use for: states whose folders are gone, and all samplers but the newest.
 * What cannot be removed costs room there and nothing here.
 */
async function tidy({ http }: Session, model: string, saved: Map<string, string>): Promise<void> {
  const remove = async (checkpoint: string): Promise<void> => {
    const path = `training_runs/${encodeURIComponent(model)}/checkpoints/${checkpoint}`
    await http.call({ method: 'DELETE', path, repeatable: true, attempts: 1 })
  }
  try {
    for (const [directory, path] of saved) {
      if (isKept(directory)) continue
      saved.delete(directory)
      await remove(`weights/${encodeURIComponent(basename(path))}`)
    }
    const path = `training_runs/${encodeURIComponent(model)}/checkpoints`
    const call = { method: 'GET', path, repeatable: true, attempts: 1 } as const
    const list = await answered(http, call, CheckpointList)
    const samplers = list.checkpoints
      .filter(({ checkpoint_type: type }) => type === 'sampler')
      .toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time))
    for (const { checkpoint_id: id } of samplers.slice(0, -1)) {
      await remove(`sampler_weights/${encodeURIComponent(basename(id))}`)
    }
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
  }
}
