import { setTimeout as pause } from 'node:timers/promises'
import { MIB } from '#shared/domain/limits.ts'
import { isSettled } from '#shared/domain/upload-state.ts'
import type { EventFollower } from '../event-follower.ts'
import type { Journal } from '../journal.ts'
import type { Random } from '../random.ts'
import { sendByIetf } from './ietf-client.ts'
import { type Method, planUpload } from './plan-upload.ts'
import { sendWithChecksums } from './raw-client.ts'
import type { RestClient } from './rest-client.ts'
import { type Outcome, TrackedUpload } from './tracked-upload.ts'
import { type ClientDeps, sendByTus } from './tus-client.ts'

export type EngineerDeps = {
  readonly url: string
  readonly journal: Journal
  readonly rest: RestClient
  readonly follower: EventFollower
  readonly random: Random
  readonly megabytesPerMinute: number
}

export type Engineers = {
  readonly uploads: TrackedUpload[]
  /** Nothing new is begun; resolves when all that was begun has ended. */
  finish(): Promise<void>
}

/** So many uploads are planned ahead of the budget, bytes: the first large file need not wait. */
const AHEAD_BYTES = 32 * MIB

/** People who send files one after the other, look at the verdict, and remove some. */
export function startEngineers(count: number, deps: EngineerDeps): Engineers {
  const { journal, random } = deps
  const uploads: TrackedUpload[] = []
  const followUps = new Set<Promise<void>>()
  const ending = new AbortController()
  const perMs = (deps.megabytesPerMinute * MIB) / 60_000
  let planned = 0
  const overBudget = () => planned > AHEAD_BYTES + perMs * journal.now()
  const work = async () => {
    while (!ending.signal.aborted) {
      if (overBudget()) {
        await pause(200)
        continue
      }
      const upload = new TrackedUpload(planUpload(random, uploads.length + 1), journal)
      uploads.push(upload)
      planned += upload.plan.content.size
      await send(upload, deps)
      const after = followUp(upload, deps).catch((error: Error) =>
        journal.find('an upload could not be looked after', error.stack ?? '', upload.about, upload.id),
      )
      followUps.add(after)
      void after.finally(() => followUps.delete(after))
    }
  }
  const all = Array.from({ length: count }, work)
  return {
    uploads,
    async finish() {
      ending.abort()
      await Promise.all(all)
      await Promise.all(followUps)
    },
  }
}

type Sender = (upload: TrackedUpload, deps: ClientDeps) => Promise<Outcome>

const SENDERS: Readonly<Record<Method, Sender>> = {
  ...{
    chunks: sendByTus,
    whole: sendByTus,
    creation: sendByTus,
    deferred: sendByTus,
    parallel: sendByTus,
    delete: sendByTus,
  },
  ...{ checksum: sendWithChecksums, ietf: sendByIetf },
}

async function send(upload: TrackedUpload, { url, journal }: EngineerDeps): Promise<void> {
  const { plan } = upload
  upload.note(`${plan.method} ${plan.content.size} bytes ${plan.owner}/${plan.job}/${plan.filename}`)
  const deps = { url, now: journal.now, onRetry: () => journal.count('client retries') }
  const outcome = await SENDERS[plan.method](upload, deps)
  upload.outcome = outcome
  upload.ackedAt = journal.now()
  upload.note(`${outcome.kind} ${upload.id}`)
  journal.count(`upload ${outcome.kind}`)
  journal.count(`method: ${plan.method}`)
  if (outcome.kind === 'acked') journal.count('bytes acknowledged', plan.content.size)
  if (outcome.kind === 'failed')
    journal.find('an upload failed', `${plan.method}: ${outcome.why}`, upload.about, upload.id)
  if (outcome.kind === 'refused' && plan.onConflict !== 'refuse')
    journal.find('a name was refused to somebody who did not mind', upload.about, upload.about, upload.id)
}

/** An acknowledged upload gets its verdict; its owner may then remove it. */
async function followUp(upload: TrackedUpload, { follower, rest, journal }: EngineerDeps): Promise<void> {
  if (upload.outcome?.kind !== 'acked') return
  const { id } = upload
  for (let looks = 0; ; looks++) {
    for (let wait = 0; wait < 25 && !isSettled(follower.lastState(id) ?? 'receiving'); wait++) await pause(200)
    const view = await rest.view(id)
    if (typeof view === 'number' || isSettled(view.state)) break
    await pause(Math.min(200 * looks, 2_000))
  }
  upload.settledAt = journal.now()
  if (!upload.plan.removeAfter) return
  upload.removal = 'asked'
  const status = await rest.remove(id)
  upload.note(`removed: ${status}`)
  // Gone already: by an answer that was lost, or because another file has replaced it.
  if ([204, 404, 410].includes(status)) upload.removal = 'done'
  else journal.find('a file could not be removed', `${id}: ${status}`, upload.about, id)
}
