import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Processes that tests start read compiled modules from here, instead of stripping types at every start. */
const COMPILED = fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url))

const project = (name: string, seconds: number, more: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: seconds * 1_000,
    hookTimeout: seconds * 1_000,
    env: { NODE_COMPILE_CACHE: COMPILED },
    unstubEnvs: true,
    unstubGlobals: true,
    // A busy machine is slow, not wrong.
    expect: { poll: { timeout: 50_000 } },
    // Two also on two cores: much of what is tested waits for other processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    ...more,
  },
})

export default defineConfig({
  test: {
    projects: [
      // Most of the time of small files would go into loading the same modules again.
      project('unit', 120, { isolate: false }),
      project('gradcheck', 60, { isolate: false }),
      project('integration', 180),
      project('hostile', 300),
      project('e2e', 300, { globalSetup: ['test/e2e/setup.ts'] }),
    ],
  },
})
