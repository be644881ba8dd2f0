import type { UploadView } from '#shared/contracts/upload-view.ts'
import { isSettled } from '#shared/domain/upload-state.ts'
import type { DiskFacts } from './look-at-disk.ts'
import type { RedisFacts } from './look-at-redis.ts'

export type Leftover = { readonly what: string; readonly detail: string; readonly about: string }

/** What does not fit together in a site in which nothing goes on. Pure: views of the API, files of the disk, keys of Redis. */
export function findLeftovers(views: readonly UploadView[], disk: DiskFacts, redis: RedisFacts): Leftover[] {
  return [...unsettled(views), ...onDisk(views, disk), ...inRedis(views, redis)]
}

const placeOf = ({ owner, job_id, path }: UploadView): string => `${owner}/${job_id}/${path}`

const unsettled = (views: readonly UploadView[]): Leftover[] =>
  views
    .filter(({ state }) => !isSettled(state) || state === 'held')
    .map(({ id, state, held_reason }) => ({
      what: `an upload is ${state}`,
      detail: `${id} ${held_reason ?? ''}`,
      about: id,
    }))

function onDisk(views: readonly UploadView[], disk: DiskFacts): Leftover[] {
  const found: Leftover[] = disk.others.map((path) => ({
    what: 'a file is left over',
    detail: path,
    about: idIn(path),
  }))
  const places = new Map<string, string>()
  const quarantined = new Set<string>()
  const records = new Set<string>()
  for (const view of views) {
    const other = places.get(placeOf(view))
    if (view.state === 'complete' && other !== undefined)
      found.push({
        what: 'two uploads have one place',
        detail: `${placeOf(view)}: ${other} and ${view.id}`,
        about: view.id,
      })
    if (view.state === 'complete') places.set(placeOf(view), view.id)
    if (view.state === 'quarantined') quarantined.add(`${view.owner}/${view.id}`)
    records.add(`${view.owner}/${view.id}`)
  }
  compare('file in a job', new Set(places.keys()), disk.placed, found)
  compare('file in quarantine', quarantined, disk.quarantined, found)
  // Not the other way round: a finished record may lie in the ledger.
  for (const name of disk.records)
    if (!records.has(name)) found.push({ what: "a record is nobody's", detail: name, about: idIn(name) })
  return found
}

function inRedis(views: readonly UploadView[], redis: RedisFacts): Leftover[] {
  const found: Leftover[] = redis.leftovers.map((detail) => ({
    what: 'a key is left over',
    detail,
    about: idIn(detail),
  }))
  if (redis.pending !== 0) found.push({ what: 'bytes are still pending', detail: String(redis.pending), about: '' })
  const used = new Map<string, number>()
  for (const { owner, length } of views) used.set(owner, (used.get(owner) ?? 0) + (length ?? 0))
  for (const [owner, quota] of redis.quotas) {
    const wanted = used.get(owner) ?? 0
    if (quota.reserved !== 0)
      found.push({ what: 'a quota is still reserved', detail: `${owner}: ${quota.reserved}`, about: '' })
    if (quota.used !== wanted)
      found.push({ what: 'a quota is wrong', detail: `${owner}: ${quota.used} used, ${wanted} are there`, about: '' })
  }
  const listed = new Map(views.map(({ id, state }) => [id, state]))
  for (const [state, ids] of redis.states) {
    for (const id of ids)
      if (listed.get(id) !== state) found.push({ what: `a wrong id in the set of ${state}`, detail: id, about: id })
  }
  return found
}

function compare(what: string, wanted: ReadonlySet<string>, there: ReadonlySet<string>, found: Leftover[]): void {
  for (const name of wanted)
    if (!there.has(name)) found.push({ what: `a ${what} is missing`, detail: name, about: idIn(name) })
  for (const name of there)
    if (!wanted.has(name)) found.push({ what: `a ${what} is nobody's`, detail: name, about: idIn(name) })
}

const idIn = (text: string): string =>
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/.exec(text)?.[0] ?? ''
