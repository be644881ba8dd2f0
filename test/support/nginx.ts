import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../../infra/cache-folder.ts'
import { fetchDebianPackages } from '../../infra/debian/fetch-packages.ts'
import { NGINX_DEFAULTS, type NginxValues, renderSite } from '../../infra/nginx/render-site.ts'
import { findOnPath } from '../../infra/process/find-on-path.ts'
import { type CommandResult, runCommand } from '../../infra/process/run-command.ts'
import { stopChild } from '../../infra/process/stop-child.ts'
import { selfSigned } from '../../infra/tls/self-signed.ts'
import { freePort } from './ports.ts'
import { REPOSITORY } from './repository.ts'
import { makeTempFolder, type TempFolder } from './temp.ts'

export type NginxProgram = { readonly file: string; readonly env: NodeJS.ProcessEnv; readonly label: string }

/** nginx on PATH, else Debian's package, unpacked without root. */
export async function findNginx(): Promise<NginxProgram> {
  const installed = findOnPath(['nginx'], process.env.PATH)
  if (installed !== undefined) return { file: installed, env: process.env, label: installed }
  const { root, libraryPath } = await fetchDebianPackages(['nginx'], cacheFolder(REPOSITORY, process.env))
  const env = { ...process.env, LD_LIBRARY_PATH: libraryPath }
  return { file: join(root, 'usr/sbin/nginx'), env, label: "Debian's package, unpacked" }
}

export type NginxSite = {
  readonly folder: string
  readonly httpPort: number
  readonly httpsPort: number
  /** PEM of the certificate, for clients to trust. */
  readonly certificate: string
  check(): Promise<CommandResult>
  start(): Promise<{ stop(): Promise<void> }>
  /** Both logs, as they are now. */
  logs(): Promise<string>
  remove(): Promise<void>
}

/** The delivered site on free ports with a certificate of its own, as an ordinary user. */
export async function makeNginxSite(
  nginx: NginxProgram,
  upstreams: Pick<NginxValues, 'AIRLOCK_API_SERVERS' | 'AIRLOCK_REALTIME_SERVERS'>,
): Promise<NginxSite> {
  const temp = await makeTempFolder('nginx')
  const at = (...parts: string[]) => join(temp.path, ...parts)
  const [httpPort, httpsPort] = [await freePort(), await freePort()]
  const { certificate, key } = selfSigned(['localhost', '127.0.0.1'], new Date(), 2)
  await writeSite(temp, { ...upstreams, ...ownValues(at, httpPort, httpsPort) }, { certificate, key })
  const args = ['-p', temp.path, '-c', at('nginx.conf'), '-e', at('error.log')]
  return {
    folder: temp.path,
    httpPort,
    httpsPort,
    certificate,
    check: () => runCommand(nginx.file, [...args, '-t'], { env: nginx.env }),
    start: async () => {
      const child = spawn(nginx.file, args, { env: nginx.env, stdio: ['ignore', 'inherit', 'inherit'] })
      return { stop: async () => void (await stopChild(child, 10_000)) }
    },
    logs: async () =>
      (await Promise.all([at('access.log'), at('error.log')].map((file) => readFile(file, 'utf8')))).join(''),
    remove: temp.remove,
  }
}

const ownValues = (at: (...parts: string[]) => string, httpPort: number, httpsPort: number) => ({
  AIRLOCK_HTTP_PORT: `127.0.0.1:${httpPort}`,
  AIRLOCK_HTTPS_PORT: `127.0.0.1:${httpsPort}`,
  AIRLOCK_HTTPS_SUFFIX: `:${httpsPort}`,
  AIRLOCK_CERTIFICATE: at('tls.crt'),
  AIRLOCK_CERTIFICATE_KEY: at('tls.key'),
  AIRLOCK_PAGE_ROOT: at('page'),
  AIRLOCK_ACCESS_LOG: at('access.log'),
})

async function writeSite(
  temp: TempFolder,
  values: Partial<NginxValues>,
  { certificate, key }: { certificate: string; key: string },
): Promise<void> {
  const at = (...parts: string[]) => join(temp.path, ...parts)
  const template = await readFile(join(REPOSITORY, 'infra/nginx/airlock.conf.template'), 'utf8')
  await mkdir(at('page', 'assets'), { recursive: true })
  await mkdir(at('airlock.d'))
  await Promise.all([
    writeFile(at('page', 'index.html'), '<!doctype html><title>Airlock</title>'),
    writeFile(at('page', 'assets', 'index-abc123.js'), 'export {}'),
    writeFile(at('tls.crt'), certificate),
    writeFile(at('tls.key'), key, { mode: 0o600 }),
    writeFile(at('airlock.conf'), renderSite(template, { ...NGINX_DEFAULTS, ...values })),
    writeFile(at('nginx.conf'), mainConfig(temp.path)),
  ])
}

/** What an installed nginx brings itself, without root: in the foreground, everything below one folder. */
const mainConfig = (folder: string): string => `
daemon off;
${process.getuid?.() === 0 ? 'user root root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
events { worker_connections 256; }
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  types { text/html html; text/javascript js; }
  default_type application/octet-stream;
  include ${folder}/airlock.conf;
}
`
