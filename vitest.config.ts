import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], seconds: number) => ({
  test: { name, include, testTimeout: seconds * 1000, hookTimeout: seconds * 1000 },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], 30),
      project('gradcheck', ['test/gradcheck/**/*.test.ts'], 60),
      project('integration', ['test/integration/**/*.test.ts'], 180),
      project('hostile', ['test/hostile/**/*.test.ts'], 120),
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
