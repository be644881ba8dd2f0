import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTokenVerifier } from '#shared/contracts/token.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { createScanLine } from '#shared/queue/scan-line.ts'
import { checkRedis } from '#shared/redis/check-redis.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createDecoderReports } from '#shared/redis/decoder-reports.ts'
import { rebuilding } from '#shared/redis/index-replies.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { probeRedis } from '#shared/redis/probe-redis.ts'
import { createProgressPublisher } from '#shared/redis/progress-publisher.ts'
import { createRateLimiter } from '#shared/redis/rate-limits.ts'
import { createTickets } from '#shared/redis/tickets.ts'
import { createUploadLocks } from '#shared/redis/upload-lock.ts'
import type { Lifecycle } from '#shared/runtime/lifecycle.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { createLayout } from '#shared/storage/layout.ts'
import { checkRoot } from '#shared/storage/root.ts'
import { composeUploads, noteNewSite } from '#shared/uploads/compose-uploads.ts'
import { createFinishUpload } from '#shared/uploads/finish-upload.ts'
import { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import { createApp } from './app.ts'
import { OpenBodies } from './bodies/open-bodies.ts'
import { composeTus } from './compose-tus.ts'
import type { ApiConfig } from './config.ts'
import { answerClientError } from './http/client-error.ts'
import { holdBody } from './http/finish-answer.ts'
import { inOrder } from './http/in-order.ts'
import { createSendInterim } from './ietf/interim-responses.ts'
import { watchLine } from './line-metrics.ts'
import { createApiMetrics } from './metrics.ts'
import { watchSweep } from './sweep-metrics.ts'
import { createFindUpload } from './use-cases/find-upload.ts'
import { createListUploads } from './use-cases/list-uploads.ts'
import { createRemoveLocked } from './use-cases/remove-locked.ts'
import { createRoomGauge } from './use-cases/room.ts'

/** Composition root: builds in order, registers each stop as soon as there is something to stop. */
export async function composeApi(config: ApiConfig, log: Logger, life: Lifecycle): Promise<{ port: number }> {
  const layout = createLayout(config.uploadRoot)
  await checkRoot(layout)
  const keys = createKeys(config.redisPrefix)
  const redis = connectRedis(config.redis, 'command', log)
  life.onStop('redis', async () => redis.disconnect())
  await checkRedis(redis, log)
  const subscriber = connectRedis(config.redis, 'subscriber', log)
  life.onStop('redis subscriber', async () => subscriber.disconnect())

  const line = createScanLine({ redis, keys, log, ...config.scanLine })
  life.onStop('scan queue', () => line.close())
  const publisher = createProgressPublisher({ redis, keys })
  life.onStop('progress', async () => publisher.close())
  const locks = createUploadLocks({ redis, subscriber, keys, log, bodiesPerUser: config.uploadsPerUser })
  await locks.listen()

  const now = () => new Date()
  const uploads = composeUploads({ redis, keys, layout })
  await noteNewSite(uploads)
  const { index, files, placement, lookup, upkeep } = uploads
  const metrics = createApiMetrics()
  const bodies = new OpenBodies()
  metrics.watchReceiving(() => bodies.count)
  watchLine(metrics.registry, line.figures, log)
  watchSweep(metrics.registry, upkeep.actions, log)
  const find = createFindUpload({ lookup })
  const removeUpload = createRemoveUpload({ files, placement, index, now, log })
  const remove = ({ record, received }: { record: Parameters<typeof removeUpload.remove>[0]; received: number }) =>
    removeUpload.remove(record, received, 'delete')
  const finish = createFinishUpload({ files, index, locks, line, now, log })
  const room = createRoomGauge(layout, config)
  const withdraw = (record: UploadRecord) =>
    removeUpload.withdraw(record).catch((err) => log.warn({ err }, 'admission not taken back'))
  const { tus, finals, ietf } = composeTus({
    config,
    index,
    lookup,
    files,
    placement,
    locks,
    publisher,
    metrics,
    bodies,
    log,
    find,
    finish,
    remove,
    removeUpload,
    withdraw,
    room,
    now,
  })

  const app = createApp({
    ...{ config, log, metrics, tus, finals, find, index, lookup, placement, quotaBytes: config.quotaBytes },
    assertWhole: async () => {
      if (!(await upkeep.isBuilt())) throw rebuilding()
    },
    tickets: createTickets({ redis, keys }),
    remove: createRemoveLocked({ locks, lookup, placement, removeUpload }),
    withdraw,
    ietf,
    sendInterim: createSendInterim(config.interimResponses, log),
    list: createListUploads({ index }),
    verify: createTokenVerifier(config.jwt),
    uploadLimit: createRateLimiter(redis, keys, 'uploads', config.rateLimits.uploads),
    addressLimit: createRateLimiter(redis, keys, 'requests', config.rateLimits.requests),
    probes: [
      { name: 'redis', check: () => probeRedis(redis, keys) },
      { name: 'disk', check: () => checkRoot(layout) },
    ],
    isStopping: () => life.isStopping,
    decoders: createDecoderReports({ redis, keys, log }).read,
  })
  const handle = inOrder(app)
  const http = createServer(handle).on('checkContinue', (req, res) => {
    holdBody(req)
    handle(req, res)
  })
  http.on('clientError', answerClientError)
  const server = await listen(http, config)
  life.onStop('http', () => closeServer(server, bodies))
  const { port } = server.address() as AddressInfo
  log.info({ host: config.host, port }, 'listening')
  return { port }
}

/** How long a connection may be silent in the middle of a body, ms. */
const SILENCE_MS = 300_000

/** How long answers may take to end once the process stops, ms. */
const CUT_OFF_MS = 3_000

async function listen(server: HttpServer, { host, port }: { host: string; port: number }): Promise<HttpServer> {
  // A body of 100 GB takes hours: only silence ends it.
  server.requestTimeout = 0
  server.headersTimeout = 60_000
  server.keepAliveTimeout = 75_000
  server.timeout = SILENCE_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve())
  })
  return server
}

/** Stops accepting, ends bodies with the offset they reached, and cuts off what is still open after a while (a slow download). */
async function closeServer(server: HttpServer, bodies: OpenBodies): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  bodies.stop()
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), CUT_OFF_MS)
  await closed.finally(() => clearTimeout(cut))
}
