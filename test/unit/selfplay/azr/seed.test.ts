import { describe, expect, test } from 'vitest'
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
