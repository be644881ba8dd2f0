import { existsSync } from 'node:fs'
import type { Server } from '@tus/server'
import express, { type Express } from 'express'
import helmet from 'helmet'
import type { VerifyToken } from '#shared/contracts/token.ts'
import { isUploadId } from '#shared/domain/names.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { DecoderReport } from '#shared/redis/decoder-reports.ts'
import type { RateLimiter } from '#shared/redis/rate-limits.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import type { ApiConfig } from './config.ts'
import { answerErrors, notFound } from './http/answer-error.ts'
import { authenticate, authenticateIfPresent } from './http/authenticate.ts'
import { beginRequest } from './http/begin-request.ts'
import { type ContentRouteDeps, createContentRoutes } from './http/content-routes.ts'
import { cors } from './http/cors.ts'
import { healthRoutes, metricsRoute, type Probe } from './http/health-routes.ts'
import { limitByAddress } from './http/limit-requests.ts'
import { type UploadRouteDeps, uploadRoutes } from './http/upload-routes.ts'
import { ietfRoutes } from './ietf/ietf-routes.ts'
import type { IetfUploads } from './ietf/ietf-uploads.ts'
import type { SendInterim } from './ietf/interim-responses.ts'
import type { ApiMetrics } from './metrics.ts'
import { FILES_PATH, TUS_PATH } from './paths.ts'
import type { FinalUploads } from './tus/final-uploads.ts'
import { tusRoutes } from './tus/tus-routes.ts'

export type AppDeps = UploadRouteDeps &
  Omit<ContentRouteDeps, 'authenticate'> & {
    config: ApiConfig
    log: Logger
    metrics: ApiMetrics
    verify: VerifyToken
    tus: Server
    ietf: IetfUploads
    sendInterim: SendInterim
    finals: FinalUploads
    uploadLimit: RateLimiter
    withdraw: (record: UploadRecord) => Promise<void>
    addressLimit: RateLimiter
    probes: readonly Probe[]
    isStopping: () => boolean
    decoders: () => Promise<readonly DecoderReport[]>
  }

/** All routes of the API process. */
export function createApp(deps: AppDeps): Express {
  const { config, verify, addressLimit, metrics } = deps
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', config.trustProxy.length === 0 ? false : trustedProxies(config.trustProxy))
  app.use(beginRequest(deps.log, metrics), cors(config.corsOrigins, TUS_PATH))

  const identified = authenticate(verify)
  const { router: contentRoutes, download } = createContentRoutes({ ...deps, authenticate: identified })
  app.get('/metrics', metricsRoute(metrics))
  app.use(FILES_PATH, healthRoutes({ ...deps, identifyIfPresent: authenticateIfPresent(verify) }))
  const uploading = {
    ...deps,
    path: TUS_PATH,
    recordOf: async (id: string) => (isUploadId(id) ? (await deps.lookup.live(id, null))?.record : undefined),
    expiryMs: config.uploadExpiryMs,
    now: Date.now,
  }
  app.use(TUS_PATH, ietfRoutes({ ...uploading, uploads: deps.ietf, maxUploadBytes: config.maxUploadBytes }))
  app.use(TUS_PATH, tusRoutes({ ...uploading, server: deps.tus }))
  app.use(FILES_PATH, limitByAddress(addressLimit))
  // The tus library's own GET can end the process; this one cannot.
  app.get(`${TUS_PATH}/:id`, identified, download)
  app.use(FILES_PATH, contentRoutes, identified, uploadRoutes(deps))
  app.use('/api', notFound)
  servePage(app, config)
  app.use(notFound)
  app.use(answerErrors(deps.log))
  return app
}

/** `true`/number of hops/addresses, as Express's `trust proxy` takes them. */
const trustedProxies = (list: readonly string[]) => (/^\d+$/.test(list[0] ?? '') ? Number(list[0]) : [...list])

function servePage(app: Express, config: ApiConfig): void {
  app.get('/config.json', (_req, res) => {
    res.set('Cache-Control', 'no-store').json({
      realtime_url: config.realtimePublicUrl,
      portal_url: config.portalUrl === '' ? null : config.portalUrl,
      max_upload_bytes: config.maxUploadBytes,
      tus_endpoint: TUS_PATH,
      admin_groups: config.jwt.adminGroups,
    })
  })
  if (!existsSync(config.webRoot)) return
  const realtime =
    config.realtimePublicUrl === '' ? [] : [config.realtimePublicUrl, config.realtimePublicUrl.replace(/^http/, 'ws')]
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          connectSrc: ["'self'", 'ws:', 'wss:', ...realtime],
          imgSrc: ["'self'", 'data:', 'blob:'],
          styleSrc: ["'self'", "'unsafe-inline'"],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          frameAncestors: ["'self'"],
        },
      },
      // TLS ends at nginx, which sends this header.
      strictTransportSecurity: false,
    }),
    express.static(config.webRoot, { index: 'index.html', redirect: false }),
  )
}
