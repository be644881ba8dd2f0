import type { Load } from './client/client-process.ts'
import type { LoadClient } from './client/load-client.ts'
import { cpuSeconds, memory } from './process-figures.ts'
import { type BenchSite, syncDisk, type Target } from './servers/bench-site.ts'
import { median } from './statistics.ts'
import { fixed, mebibytes, table } from './table.ts'

/** What one round of one server cost. */
export type Figures = {
  /** Until the last acknowledgement. */
  readonly seconds: number
  /** Until every byte was on the disk too (Airlock: at the acknowledgement; bare: after a sync). */
  readonly durableSeconds: number
  readonly cpu: number
  readonly redisCpu: number
  readonly peak: number
}
export type Work = Pick<Load, 'way' | 'connections' | 'files' | 'bytes'>
export type Comparison = { readonly airlock: readonly Figures[]; readonly bare: readonly Figures[] }

/** Airlock and bare tus in turn (A B A B …), a fresh process each time, the same work, after the same warm-up. */
export async function compare(
  site: BenchSite,
  client: LoadClient,
  plan: { work: Work; warmUp: Work; rounds: number },
): Promise<Comparison> {
  const airlock: Figures[] = []
  const bare: Figures[] = []
  for (let round = 0; round < plan.rounds; round++) {
    airlock.push(await measure(site, client, await site.airlock(), plan))
    bare.push(await measure(site, client, await site.bare(), plan))
  }
  return { airlock, bare }
}

async function measure(
  site: BenchSite,
  client: LoadClient,
  target: Target,
  { work, warmUp }: { work: Work; warmUp: Work },
): Promise<Figures> {
  const { port, path, headers } = target
  const { pid } = target.process
  await client.run({ port, path, headers, ...warmUp })
  await syncDisk(site.folder)
  const before = { cpu: cpuSeconds(pid), redis: cpuSeconds(site.redis.pid()) }
  const seconds = await client.run({ port, path, headers, ...work })
  const cpu = cpuSeconds(pid) - before.cpu
  const redisCpu = cpuSeconds(site.redis.pid()) - before.redis
  const { peak } = memory(pid)
  const started = performance.now()
  await syncDisk(site.folder)
  const durableSeconds = seconds + (performance.now() - started) / 1000
  // A just deleted inode makes ext4 without a journal search at each creation: removing many files here would slow the next round.
  await target.end({ keep: work.files > 1 })
  return { seconds, durableSeconds, cpu, redisCpu, peak }
}

/** The medians as a table, and Airlock's in relation to bare tus's. `amount` a second is what throughput counts. */
export function comparisonTable({ airlock, bare }: Comparison, amount: number, unit: string): string {
  const of = (rounds: readonly Figures[], pick: (figures: Figures) => number) => median(rounds.map(pick))
  const row = (name: string, pick: (figures: Figures) => number, show: (value: number) => string) => {
    const [ours, theirs] = [of(airlock, pick), of(bare, pick)]
    return [name, show(ours), show(theirs), `${fixed(ours / theirs)} ×`]
  }
  const perSecond = (value: number) => `${fixed(value, 0)} ${unit}/s`
  const seconds = (value: number) => `${fixed(value)} s`
  return table(
    ['', 'Airlock', 'bare tus', 'Airlock / bare'],
    [
      row('throughput, to the last acknowledgement', (f) => amount / f.seconds, perSecond),
      row('throughput, to the last byte on the disk', (f) => amount / f.durableSeconds, perSecond),
      row('server CPU', (f) => f.cpu, seconds),
      row(
        'server peak memory',
        (f) => f.peak,
        (value) => `${mebibytes(value)} MiB`,
      ),
      ['Redis CPU', seconds(of(airlock, (f) => f.redisCpu)), '', ''],
    ],
  )
}
