import { describe, expect, test } from 'vitest'
import type { Datum } from '../../../electron/engine/datum.ts'
import type { TrainingClient } from '../../../electron/engine/engine.ts'
import { fakeRun, steps } from '../../fakes/loop.ts'
import type { FakeRun } from '../../fakes/loop.ts'

/** Batches of the optimizer steps of a run's first round. */
async function firstRound(run: FakeRun): Promise<readonly (readonly Datum[])[]> {
  await steps(run)
  return run.client.trained
}

const textOf = ({ tokens, targets }: Datum) => `${tokens.join(' ')}|${targets.join(' ')}`
const sortedTexts = (data: readonly Datum[]) => data.map(textOf).toSorted()
const promptOf = ({ tokens, targets }: Datum) =>
  tokens.slice(0, targets.findIndex((target) => target >= 0) + 1).join(' ')

describe('several optimizer steps in a round', () => {
  test('every pass has every episode once, in parts that keep answers to a prompt together', async () => {
    const one = fakeRun({ totalSteps: 1 })
    const [whole = []] = await firstRound(one)
    const run = fakeRun({ totalSteps: 1, epochs: 2, minibatches: 3 })
    const parts = await firstRound(run)
    expect(parts.length).toBe(6)
    expect(run.client.rates.length).toBe(6)
    for (const pass of [parts.slice(0, 3), parts.slice(3)]) {
      expect(sortedTexts(pass.flat())).toEqual(sortedTexts(whole))
      const homes = pass.map((part) => new Set(part.map(promptOf)))
      const prompts = new Set(whole.map(promptOf))
      expect(homes.reduce((sum, home) => sum + home.size, 0)).toBe(prompts.size)
    }
    expect(parts.slice(0, 3).map(sortedTexts)).not.toEqual(parts.slice(3).map(sortedTexts))
  })

  test('every part has its share of the tokens that the mean is over', async () => {
    const coefficients = async (minibatches: number) => {
      const parts = await firstRound(fakeRun({ totalSteps: 1, minibatches }))
      const byText = parts.flat().map((datum): [string, number] => {
        return [textOf(datum), datum.advantages?.at(-1) ?? 0]
      })
      return new Map(byText)
    }
    const [one, two] = [await coefficients(1), await coefficients(2)]
    for (const [text, value] of one) expect(two.get(text)).toBeCloseTo(2 * value, 6)
  })

  test('the record shows what the first pass saw, and sums over all of them', async () => {
    const [, one] = await steps(fakeRun({ totalSteps: 1 }))
    const [, two] = await steps(fakeRun({ totalSteps: 1, epochs: 2, minibatches: 2 }))
    const trained = (step: typeof one) =>
      step?.record.episodes.filter((episode) => episode.trained).map(({ id }) => id)
    expect(trained(two)).toEqual(trained(one))
    const metric = (step: typeof one, name: string) => step?.record.metrics[name] ?? Number.NaN
    expect(metric(two, 'update/tokens')).toBe(2 * metric(one, 'update/tokens'))
    expect(metric(two, 'update/entropy')).toBeCloseTo(metric(one, 'update/entropy'), 9)
    expect(metric(two, 'update/gradNorm')).toBe(1)
  })

  test('a round whose weights have changed is ended before a run is cancelled', async () => {
    const leaving = new AbortController()
    const run = fakeRun({ totalSteps: 1, minibatches: 3 }, { signal: leaving.signal })
    const signals: boolean[] = []
    const client = {
      ...run.client,
      forwardBackward: (
        ...[data, loss, options]: Parameters<TrainingClient['forwardBackward']>
      ) => {
        signals.push(options?.signal !== undefined)
        leaving.abort()
        return run.client.forwardBackward(data, loss, options)
      },
    }
    const found = await steps({ ...run, client }).catch(() => null)
    expect(found?.at(-1)?.record.step ?? null).toBe(1)
    expect(signals).toEqual([true, false, false])
  })
})
