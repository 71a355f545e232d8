import { describe, expect, test } from 'vitest'
import { azr } from '../../../electron/selfplay/azr/azr.ts'
import { train } from '../../../electron/selfplay/loop.ts'
import type { TrainEvent } from '../../../electron/selfplay/loop.ts'
import { initialState, parseLoopState } from '../../../electron/selfplay/state.ts'
import { fakeClient } from '../../fakes/engine.ts'
import { taskOf } from '../../fakes/hooks.ts'
import { fakeRun, steps } from '../../fakes/loop.ts'
import type { FakeRun } from '../../fakes/loop.ts'
import { nanoModel } from '../../fakes/nano-model.ts'
import { fakeSandbox, programOf } from '../../fakes/sandbox-fake.ts'

/** The record of the first step of a run. */
async function firstRecord(run: FakeRun) {
  const [, step] = await steps(run)
  if (step === undefined) throw new Error('no step')
  return step.record
}

const records = (found: Awaited<ReturnType<typeof steps>>) => found.map(({ record }) => record)

describe('reproducibility', () => {
  test('the same seed gives identical records, states and weights', async () => {
    const [one, two] = [fakeRun(), fakeRun()]
    expect(await steps(one)).toEqual(await steps(two))
    expect(one.client.weights).toBe(two.client.weights)
    expect(one.client.trained.length).toBe(3)
  })

  test('another seed gives others', async () => {
    const [one, two] = [fakeRun(), fakeRun({ seed: 2 })]
    expect(records(await steps(one))).not.toEqual(records(await steps(two)))
  })

  test.each([0, 1, 2])(
    'a run resumed after step %d goes on as if it had never stopped',
    async (after) => {
      const overrides = { totalSteps: 4, maxBuffer: 20, noveltyWindow: 30 }
      const whole = fakeRun(overrides)
      const expected = await steps(whole)
      const first = fakeRun(overrides)
      const before = await steps(first, after + 1)
      const saved = JSON.stringify(before.at(-1)?.state)
      const second = { ...fakeRun(overrides), state: parseLoopState(JSON.parse(saved)) }
      second.client.weights = first.client.weights
      const rest = await steps(second)
      expect([...before, ...rest]).toEqual(expected)
      expect(second.client.weights).toBe(whole.client.weights)
    },
  )

  test('the order in which the sandbox answers changes nothing', async () => {
    const slow = fakeSandbox()
    let calls = 0
    const late = async <T>(value: Promise<T>): Promise<T> => {
      calls += 1
      for (let turn = 0; turn < (calls * 7) % 11; turn++) await Promise.resolve()
      return value
    }
    const sandbox = {
      ...slow,
      run: (request: Parameters<typeof slow.run>[0]) => late(slow.run(request)),
      runTwice: (request: Parameters<typeof slow.run>[0]) => late(slow.run(request)),
    }
    expect(await steps({ ...fakeRun(), sandbox })).toEqual(await steps(fakeRun()))
  })

  test('a state of another recipe is refused', async () => {
    await expect(steps({ ...fakeRun(), state: initialState('ssr') })).rejects.toThrow(
      'loop state: expected recipe azr, found ssr',
    )
  })
})

