import { expect, test } from 'vitest'
import { azr } from '../../../../electron/selfplay/azr/azr.ts'
import { contextOf, solved, taskOf } from '../../../fakes/hooks.ts'
import { fakeSandbox, programOf } from '../../../fakes/sandbox-fake.ts'

const inputs = ['1', '2', '3', '10', '20', '30']
const pairs = inputs.map((input): [string, string] => [input, String(Number(input) + 1)])
const plain = taskOf('induction', 'x + 1', pairs)
const hard = taskOf('induction', 'x - -1', pairs)

test('a right program says how much simpler it is than the hidden one', async () => {
  const sandbox = fakeSandbox()
  const analyse = async (programs: readonly string[]) =>
    (await sandbox.analyse(programs)).map((facts, at) =>
      facts.ok ? { ...facts, cognitive: programs[at] === hard.program ? 5 : 2 } : facts,
    )
  const context = contextOf({}, { sandbox: { ...sandbox, analyse } })
  const [same, wrong, simpler] = await azr.verify(context, [
    solved(plain, programOf('x + 1')),
    solved(plain, programOf('x * 2'), { index: 1 }),
    solved(hard, programOf('x + 1'), { index: 2 }),
  ])
  expect(same?.complexityGap).toBe(0)
  expect(wrong?.complexityGap).toBeUndefined()
  expect(simpler?.complexityGap).toBe(3)
})
