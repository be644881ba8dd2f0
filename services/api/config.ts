import { isAbsolute } from 'node:path'
import { readCommon } from '#shared/config/common.ts'
import type { EnvReader } from '#shared/config/env.ts'
import { readJwt } from '#shared/config/jwt.ts'
import { readQuota } from '#shared/config/quota.ts'
import { readRateLimits } from '#shared/config/rate-limits.ts'
import { readScanLine } from '#shared/config/scan-line.ts'
import { GIB, LIMITS, TIB } from '#shared/domain/limits.ts'

export type ApiConfig = ReturnType<typeof loadApiConfig>

const WEB_ROOT = new URL('../web/dist', import.meta.url).pathname

export function loadApiConfig(read: EnvReader) {
  const common = readCommon(read)
  const publicUrl = read.url('PUBLIC_URL', ['http:', 'https:'], '')
  const webRoot = read.text('WEB_ROOT', WEB_ROOT)
  if (!isAbsolute(webRoot)) read.problem('WEB_ROOT must be an absolute path')
  return Object.freeze({
    ...common,
    jwt: readJwt(read, common.production),
    rateLimits: readRateLimits(read, common.production),
    host: read.text('HOST', '127.0.0.1'),
    port: read.int('API_PORT', { min: 0, max: 65_535, fallback: 5010 }),
    publicUrl,
    realtimePublicUrl: read.url('REALTIME_PUBLIC_URL', ['http:', 'https:'], ''),
    portalUrl: read.url('AUTH_PORTAL_URL', ['http:', 'https:'], ''),
    corsOrigins: read.list('CORS_ORIGINS', []),
    trustProxy: read.list('TRUST_PROXY', []),
    interimResponses: read.choice('INTERIM_RESPONSES', ['auto', 'on', 'off'], 'auto'),
    uploadsPerUser: read.int('UPLOADS_PER_USER', { min: 0, max: 1_000_000, fallback: 64 }),
    maxUploadBytes: read.bytes('MAX_UPLOAD_BYTES', { min: 1, max: LIMITS.uploadBytes, fallback: 128 * GIB }),
    quotaBytes: readQuota(read),
    freeBytesReserve: read.bytes('FREE_BYTES_RESERVE', { min: 0, max: 1024 * TIB, fallback: GIB }),
    uploadExpiryMs: read.int('UPLOAD_EXPIRY_HOURS', { min: 1, max: 8_760, fallback: 168 }) * 3_600_000,
    scanLine: readScanLine(read),
    webRoot,
  })
}
