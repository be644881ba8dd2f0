import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/** `connections` is asked when the metrics are. */
export function createMetrics(connections: (kind: 'socketio' | 'ws') => number) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'airlock_realtime_connections',
    help: 'Open sockets by protocol',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const kind of ['socketio', 'ws'] as const) this.set({ kind }, connections(kind))
    },
  })
  const counter = (name: string, help: string) => new Counter({ name: `airlock_realtime_${name}`, help, registers })
  return {
    registry,
    relayed: counter('events_relayed_total', 'State events this process relayed as the leader'),
    gaps: counter('gaps_total', 'Times that relayed messages were missing and were read from the stream'),
    progressDropped: counter('progress_dropped_total', 'Progress messages dropped for slow or new clients'),
    lag: new Histogram({
      name: 'airlock_realtime_relay_lag_seconds',
      help: "From an event's place in the stream to its relay, by Redis's clock and this host's",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
      registers,
    }),
    leading: new Gauge({ name: 'airlock_realtime_is_relay_leader', help: 'Whether this process relays', registers }),
  }
}