describe('a step', () => {
  test('has a record for every sampled sequence, with unique ids and consistent links', async () => {
    const record = await firstRecord(fakeRun())
    const count = (wanted: string) =>
      record.episodes.filter(({ purpose }) => purpose === wanted).length
    const fresh = record.proposals.filter(({ solveRate }) => solveRate !== null)
    expect([count('propose'), count('attempt'), count('probe')]).toEqual([24, 24, 4 * fresh.length])
    expect(new Set(record.episodes.map(({ id }) => id)).size).toBe(record.episodes.length)
    const byId = new Map(record.episodes.map((episode) => [episode.id, episode]))
    const linked = record.proposals.map(({ episode }) => byId.get(episode ?? '')?.task ?? null)
    expect(linked).toEqual(record.proposals.map(({ task }) => task?.id ?? null))
    for (const { episode, solveRate } of fresh) {
      const outcomes = byId.get(episode ?? '')?.outcomes ?? []
      expect(outcomes.reduce((sum, one) => sum + one, 0) / outcomes.length).toBe(solveRate)
    }
  })

  test('trains what it says, one update, with coefficients that sum to the token mean', async () => {
    const run = fakeRun({ proposerKl: 0, totalSteps: 1 })
    const { episodes } = await firstRecord(run)
    const trained = episodes.filter((episode) => episode.trained)
    const [data = []] = run.client.trained
    expect(data.length).toBe(trained.length)
    const total = episodes.reduce((sum, { tokens }) => sum + tokens.length, 0)
    const shown = data.map((datum) => [Array.from(datum.tokens), Array.from(datum.targets)])
    expect(shown).toEqual(
      trained.map(({ promptTokens, tokens }) => [
        [...promptTokens, ...tokens].slice(0, -1),
        [...promptTokens.slice(1).fill(-1), ...tokens],
      ]),
    )
    for (const [at, { advantage, tokens }] of trained.entries()) {
      const coefficients = Array.from(data[at]?.advantages ?? [])
      const sum = coefficients.reduce((all, value) => all + value, 0)
      expect(coefficients.at(-1)).toBeCloseTo(advantage / total, 7)
      expect(sum).toBeCloseTo((advantage * tokens.length) / total, 6)
    }
  })

  test('every advantage is reward minus baseline over scale within its group', async () => {
    const [, step] = await steps(fakeRun({ totalSteps: 1 }))
    for (const group of step?.record.groups ?? []) {
      const members = step?.record.episodes.filter(
        ({ role, kind, purpose }) =>
          role === group.role && kind === group.kind && purpose !== 'probe',
      )
      expect(members?.length).toBe(group.count)
      for (const { advantage, reward } of members ?? []) {
        expect(advantage).toBeCloseTo((reward - group.baseline) / group.scale, 9)
      }
    }
  })

  test('the reference policy only concerns proposers', async () => {
    const run = fakeRun({ proposerKl: 0.5, totalSteps: 1 })
    const [, step] = await steps(run)
    const trained = step?.record.episodes.filter((episode) => episode.trained) ?? []
    const withKl = (run.client.trained[0] ?? []).map(({ klWeight }) => klWeight !== undefined)
    expect(withKl).toEqual(trained.map(({ role }) => role === 'propose'))
  })

  test('counts add up over the run', async () => {
    const found = await steps(fakeRun())
    const sums = found.at(-1)?.state.counters
    const all = found.slice(1).flatMap(({ record }) => record.episodes)
    expect(sums?.proposed).toBe(all.filter(({ purpose }) => purpose === 'propose').length)
    expect(sums?.solved).toBe(
      all.filter(({ purpose, correct }) => purpose === 'attempt' && correct === true).length,
    )
    expect(sums?.valid).toBe(
      found
        .slice(1)
        .flatMap(({ record }) => record.proposals)
        .filter(({ task }) => task !== null).length,
    )
  })

  test('the learning rate follows its schedule', async () => {
    const run = fakeRun({ learningRate: 1e-2, rampSteps: 2, totalSteps: 3, finalRate: 0.5 })
    await steps(run)
    expect(run.client.rates.map((rate) => Number(rate.toFixed(6)))).toEqual([0.005, 0.01, 0.005])
  })

  test('six groups are normalised, whatever the unit', async () => {
    for (const advNorm of ['sequence', 'token'] as const) {
      const [, step] = await steps(fakeRun({ advNorm, totalSteps: 1 }))
      expect(step?.record.groups.length).toBe(6)
    }
  })
})

