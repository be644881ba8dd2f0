import type { LoadClient } from '../client/load-client.ts'
import { compare, comparisonTable } from '../compare.ts'
import type { BenchSite } from '../servers/bench-site.ts'

const FILES = 2_000
const ROUNDS = 5

/** 2,000 files of 10 KiB on 16 connections, each a POST and a PATCH as tus clients send them. */
export async function smallScenario(site: BenchSite, client: LoadClient): Promise<string> {
  const each = { way: 'patch', connections: 16, bytes: 10 * 1024 } as const
  const plan = { work: { ...each, files: FILES }, warmUp: { ...each, files: 200 }, rounds: ROUNDS }
  const text = comparisonTable(await compare(site, client, plan), FILES, 'files')
  return `${FILES} files of 10 KiB on 16 connections, POST then PATCH; medians of ${ROUNDS} rounds\n\n${text}`
}
