import { Counter, type Registry } from 'prom-client'
import type { Logger } from '#shared/runtime/logger.ts'

/** What the sweeps of the whole site have done and found, as Redis counts it: every API process tells the same. */
export function watchSweep(registry: Registry, read: () => Promise<Record<string, string>>, log: Logger): void {
  new Counter({
    name: 'airlock_sweep_actions_total',
    help: 'What the sweep has put right or found, in the whole site, by action',
    labelNames: ['action'],
    registers: [registry],
    async collect() {
      const actions = await read().catch((err) => {
        log.warn({ err }, 'sweep actions not read')
        return {}
      })
      this.reset()
      for (const [action, times] of Object.entries(actions)) this.inc({ action }, Number(times))
    },
  })
}
