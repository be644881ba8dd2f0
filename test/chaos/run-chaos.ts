import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MIB } from '#shared/domain/limits.ts'
import { type ChaosSite, SIZES, startChaosSite } from './chaos-site.ts'
import { checkEvents } from './checks/check-events.ts'
import { checkLogs } from './checks/check-logs.ts'
import { checkOutcomes } from './checks/check-outcomes.ts'
import { type Engineers, startEngineers } from './clients/engineers.ts'
import { createRestClient, type RestClient } from './clients/rest-client.ts'
import { type EventFollower, followEvents } from './event-follower.ts'
import { injectFaults } from './faults/inject-faults.ts'
import { describeFault, planFaults } from './faults/plan-faults.ts'
import { createJournal, type Journal } from './journal.ts'
import type { ChaosOptions } from './options.ts'
import { quiesce, removeAbandoned } from './quiesce.ts'
import { createRandom } from './random.ts'
import { report } from './report.ts'
import { writeFindings } from './write-findings.ts'

/** After the last fault clients may take this long to get through, ms. */
const FINISH_LIMIT_MS = 120_000
const QUIESCE_LIMIT_MS = 100_000
/** By then every client has heard of what it began, ms. What nobody knows of keeps room promised that the others need. */
const ABANDONED_AFTER_MS = 60_000

export type Parts = {
  readonly site: ChaosSite
  readonly journal: Journal
  readonly rest: RestClient
  readonly engineers: Engineers
  readonly follower: EventFollower
}

export type RunWish = {
  readonly options: ChaosOptions
  readonly env: NodeJS.ProcessEnv
  readonly say: (text: string) => void
  readonly sizes?: typeof SIZES
  /** What is done to the site while clients send files; it runs as before when this ends. */
  readonly act: (parts: Parts, signal: AbortSignal) => Promise<void>
}

/** One whole run of faults; answers whether nothing was found. */
export async function runChaos(options: ChaosOptions, env: NodeJS.ProcessEnv, say: (text: string) => void) {
  const rules = { ...options, totalMs: options.seconds * 1_000, kinds: options.faults }
  const faults = planFaults(createRandom(options.seed).fork('faults'), rules)
  say(`seed ${options.seed}, ${faults.length} faults in ${options.seconds} s:\n${faults.map(describeFault).join('\n')}`)
  const { findings } = await runSite({ options, env, say, act: (parts, signal) => injectFaults(faults, parts, signal) })
  return findings.length === 0
}

/** Starts a site and its clients, lets `act` do what it does, and compares everything when all is over. */
export async function runSite({ options, env, say, sizes = SIZES, act }: RunWish): Promise<Journal> {
  const journal = createJournal()
  const site = await startChaosSite({ journal, env, sizes, diskBytes: options.diskMegabytes * MIB })
  if (site.disk === undefined && options.faults.includes('disk-full'))
    say('NOT POSSIBLE HERE: a full disk (no mount namespace of our own can be had)')
  journal.note('run', 'site started')
  const stopping = new AbortController()
  const rest = createRestClient(site.front.url, stopping.signal)
  const follower = followEvents(site.redis.url, site.keys.events, journal)
  const engineers = startEngineers(options.engineers, {
    ...{ journal, rest, follower, url: site.front.url, megabytesPerMinute: options.megabytesPerMinute },
    random: createRandom(options.seed).fork('uploads'),
  })
  const parts = { site, journal, rest, engineers, follower }
  try {
    await act(parts, stopping.signal)
    await comeToRest(parts)
  } finally {
    stopping.abort()
    await follower.stop()
    await stopSite(site, journal)
  }
  checkLogs(site.members, journal)
  await tell(options, parts, say)
  return journal
}

async function comeToRest({ site, journal, rest, engineers, follower }: Parts): Promise<void> {
  journal.note('run', 'faults are over')
  const { uploads } = engineers
  const late = pause(FINISH_LIMIT_MS, 'late' as const, { ref: false })
  const room = setTimeout(() => void removeAbandoned({ site, journal, rest, uploads }), ABANDONED_AFTER_MS).unref()
  if ((await Promise.race([engineers.finish(), late])) === 'late') {
    for (const { about, id, outcome } of uploads)
      if (outcome === undefined) journal.find('a client does not get through', about, about, id)
  }
  clearTimeout(room)
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

async function tell(options: ChaosOptions, { site, journal, engineers }: Parts, say: RunWish['say']): Promise<void> {
  const time = new Date(journal.epoch).toISOString().replace(/[:.]/g, '-')
  const folder = join(options.out, `seed-${options.seed}-${time}`)
  const failed = journal.findings.length > 0
  if (failed) await writeFindings({ folder, journal, members: site.members, uploads: engineers.uploads })
  say(report(options, journal, engineers.uploads, failed ? folder : ''))
}
