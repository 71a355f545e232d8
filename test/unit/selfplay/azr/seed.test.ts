import { describe, expect, test } from 'vitest'
import type { Kind } from '../../../../electron/contract/task.ts'
import type { SeedTask } from '../../../../electron/selfplay/recipe.ts'
import { canonicalOf } from '../../../../electron/selfplay/values.ts'
import { fakeRun, steps } from '../../../fakes/loop.ts'
import { programOf } from '../../../fakes/sandbox-fake.ts'

async function seeded(...args: Parameters<typeof fakeRun>) {
  const run = fakeRun(...args)
  const [first] = await steps(run, 1)
  if (first === undefined) throw new Error('no step')
  return { run, ...first }
}

describe('bootstrapping', () => {
  test('fills every store with the identity and one target of valid tasks, without an update', async () => {
    const { run, record, state } = await seeded({ seedFactor: 2, batch: 6 })
    const sizes = Object.entries(state.stores).map(([kind, tasks]) => [kind, tasks.length])
    expect(sizes).toEqual([
      ['deduction', 13],
      ['abduction', 13],
      ['induction', 13],
    ])
    expect([record.step, state.step, state.seeded, run.client.trained.length]).toEqual([
      0,
      0,
      true,
      0,
    ])
    expect(record.warnings).toEqual([])
  })

  test('deduction and abduction start from the same programs and inputs', async () => {
    const { state } = await seeded()
    const content = (kind: string) =>
      (state.stores[kind] ?? []).map(({ program, pairs }) => [program, pairs])
    expect(content('deduction')).toEqual(content('abduction'))
    expect(new Set(content('deduction').map((one) => JSON.stringify(one))).size).toBe(9)
  })

  test('every stored task is in the record, every id once', async () => {
    const { record, state } = await seeded()
    const known = record.proposals.flatMap(({ task }) => (task === null ? [] : [task.id]))
    const stored = Object.values(state.stores).flatMap((tasks) => tasks.map(({ id }) => id))
    expect(stored.filter((id) => !known.includes(id))).toEqual([])
    expect(new Set(known).size).toBe(known.length)
    expect(new Set(record.episodes.map(({ id }) => id)).size).toBe(record.episodes.length)
    expect(state.stores['deduction']?.[0]).toMatchObject({
      id: '0/deduction/0',
      program: programOf('x'),
    })
  })

  test('a model that proposes nothing valid does not keep it forever, and it is said', async () => {
    const { run, record } = await seeded({ seedFactor: 2 }, { script: () => 'hm' })
    expect(run.client.asked.length).toBe(2 * 4 * 8 * 3)
    expect(record.warnings[0]).toBe(
      'Seeding ended with 1 of 17 deduction tasks: the model proposes too few valid new ones.',
    )
  })

  test('induction alone still gets programs to write inputs for', async () => {
    const { state } = await seeded({ types: ['induction'] })
    expect([state.stores['deduction']?.length, state.stores['induction']?.length]).toEqual([9, 9])
  })

  test('without seeding there is the identity', async () => {
    const { state } = await seeded({ seedFactor: 0 })
    expect(Object.values(state.stores).map((tasks) => tasks.length)).toEqual([1, 1, 1])
  })

  test('a quarantined proposal is not stored, nor its twin', async () => {
    const { state } = await seeded({}, { admit: ({ response }) => !response.includes('x * x') })
    const programs = Object.values(state.stores).flatMap((tasks) =>
      tasks.map(({ program }) => program),
    )
    expect(programs).not.toContain(programOf('x * x'))
  })
})

describe("tasks of the user's", () => {
  const own = (kind: Kind, program: string, inputs: readonly string[]): SeedTask => {
    return { kind, program, inputs, message: 'a hint' }
  }

  test('stand in the stores first, with outputs from running them, and count towards the target', async () => {
    const seeds = [
      own('deduction', programOf('x * 2'), ['21']),
      own('induction', programOf('x + 1'), ['1', '2', '3', '4', '5', '6', '7']),
    ]
    const { state, record } = await seeded({ seedFactor: 1 }, { seeds })
    const [, first] = state.stores['deduction'] ?? []
    expect(first).toMatchObject({ id: '0/deduction/1', step: 0, program: programOf('x * 2') })
    expect(first?.pairs).toEqual([{ input: '21', output: canonicalOf('42') }])
    expect(state.stores['abduction']?.[1]).toMatchObject({ id: '0/abduction/1' })
    expect(state.stores['induction']?.[1]?.pairs.length).toBe(6)
    expect(Object.values(state.stores).map((tasks) => tasks.length)).toEqual([9, 9, 9])
    const ids = record.proposals.flatMap(({ task }) => (task === null ? [] : [task.id]))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain('0/induction/2')
  })

  test('enough of them, and the model is asked for none', async () => {
    const seeds = Array.from({ length: 8 }, (_, at) =>
      own('abduction', programOf('x + 1'), [String(at)]),
    )
    const { run } = await seeded({ seedFactor: 1, types: ['abduction'] }, { seeds })
    expect(run.client.asked).toEqual([])
  })

  test('what fails a check is left out, and it is said', async () => {
    const seeds = [
      own('deduction', programOf('1 / 0'), ['1']),
      own('deduction', programOf('x * 2'), ['2']),
      own('induction', programOf('x * 2'), ['2']),
      own('deduction', 'no program', ['2']),
    ]
    const { state, record } = await seeded({ seedFactor: 0 }, { seeds })
    expect(state.stores['deduction']?.map(({ program }) => program)).toEqual([
      programOf('x'),
      programOf('x * 2'),
    ])
    expect(record.warnings[0]).toBe(
      'Seed file: 3 of 4 tasks were left out; the first for runs: exception: exception.',
    )
  })

  test('held-out programs among them never enter', async () => {
    const seeds = [own('deduction', programOf('x * 2'), ['2'])]
    const isReserved = (program: string) => program === programOf('x * 2')
    const { state } = await seeded({ seedFactor: 0 }, { seeds, isReserved })
    expect(state.stores['deduction']?.length).toBe(1)
  })
})
