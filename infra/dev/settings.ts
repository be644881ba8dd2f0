import { hostname } from 'node:os'
import { join } from 'node:path'
import { AppError } from '#shared/domain/errors.ts'
import { originOf } from './links.ts'

/** Where everything of `npm start` lies and listens. */
export type DevSettings = ReturnType<typeof readDevSettings>

export function readDevSettings(repository: string, env: NodeJS.ProcessEnv) {
  const at = (...parts: string[]) => join(repository, 'var', ...parts)
  const host = env.HOST || '127.0.0.1'
  const apiPort = port('API_PORT', env.API_PORT, 5010)
  const realtimePort = port('REALTIME_PORT', env.REALTIME_PORT, 5011)
  return Object.freeze({
    repository,
    host,
    apiPort,
    realtimePort,
    origin: env.PUBLIC_URL || originOf(host, apiPort, hostname()),
    realtimeOrigin: env.REALTIME_PUBLIC_URL || originOf(host, realtimePort, hostname()),
    folders: {
      logs: at('log'),
      redis: at('redis'),
      uploads: at('uploads'),
      run: at('run'),
    },
    /** Set by the user: then it is the user's, marker and all. */
    uploadRoot: env.UPLOAD_ROOT || at('uploads'),
    ownUploadRoot: !env.UPLOAD_ROOT,
    secretFile: at('run', 'jwt-secret'),
    pidFile: at('run', 'pids.json'),
    pageSource: join(repository, 'services', 'web'),
    page: join(repository, 'services', 'web', 'dist'),
  })
}

function port(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined || text === '') return fallback
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= 65_535) return value
  throw new AppError('invalid', 'bad_port', `Cannot start: ${name} must be a port from 1 to 65535`)
}
