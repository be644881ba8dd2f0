import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Each test file has a process of its own; on two cores more than two at once only wait for each other. */
const WORKERS = 2

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    pool: 'forks',
    globalSetup: ['test/global-setup/redis.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/{unit,contract,integration}/**/*.test.ts'],
          maxWorkers: WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Whole sites of many processes, and a browser: one file at a time, after everything small has passed.
        extends: true,
        test: {
          name: 'whole',
          include: ['test/{e2e,browser,chaos}/**/*.test.ts'],
          testTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
