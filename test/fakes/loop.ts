/** Everything a run needs, made of fakes, and its events as an array. */
import type { RunConfig, RunOverrides } from '../../electron/contract/config.ts'
import { resolveConfig } from '../../electron/contract/config.ts'
import type { StepRecord } from '../../electron/contract/run.ts'
import { azr } from '../../electron/selfplay/azr/azr.ts'
import { train } from '../../electron/selfplay/loop.ts'
import type { LoopDeps } from '../../electron/selfplay/loop.ts'
import { NANO_PROMPTS } from '../../electron/selfplay/prompts/nano.ts'
import type { LoopState } from '../../electron/selfplay/state.ts'
import { characterCodec, fakeClient } from './engine.ts'
import type { FakeClient, Script } from './engine.ts'
import { nanoModel } from './nano-model.ts'
import { fakeSandbox } from './sandbox-fake.ts'
import type { FakeSandbox } from './sandbox-fake.ts'

export type FakeRun = LoopDeps & { readonly client: FakeClient; readonly sandbox: FakeSandbox }

export function smallConfig(overrides: RunOverrides = {}): RunConfig {
  return resolveConfig('nano', {
    totalSteps: 3,
    batch: 8,
    deductionFactor: 1,
    mcSamples: 4,
    seedFactor: 1,
    maxPrompt: 400,
    ...overrides,
  })
}

export function fakeRun(
  overrides: RunOverrides = {},
  rest: Partial<LoopDeps> & { readonly script?: Script } = {},
): FakeRun {
  const config = smallConfig(overrides)
  const { script = nanoModel(config.inputs), ...deps } = rest
  return {
    config,
    codec: characterCodec,
    prompts: NANO_PROMPTS,
    admit: () => true,
    isReserved: () => false,
    clock: () => 0,
    ...deps,
    client: fakeClient(script),
    sandbox: fakeSandbox(),
  }
}

export type Step = { readonly record: StepRecord; readonly state: LoopState }

export async function steps(deps: LoopDeps, count = Infinity): Promise<Step[]> {
  const found: Step[] = []
  for await (const event of train(azr, deps)) {
    if (event.type === 'step') found.push({ record: event.record, state: event.state })
    if (found.length >= count) break
  }
  return found
}
