import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes longest; beside the run of faults goes what is one process or waits. */
const LONG = [
  'chaos/chaos',
  'integration/realtime-faults',
  'unit/gate/mutation',
  'unit/gate/adversary-bombs',
  'unit/gate/adversary',
  'integration/differential',
  'e2e/start',
  'e2e/redis-lost',
  'e2e/kills',
  'e2e/redis-away',
  'e2e/cli',
  'e2e/two-processes',
  'e2e/rolling-restart',
  'e2e/redis-faults',
  'e2e/redis-cluster',
  'e2e/fair-scans',
  'browser/page',
  'e2e/redis-sentinel',
]

const rank = ({ moduleId }: TestSpecification): number => {
  const at = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  return at >= 0 ? at : LONG.length + (moduleId.includes('/test/e2e/') ? 0 : 1)
}

/** Long files first, then the other whole sites, then everything small, which fills both lanes up to the end. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}
