import type { LoadClient } from '../client/load-client.ts'
import type { Way } from '../client/tus-upload.ts'
import { compare, comparisonTable } from '../compare.ts'
import type { BenchSite } from '../servers/bench-site.ts'

const MIB = 2 ** 20
const BYTES = 1024 * MIB
const ROUNDS = 5

/** One stream of 1 GiB. */
export async function uploadScenario(site: BenchSite, client: LoadClient): Promise<string> {
  const tables: string[] = []
  for (const way of ['patch', 'creation'] as const) {
    const one = { way, connections: 1, files: 1 }
    const plan = { work: { ...one, bytes: BYTES }, warmUp: { ...one, bytes: 32 * MIB }, rounds: ROUNDS }
    const text = comparisonTable(await compare(site, client, plan), BYTES / MIB, 'MiB')
    tables.push(`1 GiB in one stream, ${TITLES[way]}; medians of ${ROUNDS} rounds\n\n${text}`)
  }
  return tables.join('\n')
}

const TITLES: Record<Exclude<Way, 'deferred'>, string> = { patch: 'POST then PATCH', creation: 'creation-with-upload' }
