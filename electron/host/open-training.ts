/**
 * The engine of a run: this machine's, or the server where the run's weights are or are to be.
 * Not here: engines that only sample (open-engine.ts).
 */
import { join } from 'node:path'
import { AppError } from '../contract/errors.ts'
import type { TrainOrder } from '../contract/news.ts'
import type { RemoteEngine } from '../contract/remote.ts'
import type { Engine } from '../engine/engine.ts'
import { createLocalEngine } from '../engine/local.ts'
import { MODEL_FOLDER } from '../engine/state-folder.ts'
import type { Usage } from '../engine/tinker/usage.ts'
import { engineModel, SHORTEST_ROW } from './memory-plan.ts'
import { openRemoteTraining, remoteFor } from './open-engine.ts'
import { cacheDirectory } from './paths.ts'
import type { RunPlan } from './run-plan.ts'
import type { TrainOptions } from './training-run.ts'

export type Opened = {
  readonly engine: Engine
  /** 'local' or the server's address. */
  readonly url: string
  /** What was asked of a server since the last call, for the step's row. */
  readonly asked: () => Readonly<Record<string, number>>
}

export async function openTraining(
  order: TrainOrder,
  plan: RunPlan,
  options: TrainOptions,
): Promise<Opened> {
  const remote = await remoteOf(order, plan)
  if (remote === null) return { engine: openLocal(order, plan, options), url: 'local', asked: none }
  const { config } = plan
  const engine = openRemoteTraining(remote, config, order.home)
  const text = `${remote.url} tells no entropies: what is shown is the mean surprise at sampled tokens, which estimates them`
  options.onNews({ type: 'warning', step: 0, text })
  return { engine, url: remote.url, asked: sinceLast(() => engine.usage()) }
}

const none = (): Readonly<Record<string, number>> => ({})

function openLocal({ device, home }: TrainOrder, { config }: RunPlan, options: TrainOptions) {
  return createLocalEngine({
    device,
    onFallback: (text) => options.onNews({ type: 'warning', step: 0, text }),
    workers: config.workers,
    batch: { tokens: config.tokensPerMicroBatch, row: SHORTEST_ROW },
    model: engineModel(config, cacheDirectory(home)),
  })
}

/** A run that goes on does so where its weights are; null: here. Throws AppError('usage') for a move. */
async function remoteOf(order: TrainOrder, { from }: RunPlan): Promise<RemoteEngine | null> {
  const { engine, remote = null } = order
  const asked = engine === 'local' ? null : remote
  if (engine !== 'local' && asked === null) {
    throw new AppError('usage', `engine ${engine}: expected how to talk to it, found nothing`)
  }
  if (from === null) return asked
  const known = await remoteFor(join(from, MODEL_FOLDER), null)
  if (asked === null || asked.url === known?.url) return known
  throw new AppError(
    'usage',
    `engine ${asked.url}: expected ${known?.url ?? 'local'}, where the weights of ${from} are`,
  )
}

/** Named for the charts of a step. */
function sinceLast(usage: () => Readonly<Usage>): () => Readonly<Record<string, number>> {
  let before = usage()
  return () => {
    const now = usage()
    const told = {
      remoteRequests: now.requests - before.requests,
      remoteRetries: now.retries - before.retries,
      remotePromptTokens: now.promptTokens - before.promptTokens,
      remoteSampledTokens: now.sampledTokens - before.sampledTokens,
      remoteTrainedTokens: now.trainedTokens - before.trainedTokens,
    }
    before = now
    return told
  }
}
