import { type RequestHandler, Router } from 'express'
import type { DecoderReport } from '#shared/redis/decoder-reports.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import type { ApiMetrics } from '../metrics.ts'
import { requestContext } from './request-context.ts'

/** One thing that has to be well before requests are welcome; rejects if it is not. */
export type Probe = { readonly name: string; readonly check: () => Promise<unknown> }

export type HealthDeps = {
  probes: readonly Probe[]
  /** What scan workers have no decoder for: told to administrators, no reason not to be ready. */
  decoders: () => Promise<readonly DecoderReport[]>
  isStopping: () => boolean
  identifyIfPresent: RequestHandler
  log: Logger
}

/** Alive, and ready: Redis answers, the disk can be written to, nobody asked to stop. Administrators see which is not. */
export function healthRoutes({ probes, isStopping, identifyIfPresent, log, decoders }: HealthDeps): Router {
  const router = Router()
  router.get('/health', (_req, res) => {
    res.json({ status: 'ok' })
  })
  router.get('/ready', identifyIfPresent, async (_req, res) => {
    const checks = await Promise.all(
      probes.map(async ({ name, check }) => {
        try {
          await check()
          return { name, ok: true }
        } catch (err) {
          log.warn({ err, probe: name }, 'not ready')
          return { name, ok: false }
        }
      }),
    )
    const ready = !isStopping() && checks.every(({ ok }) => ok)
    const details =
      requestContext().principal?.isAdmin === true
        ? { checks, stopping: isStopping(), missing_decoders: await decoders().catch(() => null) }
        : {}
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', ...details })
  })
  return router
}

export const metricsRoute =
  ({ registry }: ApiMetrics): RequestHandler =>
  async (_req, res) => {
    res.type(registry.contentType).send(await registry.metrics())
  }
