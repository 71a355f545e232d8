/**
 * The contract over processes, and what only they have: several Pythons, the bench.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sandboxBench } from '../../electron/sandbox/bench.ts'
import type { LocalSandbox } from '../../electron/sandbox/local.ts'
import { openSandbox } from '../../electron/sandbox/open.ts'
import { onPath } from '../../electron/sandbox/python.ts'
import { ordinaryProgram } from '../../electron/sandbox/workload.ts'
import { textOf } from '../hostile/arena.ts'
import { testContract } from './sandbox-contract.ts'

let sandbox: LocalSandbox

beforeAll(async () => {
  sandbox = await openSandbox({ workers: 2 })
})

afterAll(() => sandbox.close())

testContract(() => sandbox, 2_000)

const run = async (program: string, ...inputs: string[]) =>
  (await sandbox.run({ program, inputs })).outcomes.map(textOf)

test('the two hash seeds of runTwice are fixed, so that run gives the same value in every sandbox', async () => {
  const program = "def f(a):\n    return hash('a'), list({'x', 'y', 'z', 'w'})\n"
  const first = await run(program, '1')
  const other = await openSandbox({ workers: 1 })
  const again = await other.run({ program, inputs: ['1'] })
  await other.close()
  expect(again.outcomes.map(textOf)).toEqual(first)
  for (let round = 0; round < 8; round++) expect(await run(program, '1')).toEqual(first)
})

/** Pythons beside the default one, where PATH names them. */
const otherPythons = () => onPath([9, 10, 11, 12, 13, 14].map((minor) => `python3.${minor}`))

test('every Python from 3.9 that is here gives the same values', async () => {
  const programs = Array.from({ length: 40 }, (_, at) => ordinaryProgram(at))
  const expected = await Promise.all(programs.map((program) => sandbox.run(program)))
  const different: string[] = []
  for (const path of await otherPythons()) {
    const other = await openSandbox({ workers: 1, python: path }).catch(() => null)
    // A name on PATH may be a shim without a Python behind it.
    if (other === null) continue
    const replies = await Promise.all(programs.map((program) => other.run(program)))
    replies.forEach(({ outcomes }, at) => {
      const wanted = expected[at]?.outcomes.map(textOf).join()
      if (outcomes.map(textOf).join() !== wanted) different.push(`${path}: program ${at}`)
    })
    if (other.level !== sandbox.level) different.push(`${path}: level ${other.level}`)
    await other.close()
  }
  expect(different).toEqual([])
})

test('the bench gives every figure, and memory as promised', async () => {
  const figures = await sandboxBench({ workers: 2, programs: 60 })
  expect(figures).toMatchObject({ workers: 2, level: sandbox.level })
  for (const value of Object.values(figures)) expect(value).toBeGreaterThan(0)
  expect(figures.p99Ms).toBeGreaterThanOrEqual(figures.p50Ms)
  expect(figures.rssPerWorkerMb).toBeLessThan(25)
})
