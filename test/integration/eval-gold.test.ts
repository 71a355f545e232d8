/** A sample of every suite's references and of their mutations; the full measurement is test/bench/eval-gold.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveConfig } from '../../electron/contract/config.ts'
import type { GradeDeps } from '../../electron/eval/benchmark.ts'
import { BENCHMARKS } from '../../electron/eval/suites/registry.ts'
import { openSandbox } from '../../electron/sandbox/open.ts'
import type { Sandbox } from '../../electron/sandbox/sandbox.ts'
import { goldOf, mutationsOf, NO_DATA } from '../fakes/gold-suites.ts'

// LiveCodeBench may not be passed on and is not among the files; its loader has tests of its own.
const PRESENT = BENCHMARKS.filter(({ id }) => !id.startsWith('livecodebench'))
const CODE = PRESENT.filter(({ area }) => area !== 'math')

describe.skipIf(NO_DATA !== null)(
  `references of the public suites${NO_DATA === null ? '' : ` (${NO_DATA})`}`,
  () => {
    let sandbox: Sandbox
    let deps: GradeDeps
    beforeAll(async () => {
      sandbox = await openSandbox({ workers: 2 })
      const signal = new AbortController().signal
      deps = { sandbox, signal, config: resolveConfig('nano'), template: 'azr' }
    })
    afterAll(() => sandbox.close())

    test.each(PRESENT.map((benchmark) => [benchmark.id, benchmark] as const))(
      '%s: the references are right',
      async (id, benchmark) => {
        const count = benchmark.area === 'math' ? null : id.endsWith('+') ? 3 : 12
        const { failures, right, items } = await goldOf(benchmark, count, 1, deps)
        expect(failures.filter(({ known }) => !known)).toEqual([])
        expect(right).toBe(items - failures.length)
      },
    )

    test.each(CODE.map((benchmark) => [benchmark.id, benchmark] as const))(
      '%s: mutations of the references are wrong',
      async (id, benchmark) => {
        const count = id.endsWith('+') ? 4 : 12
        const { caught, tried } = await mutationsOf(benchmark, count, 1, deps)
        expect(caught / tried).toBeGreaterThanOrEqual(0.75)
      },
    )
  },
)
