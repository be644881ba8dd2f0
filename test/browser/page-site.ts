import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../support/ports.ts'
import { startProcess } from '../support/processes.ts'
import { REPOSITORY } from '../support/repository.ts'
import { type Member, startSite } from '../support/site.ts'
import { makeTempFolder } from '../support/temp.ts'

export type PageSite = {
  readonly url: string
  readonly root: string
  readonly realtime: Member
  stop(): Promise<(number | null)[]>
}

/** A whole site whose API serves the page as it is built from the sources of this moment. */
export async function startPageSite(): Promise<PageSite> {
  const built = await makeTempFolder('page')
  const vite = join(REPOSITORY, 'node_modules/vite/bin/vite.js')
  const build = ['build', 'services/web', '--outDir', built.path, '--emptyOutDir', '--logLevel', 'warn']
  const [site, port] = await Promise.all([
    startSite({ apis: 0, realtimes: 1, scans: 2, sweeps: 1, env: { QUOTA_BYTES: '40GiB' } }),
    freePort(),
    // As it is shipped: with NODE_ENV=test, which vitest sets, it would be React for developers.
    promisify(execFile)(process.execPath, [vite, ...build], {
      cwd: REPOSITORY,
      env: { ...process.env, NODE_ENV: 'production' },
    }),
  ])
  const [realtime] = site.realtimes
  if (realtime === undefined) throw new Error('The site has no realtime process')
  const api = await startProcess('services/api/main.ts', {
    ...site.env,
    API_PORT: String(port),
    REALTIME_PUBLIC_URL: realtime.url,
    WEB_ROOT: built.path,
  })
  return {
    url: `http://127.0.0.1:${port}`,
    root: site.root,
    realtime,
    stop: async () => {
      const code = await api.stop()
      const codes = await site.stop()
      await built.remove()
      return [code, ...codes]
    },
  }
}
