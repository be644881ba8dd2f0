import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongFirst } from './long-first.ts'

/** Each test file has a process of its own. Two at once keep two cores busy; with three the sites of many processes fall behind their time limits. */
const WORKERS = 2

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    pool: 'forks',
    maxWorkers: WORKERS,
    sequence: { sequencer: LongFirst },
    globalSetup: ['test/global-setup/redis.ts', 'test/global-setup/compile-cache.ts'],
    // Above the limits of what they wait for, so that these say what did not come.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    teardownTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: { name: 'parts', include: ['test/{unit,contract,integration}/**/*.test.ts'] },
      },
      {
        // Whole sites of many processes, and a browser.
        extends: true,
        test: { name: 'whole', include: ['test/{e2e,browser,chaos}/**/*.test.ts'], testTimeout: 300_000 },
      },
    ],
  },
})
