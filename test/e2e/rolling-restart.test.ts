import { expect, test } from 'vitest'
import { parseOptions } from '../chaos/options.ts'
import { type Parts, runSite } from '../chaos/run-chaos.ts'
import { until } from '../support/until.ts'

const SIZES = { api: 2, realtime: 1, scan: 2, sweep: 1 }
/** Uploads without which the run says nothing. */
const ENOUGH = 6
const LIMIT_MS = 480_000

/** SIGTERM one process after the other, each started again before the next one; clients are busy all the time. */
async function restartAll({ site, journal, engineers }: Parts): Promise<void> {
  for (const member of site.members) {
    const before = engineers.uploads.length
    await until('clients to be busy', () => engineers.uploads.length > before)
    await member.terminate()
    journal.count('restarts')
  }
  await until('uploads enough to tell', () => (journal.counts.get('upload acked') ?? 0) > ENOUGH)
}

test(
  'a rolling restart of all processes under load loses nothing, and clients see nothing but retries',
  async () => {
    process.setMaxListeners(0)
    let said = ''
    const say = (text: string) => (said += `${text}\n`)
    const options = parseOptions(['--seed', '5', '--engineers', '3', '--mb-per-minute', '900', '--faults', 'term'])
    const journal = await runSite({ options, env: process.env, say, sizes: SIZES, act: restartAll })
    expect(journal.findings, said).toEqual([])
    expect(journal.counts.get('restarts')).toBe(6)
    expect(journal.counts.get('upload acked'), said).toBeGreaterThan(ENOUGH)
  },
  LIMIT_MS,
)