describe('what must not be trained on', () => {
  test('held-out programs appear in no task and no prompt', async () => {
    const isReserved = (program: string) => program === programOf('x * 2')
    const run = fakeRun({}, { isReserved })
    const found = await steps(run)
    expect(run.client.asked.filter((prompt) => prompt.includes('return x * 2'))).toEqual([])
    const refused = found.flatMap(({ record }) =>
      record.proposals.filter(({ checks }) =>
        checks.some(({ name, pass }) => name === 'held-out' && !pass),
      ),
    )
    expect(refused.length).toBeGreaterThan(0)
  })

  test('a quarantined proposal reaches no batch, no baseline, no store and no later prompt', async () => {
    const poisoned = (text: string) => text.includes('return x * x')
    const run = fakeRun(
      {},
      { admit: ({ response, role }) => role !== 'propose' || !poisoned(response) },
    )
    const found = await steps(run)
    const bad = found
      .slice(1)
      .flatMap(({ record }) =>
        record.episodes.filter(({ prompt, response, role }) =>
          poisoned(prompt + (role === 'propose' ? response : '')),
        ),
      )
    expect(bad.length).toBeGreaterThan(0)
    expect(bad.every(({ trained, advantage }) => !trained && advantage === 0)).toBe(true)
    for (const { state, record } of found) {
      const stored = Object.values(state.stores)
        .flat()
        .map(({ program }) => program)
      expect(stored.some(poisoned)).toBe(false)
      if (record.step > 0) expect(record.metrics['quarantined']).toBeGreaterThanOrEqual(0)
      expect(record.metrics['sandbox/level']).toBe(4)
    }
    expect(found.at(-1)?.state.counters.quarantined).toBeGreaterThanOrEqual(bad.length)
  })

  test('when everything is quarantined the weights stay as they were, and it is said', async () => {
    const run = fakeRun({ totalSteps: 1 }, { admit: () => false })
    const [, step] = await steps(run)
    expect([run.client.trained.length, run.client.weights]).toEqual([0, 'start'])
    expect(step?.record.warnings).toContain(
      'Nothing to learn from in this step: the weights did not change.',
    )
  })

  test('what the sandbox could not run has neither reward nor advantage, and is counted', async () => {
    const script = nanoModel(6, ['broken(x)', 'broken(x)', 'broken(x)'])
    const [, step] = await steps(fakeRun({ totalSteps: 1 }, { script }))
    const episodes = step?.record.episodes.filter(({ status }) => status === 'infra_error') ?? []
    expect(episodes.length).toBeGreaterThan(0)
    expect(episodes.every(({ trained, reward }) => !trained && reward === 0)).toBe(true)
    expect(step?.record.metrics['undecided']).toBe(episodes.length)
    expect(
      step?.record.warnings.some((text) => text.startsWith('The sandbox could not decide')),
    ).toBe(true)
    const group = step?.record.groups.find(
      ({ role, kind }) => role === 'propose' && kind === 'deduction',
    )
    const decided = step?.record.episodes.filter(
      ({ purpose, kind, status }) =>
        purpose === 'propose' && kind === 'deduction' && status !== 'infra_error',
    )
    expect(group?.count).toBe(decided?.length)
  })
})

