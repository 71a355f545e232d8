import { expect, test } from 'vitest'
import { createErrands } from '../../../electron/host/errand.ts'
import type { ToErrand } from '../../../electron/host/errand.ts'
import type { EvalOrder } from '../../../electron/host/evaluate.ts'
import { forkChild } from '../../../electron/host/trainer-child.ts'

const SCRIPT = new URL('../../fakes/errand-process.ts', import.meta.url)
const output: string[] = []
/** Time passes at once for whoever waits for an end. */
const errands = createErrands({
  launch: () => forkChild<ToErrand>(SCRIPT, 'its process'),
  onOutput: (text) => output.push(text),
  later: (_, body) => {
    const timer = setImmediate(body)
    return () => clearImmediate(timer)
  },
})
const order = (suite: string): EvalOrder => ({
  home: '/nowhere',
  model: null,
  run: null,
  suites: [suite],
  data: null,
  samples: 1,
  temperature: 0,
  limit: null,
  against: null,
  gold: false,
  seed: 1,
  device: 'cpu',
})
const talk = (prompt: string) => ({
  model: '/nowhere',
  prompt,
  n: 1,
  maxTokens: 1,
  temperature: 0,
  seed: 1,
})
const signal = new AbortController().signal

test('an evaluation runs in another process: progress, and scores with numbers that JSON lacks', async () => {
  const progress: number[][] = []
  const onProgress = (done: number, total: number) => void progress.push([done, total])
  const { suites } = await errands.evaluate(order('works'), { signal, onProgress })
  expect(progress).toEqual([[1, 2]])
  expect(suites['works']?.passAt1).toBeNaN()
})

test('an errand that ends without an answer says how it ended', async () => {
  const dying = errands.sample(talk('dies'), signal)
  await expect(dying).rejects.toMatchObject({
    code: 'engine',
    message: 'talking to the model: its process ended by SIGKILL',
  })
})

test('what it refuses keeps its code, what breaks leaves its stack in the output', async () => {
  await expect(errands.sample(talk('refuses'), signal)).rejects.toMatchObject({
    code: 'checkpoint',
    message: 'expected a model, found none',
  })
  await expect(errands.sample(talk('breaks'), signal)).rejects.toThrow('the engine broke')
  expect(output.join('')).toContain('RangeError: the engine broke')
})

test('one that is called off ends, by itself or by force', async () => {
  for (const going of [
    (abort: AbortController) =>
      errands.evaluate(order('waits'), {
        signal: abort.signal,
        onProgress: () => abort.abort(),
      }),
    (abort: AbortController) => {
      const sampling = errands.sample(talk('deaf'), abort.signal)
      abort.abort()
      return sampling
    },
  ]) {
    await expect(going(new AbortController())).rejects.toMatchObject({ code: 'cancelled' })
  }
})
