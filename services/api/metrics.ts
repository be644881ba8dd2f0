import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'

export type ApiMetrics = ReturnType<typeof createApiMetrics>

/** Prometheus figures of one API process. */
export function createApiMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    requests: new Counter({
      name: 'airlock_api_requests_total',
      help: 'Requests by method and status',
      labelNames: ['method', 'status'],
      registers,
    }),
    receivedBytes: new Counter({
      name: 'airlock_received_bytes_total',
      help: 'Bytes of uploads written to staging',
      registers,
    }),
    created: new Counter({ name: 'airlock_uploads_created_total', help: 'Uploads admitted', registers }),
    finished: new Counter({ name: 'airlock_uploads_finished_total', help: 'Uploads received whole', registers }),
    refused: new Counter({
      name: 'airlock_uploads_refused_total',
      help: 'Creations refused, by code',
      labelNames: ['code'],
      registers,
    }),
    /** `count` is asked at each scrape. */
    watchReceiving: (count: () => number) =>
      new Gauge({
        name: 'airlock_receiving',
        help: 'Bodies being received now',
        registers,
        collect() {
          this.set(count())
        },
      }),
  }
}
