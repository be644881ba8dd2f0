import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MIB } from '#shared/domain/limits.ts'
import { type ChaosSite, startChaosSite } from './chaos-site.ts'
import { checkEvents } from './checks/check-events.ts'
import { checkLogs } from './checks/check-logs.ts'
import { checkOutcomes } from './checks/check-outcomes.ts'
import { type Engineers, startEngineers } from './clients/engineers.ts'
import { METHODS } from './clients/plan-upload.ts'
import { createRestClient, type RestClient } from './clients/rest-client.ts'
import { type EventFollower, followEvents } from './event-follower.ts'
import { injectFaults } from './faults/inject-faults.ts'
import { describeFault, planFaults } from './faults/plan-faults.ts'
import { createJournal, type Journal } from './journal.ts'
import type { ChaosOptions } from './options.ts'
import { quiesce } from './quiesce.ts'
import { createRandom } from './random.ts'
import { report } from './report.ts'
import { writeFindings } from './write-findings.ts'

/** After the last fault clients may take this long to get through, ms. */
const FINISH_LIMIT_MS = 120_000
const QUIESCE_LIMIT_MS = 75_000

/** One whole run; answers whether nothing was found. */
export async function runChaos(
  options: ChaosOptions,
  env: NodeJS.ProcessEnv,
  say: (text: string) => void,
): Promise<boolean> {
  const random = createRandom(options.seed)
  const rules = { ...options, totalMs: options.seconds * 1_000, kinds: options.faults }
  const faults = planFaults(random.fork('faults'), rules)
  say(`seed ${options.seed}, ${faults.length} faults in ${options.seconds} s:\n${faults.map(describeFault).join('\n')}`)
  const journal = createJournal()
  const site = await startChaosSite({ journal, env, diskBytes: options.diskMegabytes * MIB })
  if (site.disk === undefined) say('NOT POSSIBLE HERE: a full disk (no mount namespace of our own can be had)')
  journal.note('site', 'started')
  const stopping = new AbortController()
  const rest = createRestClient(site.front.url, stopping.signal)
  const follower = followEvents(site.redis.url, site.keys.events, journal)
  let engineers: Engineers | undefined
  try {
    const offered = (await rest.extensions()).includes('concatenation')
    if (!offered) say('NOT OFFERED YET: concatenation, so no parallel uploads')
    engineers = startEngineers(options.engineers, {
      ...{ journal, rest, follower, url: site.front.url, megabytesPerMinute: options.megabytesPerMinute },
      random: random.fork('uploads'),
      methods: offered ? METHODS : METHODS.filter((method) => method !== 'parallel'),
    })
    await injectFaults(faults, { site, journal }, stopping.signal)
    await comeToRest({ site, journal, rest, engineers, follower })
  } finally {
    stopping.abort()
    await follower.stop()
    await stopSite(site, journal)
  }
  checkLogs(site.members, journal)
  const failed = journal.findings.length > 0
  const folder = join(
    options.out,
    `seed-${options.seed}-${new Date(journal.epoch).toISOString().replace(/[:.]/g, '-')}`,
  )
  if (failed) await writeFindings({ folder, journal, members: site.members, uploads: engineers?.uploads ?? [] })
  say(report(options, journal, engineers?.uploads ?? [], failed ? folder : ''))
  return !failed
}

type Parts = { site: ChaosSite; journal: Journal; rest: RestClient; engineers: Engineers; follower: EventFollower }

async function comeToRest({ site, journal, rest, engineers, follower }: Parts): Promise<void> {
  journal.note('run', 'faults are over')
  const { uploads } = engineers
  const late = pause(FINISH_LIMIT_MS, 'late' as const, { ref: false })
  if ((await Promise.race([engineers.finish(), late])) === 'late') {
    for (const { about, id, outcome } of uploads)
      if (outcome === undefined) journal.find('a client does not get through', about, about, id)
  }
  journal.note('run', 'clients are done')
  const views = await quiesce({ site, journal, rest, uploads, limitMs: QUIESCE_LIMIT_MS })
  await checkOutcomes({ root: site.root, journal, rest, uploads, views })
  checkEvents(views, follower, journal)
  journal.note('run', 'checked')
}

async function stopSite(site: ChaosSite, journal: Journal): Promise<void> {
  const codes = await site.stop()
  if (codes.some((code) => code !== 0)) journal.find('the site did not stop in order', codes.join(' '))
  await site.remove()
}
