import { join } from 'node:path'

/** Programs that were fetched rather than installed; `AIRLOCK_CACHE` shares them between check-outs. */
export const cacheFolder = (repository: string, env: NodeJS.ProcessEnv): string =>
  env.AIRLOCK_CACHE ?? join(repository, 'var', 'cache')
