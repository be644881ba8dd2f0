import { stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import type { ChaosSite } from './chaos-site.ts'
import { findLeftovers, type Leftover } from './checks/leftovers.ts'
import { lookAtDisk } from './checks/look-at-disk.ts'
import { lookAtRedis } from './checks/look-at-redis.ts'
import type { RestClient } from './clients/rest-client.ts'
import type { TrackedUpload } from './clients/tracked-upload.ts'
import type { Journal } from './journal.ts'

export type QuiesceDeps = {
  readonly site: ChaosSite
  readonly journal: Journal
  readonly rest: RestClient
  readonly uploads: readonly TrackedUpload[]
  readonly limitMs: number
}

const LOOK_EVERY_MS = 1_000
/** A younger one may be finished yet, ms. */
const BEING_WRITTEN_MS = 15_000

/**
 * Waits until the site has come to rest, and answers what it lists then. Uploads that no client goes on with (their creation was not
 * answered, or tus-js-client began anew) are deleted, as their owner would. What does not come to rest in time is a finding.
 */
export async function quiesce(deps: QuiesceDeps): Promise<UploadView[]> {
  const { journal, limitMs, uploads } = deps
  const until = journal.now() + limitMs
  const wanted = new Set(uploads.filter(({ outcome }) => outcome?.kind === 'acked').map(({ id }) => id))
  for (;;) {
    const { views, leftovers, receiving } = await look(deps)
    if (leftovers.length === 0) {
      journal.note('quiesce', 'at rest')
      return views
    }
    if (journal.now() > until) {
      for (const { what, detail, about } of leftovers) journal.find(what, detail, about)
      return views
    }
    await letTimePass(leftovers.filter(isHalfWritten), deps)
    for (const id of receiving) if (!wanted.has(id)) await remove(id, deps)
    await pause(LOOK_EVERY_MS)
  }
}

/** What a kill left of a record that was being written: the sweep removes it when it is old enough. */
const isHalfWritten = ({ detail }: Leftover): boolean => /^users\/[^/]+\/\.airlock\/.*\.tmp$/.test(detail)

async function letTimePass(leftovers: readonly Leftover[], { site, journal }: QuiesceDeps): Promise<void> {
  const now = Date.now()
  const hoursAgo = now / 1_000 - 3 * 3_600
  const age = async (path: string) => {
    const { mtimeMs } = await stat(path)
    if (now - mtimeMs < BEING_WRITTEN_MS || mtimeMs < now - 3_600_000) return
    await utimes(path, hoursAgo, hoursAgo)
    journal.count('half written files for the sweep')
  }
  for (const { detail } of leftovers) {
    await age(join(site.root, detail)).catch((error: NodeJS.ErrnoException) => {
      // Its writer, or the sweep, was faster.
      if (error.code !== 'ENOENT') throw error
    })
  }
}

type Look = { views: UploadView[]; leftovers: Leftover[]; receiving: readonly string[] }

async function look({ site, rest }: QuiesceDeps): Promise<Look> {
  const views = await rest.all()
  const [disk, redis] = await Promise.all([lookAtDisk(site.root), lookAtRedis(site.asked, site.keys)])
  // Partials of parallel uploads are not listed.
  return { views, leftovers: findLeftovers(views, disk, redis), receiving: redis.states.get('receiving') ?? [] }
}

/** Deletes what is in receipt and no client that is still at work was told of. */
export async function removeAbandoned(deps: Omit<QuiesceDeps, 'limitMs'>): Promise<void> {
  const { site, uploads } = deps
  const known = new Set(uploads.filter(({ outcome }) => outcome === undefined).flatMap(({ ids }) => [...ids]))
  const { states } = await lookAtRedis(site.asked, site.keys)
  for (const id of states.get('receiving') ?? []) if (!known.has(id)) await remove(id, deps)
}

async function remove(id: string, { rest, journal }: Pick<QuiesceDeps, 'rest' | 'journal'>): Promise<void> {
  const status = await rest.remove(id)
  journal.count('abandoned uploads deleted')
  journal.note('quiesce', `deleted, abandoned: ${status}`, id)
}
