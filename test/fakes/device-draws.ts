/**
 * How often each token is drawn under filters, on the CPU and on a graphics device, which walk the tokens in different
 * orders: many rows of the same logits, with even draws.
 */
import { openDevice } from '../../electron/engine/device.ts'
import { chooseOnDevice } from '../../electron/engine/device-draw.ts'
import { choose } from '../../electron/engine/draw.ts'
import { openSession, type Output } from '../../electron/engine/session.ts'
import { createGraph, type Graph, input, output, type Target } from '../../electron/graph/graph.ts'
import { cast } from '../../electron/graph/ops.ts'
import { reshape } from '../../electron/graph/ops-layout.ts'
import type { Value } from '../../electron/graph/value.ts'
import { uniforms } from '../../electron/model/random.ts'

/** topK 0: all tokens. */
export const FILTERS = [
  { temperature: 1, topK: 0, topP: 0.9 },
  { temperature: 0.5, topK: 5, topP: 1 },
  { temperature: 1.5, topK: 12, topP: 0.6 },
  { temperature: 1, topK: 1, topP: 1 },
  { temperature: 1, topK: 0, topP: 0.01 },
] as const

export const DRAWS = 256
/** No square: the last block of the device's walk is padded. */
const VOCABULARY = 37
const LOGITS = uniforms(VOCABULARY, 5, 'logits', 4)

function graphOf(target: Target): Graph {
  const g = createGraph(target)
  const number = (name: string): Value => input(g, name, 'float32', [1, 1])
  const logits = input(g, 'logits', 'float32', [DRAWS, VOCABULARY])
  const draws = input(g, 'draws', 'float32', [DRAWS, 1])
  const inverse = number('inverseTemperature')
  const [topP, topK] = [number('topP'), number('topK')]
  const tokens =
    target === 'webgpu'
      ? chooseOnDevice(g, 'filtered', { inverseTemperature: inverse, topP, topK }, logits, draws)
      : choose(
          g,
          'filtered',
          { inverseTemperature: reshape(g, inverse, []), topP, topK: cast(g, topK, 'int64') },
          logits,
          draws,
        )
  output(g, cast(g, tokens, 'float32'), 'tokens')
  return g
}

type Filter = (typeof FILTERS)[number]

const feedsOf = ({ temperature, topK, topP }: Filter) => ({
  logits: Float32Array.from(
    { length: DRAWS * VOCABULARY },
    (_, at) => LOGITS[at % VOCABULARY] ?? 0,
  ),
  draws: Float32Array.from({ length: DRAWS }, (_, at) => (at + 0.5) / DRAWS),
  inverseTemperature: Float32Array.of(1 / temperature),
  topP: Float32Array.of(topP),
  topK: Float32Array.of(topK === 0 ? VOCABULARY : topK),
})

function counted(tokens: Output | undefined): number[] {
  const counts = Array.from({ length: VOCABULARY }, () => 0)
  for (const token of Array.from(tokens?.data ?? [], Number))
    counts[token] = (counts[token] ?? 0) + 1
  return counts
}

async function drawsOf(
  run: (feeds: ReturnType<typeof feedsOf>) => Promise<Readonly<Record<string, Output>>>,
): Promise<number[][]> {
  const found: number[][] = []
  for (const filter of FILTERS) found.push(counted((await run(feedsOf(filter)))['tokens']))
  return found
}

export async function drawsOnCpu(): Promise<number[][]> {
  const session = await openSession(graphOf('cpu'), 'draws', { threads: 1, device: 'cpu' })
  const found = await drawsOf((feeds) => session.run(feeds, ['tokens']))
  await session.release()
  return found
}

export async function drawsOnDevice(): Promise<number[][]> {
  const session = await (await openDevice()).open(graphOf('webgpu'), 'draws', [])
  return drawsOf(async (feeds) => (await session.run(feeds)).read)
}
