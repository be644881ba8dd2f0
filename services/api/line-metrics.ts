import { Gauge, type Registry } from 'prom-client'
import type { LineFigures } from '#shared/redis/scan-line.ts'
import type { Logger } from '#shared/runtime/logger.ts'

/** One look at the line serves all gauges of a scrape, ms. */
const FRESH_MS = 500

const GAUGES: readonly [name: string, help: string, of: (figures: LineFigures) => number][] = [
  ['airlock_scans_pending', 'Uploads of the whole site that wait in line for a scan', ({ pending }) => pending],
  ['airlock_scans_in_flight', 'Uploads of the whole site given to the scan queue', ({ inFlight }) => inFlight],
  ['airlock_scan_slots', 'Scans all workers of the site can make at once', ({ slots }) => slots],
  [
    'airlock_scan_oldest_pending_seconds',
    'How long the upload that came first has waited in line',
    (line) => line.oldestMs / 1000,
  ],
]

/** The line for scans, the same from each API process; while Redis does not answer the gauges have no value. */
export function watchLine(registry: Registry, read: () => Promise<LineFigures>, log: Logger): void {
  let seen: { at: number; figures: Promise<LineFigures | undefined> } | undefined
  const look = () => {
    const now = performance.now()
    if (seen === undefined || now - seen.at > FRESH_MS) {
      const figures = read().catch((err) => {
        log.warn({ err }, 'line for scans not counted')
        return undefined
      })
      seen = { at: now, figures }
    }
    return seen.figures
  }
  for (const [name, help, of] of GAUGES) {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const figures = await look()
        this.set(figures === undefined ? Number.NaN : of(figures))
      },
    })
  }
}
