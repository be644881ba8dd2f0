import { hostname } from 'node:os'
import type { Logger } from '../runtime/logger.ts'
import type { Keys } from './keys.ts'
import type { RedisClient } from './redis-client.ts'

/** A worker that has not reported for this long is gone, s. */
const KEPT_SECONDS = 180
const REPORT_MS = 60_000

export type MissingTool = { readonly tool: string; readonly formats: readonly string[] }
export type DecoderReport = { readonly worker: string; readonly missing: readonly MissingTool[] }

/** Which decoders each scan worker lacks, so that the API's `/ready` can tell: it runs on other hosts. */
export function createDecoderReports({ redis, keys, log }: { redis: RedisClient; keys: Keys; log: Logger }) {
  const key = keys.missingDecoders
  return {
    /** Reports now and each minute; answers how to stop. */
    report(missing: readonly MissingTool[]): () => Promise<void> {
      const worker = `${hostname()}:${process.pid}`
      const tell = () =>
        redis
          .multi()
          .hset(key, worker, JSON.stringify({ at: Date.now(), missing }))
          .expire(key, KEPT_SECONDS)
          .exec()
          .catch((err) => log.warn({ err }, 'decoders not reported'))
      void tell()
      const timer = setInterval(tell, REPORT_MS)
      return async () => {
        clearInterval(timer)
        await redis.hdel(key, worker).catch((err) => log.warn({ err }, 'decoder report not taken back'))
      }
    },
    /** What the workers that are there lack. */
    async read(): Promise<DecoderReport[]> {
      const since = Date.now() - KEPT_SECONDS * 1000
      return Object.entries(await redis.hgetall(key)).flatMap(([worker, text]) => {
        const { at, missing } = JSON.parse(text) as { at: number; missing: MissingTool[] }
        return at < since || missing.length === 0 ? [] : [{ worker, missing }]
      })
    },
  }
}
