import { readCommon } from '#shared/config/common.ts'
import type { EnvReader } from '#shared/config/env.ts'
import { readJwt } from '#shared/config/jwt.ts'
import { readQuota } from '#shared/config/quota.ts'

export type RealtimeConfig = ReturnType<typeof loadRealtimeConfig>

export function loadRealtimeConfig(read: EnvReader) {
  const common = readCommon(read)
  const publicUrl = read.url('PUBLIC_URL', ['http:', 'https:'], '')
  return Object.freeze({
    ...common,
    jwt: readJwt(read, common.production),
    host: read.text('HOST', '127.0.0.1'),
    port: read.int('REALTIME_PORT', { min: 0, max: 65_535, fallback: 5011 }),
    /** Origins of pages that may connect, besides those of the host itself. */
    origins: Object.freeze([...readOrigins(read), ...(publicUrl === '' ? [] : [new URL(publicUrl).origin])]),
    quotaBytes: readQuota(read),
  })
}

function readOrigins(read: EnvReader): string[] {
  return read.list('CORS_ORIGINS', []).flatMap((origin) => {
    if (origin === '*') return [origin]
    if (/^https?:/.test(origin) && URL.canParse(origin)) return [new URL(origin).origin]
    read.problem('CORS_ORIGINS must be "*" or origins such as https://portal.example.org, with commas between')
    return []
  })
}
