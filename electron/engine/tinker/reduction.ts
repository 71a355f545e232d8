/**
 * How a server puts the gradients of several sequences together: measured rather than believed, since a wrong belief
 * would train with other weights per sequence and nobody would see it. A throw-away model is given one sequence, then
 * the same one twice: equal norms mean a mean, doubled ones a sum.
 * Source: tinker.md section 4.
 */
import { AppError } from '../../contract/errors.ts'
import { type Profile, PROFILES, SERVERS } from '../../contract/remote.ts'
import type { Datum } from '../datum.ts'
import { wireDatum } from './datums.ts'
import { SMALL_BYTES } from './http.ts'
import { newModel, pass, type Remote, stepModel, type Trained } from './training.ts'

const STILL = {
  learningRate: 0,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0,
  gradClipNorm: 0,
} as const
const POSITIONS = 8
const TOLERANCE = 0.1

/** Throws AppError('usage') where the server does otherwise than its kind. Servers that tell no norms are believed. */
export async function requireReduction(trained: Trained): Promise<void> {
  const { engine, profile } = trained
  const found = await measured(trained)
  if (found === null || found === profile.reduction) return
  const fitting = SERVERS.filter((name) => PROFILES[name].reduction === found)
  throw new AppError(
    'usage',
    `engine ${engine.url}: expected ${WORDS[profile.reduction]}, as ${profile.title} takes them, found ${WORDS[found]}; give --server ${fitting.join(' or ')}`,
  )
}

const WORDS: Readonly<Record<Profile['reduction'], string>> = {
  token_sum: 'gradients that are sums over tokens',
  seq_mean: 'gradients that are means over sequences',
}

async function measured(trained: Trained): Promise<Profile['reduction'] | null> {
  const { session } = trained
  const model = await newModel(trained, null)
  const once = await normOf(trained, model, 1)
  const twice = Number.isNaN(once) ? once : await normOf(trained, model, 2)
  await session.unloadModel(model.id)
  if (Number.isNaN(twice)) return null
  const ratio = twice / once
  if (Math.abs(ratio - 1) < TOLERANCE) return 'seq_mean'
  if (Math.abs(ratio - 2) < 2 * TOLERANCE) return 'token_sum'
  throw new AppError(
    'engine',
    `engine ${trained.engine.url}: the gradient of a sequence given twice: expected 1 or 2 times that of once, found ${ratio.toFixed(3)} times`,
  )
}

async function normOf(
  { session, config }: Trained,
  model: Remote,
  copies: number,
): Promise<number> {
  const send = (datum: Datum, loss: 'importance_sampling' | null) =>
    pass(session, model, {
      data: Array.from({ length: copies }, () => wireDatum(datum, loss, 1)),
      loss,
      config: {},
      bytes: SMALL_BYTES,
    })
  const bare = probe(config.vocabSize)
  const [seen] = await send(bare, null)
  const logprobs = Float32Array.from(seen ?? [])
  const advantages = new Float32Array(POSITIONS).fill(1)
  await send({ ...bare, logprobs, advantages }, 'importance_sampling')
  return await stepModel(session, model, STILL)
}

function probe(vocabulary: number): Datum {
  const ids = Array.from({ length: POSITIONS + 1 }, (_, at) => (3 + 5 * at) % vocabulary)
  return { tokens: Int32Array.from(ids.slice(0, -1)), targets: Int32Array.from(ids.slice(1)) }
}