describe('controls and ablations', () => {
  test('shuffled rewards keep the distribution and lose the meaning', async () => {
    const [, shuffled] = await steps(fakeRun({ control: 'shuffled-rewards', totalSteps: 1 }))
    const [, plain] = await steps(fakeRun({ totalSteps: 1 }))
    const means = (step: typeof plain) =>
      step?.record.groups.map(({ rewardMean }) => Number(rewardMean.toFixed(9)))
    expect(means(shuffled)).toEqual(means(plain))
    expect(shuffled?.record.episodes.map(({ reward }) => reward)).not.toEqual(
      plain?.record.episodes.map(({ reward }) => reward),
    )
  })

  test('solver-only takes given tasks, proposes nothing and trains attempts', async () => {
    const taskSource = (kind: Parameters<typeof taskOf>[0], count: number) =>
      Promise.resolve(
        Array.from({ length: count }, (_, at) =>
          taskOf(
            kind,
            'x + 1',
            kind === 'induction'
              ? [0, 1, 2, 3, 4, 5].map((x) => [String(x), String(x + 1)])
              : [[String(at), String(at + 1)]],
          ),
        ),
      )
    const found = await steps(fakeRun({ control: 'solver-only', totalSteps: 2 }, { taskSource }))
    const [, step] = found
    expect(new Set(step?.record.episodes.map(({ purpose }) => purpose))).toEqual(
      new Set(['attempt']),
    )
    expect(step?.record.episodes.length).toBe(3 * 8 * 4)
    expect(
      step?.record.proposals.every(({ episode, task }) => episode === null && task !== null),
    ).toBe(true)
    expect(step?.record.groups.map(({ role }) => role)).toEqual(['solve', 'solve', 'solve'])
  })

  test('an untrained proposer is measured but not learned from', async () => {
    const [, step] = await steps(fakeRun({ trainProposer: false, totalSteps: 1 }))
    const proposals = step?.record.episodes.filter(({ purpose }) => purpose === 'propose') ?? []
    expect(proposals.some(({ trained }) => trained)).toBe(false)
    expect(proposals.some(({ advantage }) => advantage !== 0)).toBe(true)
  })

  test('probes train only when reused', async () => {
    const [, step] = await steps(fakeRun({ mcReuse: false, totalSteps: 1 }))
    const probes = step?.record.episodes.filter(({ purpose }) => purpose === 'probe') ?? []
    expect(probes.some(({ trained, advantage }) => trained || advantage !== 0)).toBe(false)
  })

  test('the first steps may pretrain the solver alone', async () => {
    const found = await steps(fakeRun({ pretrainSteps: 1, totalSteps: 2 }))
    const proposed = found.map(({ record }) => record.proposals.length)
    expect(proposed.slice(1)).toEqual([0, 24])
  })

  test.each(['deduction', 'abduction', 'induction'] as const)('%s alone runs', async (kind) => {
    const found = await steps(fakeRun({ types: [kind], totalSteps: 1 }))
    expect(found[1]?.record.groups.map(({ role, kind }) => [role, kind])).toEqual([
      ['propose', kind],
      ['solve', kind],
    ])
  })
})

describe('the generator', () => {
  test('tells phases in order and a step last', async () => {
    const seen: string[] = []
    for await (const event of train(azr, fakeRun({ totalSteps: 1 }))) {
      const name =
        event.type === 'phase' ? `${event.step} ${event.phase}` : `${event.record.step} step`
      if (seen.at(-1) !== name) seen.push(name)
    }
    expect(seen).toEqual([
      '0 propose',
      '0 step',
      '1 propose',
      '1 validate',
      '1 solve',
      '1 verify',
      '1 update',
      '1 step',
    ])
  })

  test('an aborted signal ends it as cancelled, in whatever phase', async () => {
    for (const phase of ['propose', 'validate', 'solve', 'verify', 'update']) {
      const controller = new AbortController()
      const events = train(azr, fakeRun({}, { signal: controller.signal }))
      const reading = async () => {
        for await (const event of events) {
          if (event.type === 'phase' && event.phase === phase && event.step === 1)
            controller.abort()
        }
      }
      await expect(reading()).rejects.toMatchObject({ code: 'cancelled' })
    }
  })

  test('leaving in the middle of a phase cancels what still runs', async () => {
    let given: AbortSignal | undefined
    const sandbox = fakeSandbox()
    const run = {
      ...fakeRun(),
      sandbox: {
        ...sandbox,
        runTwice: (request: Parameters<typeof sandbox.run>[0], signal?: AbortSignal) => {
          given = signal
          return sandbox.run(request)
        },
      },
    }
    const events: TrainEvent[] = []
    for await (const event of train(azr, run)) {
      events.push(event)
      if (event.type === 'step') break
    }
    expect(given?.aborted).toBe(true)
  })

  test('trouble of the engine is thrown, not swallowed', async () => {
    const client = fakeClient(nanoModel(6))
    client.optimStep = () => Promise.reject(new Error('device lost'))
    await expect(steps({ ...fakeRun(), client })).rejects.toThrow('device lost')
  })

  test('seconds of a phase come from the clock that is given', async () => {
    let now = 0
    const [, step] = await steps(fakeRun({ totalSteps: 1 }, { clock: () => (now += 500) }))
    expect(step?.record.phaseSeconds).toEqual({
      propose: 0.5,
      validate: 0.5,
      solve: 0.5,
      verify: 0.5,
      update: 0.5,
      evaluate: 0,
    })
  })
})
