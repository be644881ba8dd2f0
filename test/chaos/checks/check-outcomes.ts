import { open } from 'node:fs/promises'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import { MIB } from '#shared/domain/limits.ts'
import { createLayout } from '#shared/storage/layout.ts'
import type { Content } from '../clients/content.ts'
import type { UploadPlan } from '../clients/plan-upload.ts'
import type { RestClient } from '../clients/rest-client.ts'
import type { TrackedUpload } from '../clients/tracked-upload.ts'
import type { Journal } from '../journal.ts'

export type OutcomeDeps = {
  readonly root: string
  readonly journal: Journal
  readonly rest: RestClient
  readonly uploads: readonly TrackedUpload[]
  readonly views: readonly UploadView[]
}

/** Every upload is where its client was told it is, bit for bit; what nobody was told of is at least whole. */
export async function checkOutcomes(deps: OutcomeDeps): Promise<void> {
  const views = new Map(deps.views.map((view) => [view.id, view]))
  for (const upload of deps.uploads) await checkOne(upload, views.get(upload.id), deps)
  const planOf = new Map(deps.uploads.flatMap(({ ids, plan }) => [...ids].map((id) => [id, plan] as const)))
  const acknowledged = new Set(deps.uploads.filter(({ outcome }) => outcome?.kind === 'acked').map(({ id }) => id))
  for (const view of deps.views) {
    if (!acknowledged.has(view.id)) deps.journal.count('uploads whose creation was not answered')
    const plan = planOf.get(view.id) ?? (await planByMetadata(view.id, deps))
    if (plan === undefined) deps.journal.find("an upload is nobody's", `${view.id} ${view.state}`, view.id)
    else await checkBytes(view, plan, deps)
  }
}

async function checkOne(upload: TrackedUpload, view: UploadView | undefined, deps: OutcomeDeps): Promise<void> {
  const { id, plan, outcome, about } = upload
  const { journal, rest } = deps
  if (outcome === undefined || (outcome.kind !== 'acked' && outcome.kind !== 'deleted')) return
  if (outcome.kind === 'acked' && id === '') journal.find('acknowledged without an id', about, about)
  const gone = outcome.kind === 'deleted' || upload.removal === 'done'
  if (gone && view !== undefined) journal.find('a deleted upload is there', `${id} ${view.state}`, about, id)
  if (gone) return
  if (view === undefined) {
    const answer = await rest.view(id)
    // Another file of this name has taken its place.
    if (plan.onConflict === 'replace' && plan.content.good && (answer === 404 || answer === 410)) return
    journal.find('an acknowledged upload is gone', `${id}: ${JSON.stringify(answer)}`, about, id)
    return
  }
  const wanted = plan.content.good ? 'complete' : 'quarantined'
  if (view.state !== wanted) {
    const reasons = view.verdict?.reasons.map(({ code }) => code).join(', ') ?? view.held_reason
    journal.find(`${view.state} instead of ${wanted}`, `${id} .${plan.content.extension}: ${reasons}`, about, id)
  }
}

async function planByMetadata(id: string, { rest, uploads }: OutcomeDeps): Promise<UploadPlan | undefined> {
  const pairs = (await rest.metadata(id)).split(',').map((pair) => pair.split(' '))
  const word = (key: string) => Buffer.from(pairs.find(([name]) => name === key)?.[1] ?? '', 'base64').toString('utf8')
  const number = Number(word('plan') || /^file-(\d+)\./.exec(word('filename'))?.[1])
  return uploads.find(({ plan }) => plan.number === number)?.plan
}

async function checkBytes(view: UploadView, plan: UploadPlan, { root, journal }: OutcomeDeps): Promise<void> {
  const layout = createLayout(root)
  const places: Partial<Record<UploadView['state'], string>> = {
    complete: layout.placed(view.owner, view.job_id, view.path),
    quarantined: layout.quarantined(view.owner, view.id),
  }
  const file = places[view.state]
  if (file === undefined) return
  const wrong = await firstDifference(file, plan.content).catch((error: Error) => error.message)
  if (wrong !== undefined)
    journal.find('wrong bytes', `${view.id} (${view.state}): ${wrong}`, `plan ${plan.number}`, view.id)
  else journal.count(`bit-identical: ${view.state}`)
}

const PIECE = 4 * MIB

/** Where a file differs from what was sent, or undefined. */
async function firstDifference(file: string, content: Content): Promise<string | undefined> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    if (size !== content.size) return `${size} bytes instead of ${content.size}`
    const buffer = Buffer.alloc(PIECE)
    for (let at = 0; at < size; at += PIECE) {
      const { bytesRead } = await handle.read(buffer, 0, PIECE, at)
      const wanted = content.slice(at, at + bytesRead)
      if (bytesRead < Math.min(PIECE, size - at)) return `cannot be read at ${at + bytesRead}`
      if (!wanted.equals(buffer.subarray(0, bytesRead)))
        return `differs at ${at + wanted.findIndex((byte, i) => byte !== buffer[i])}`
    }
    return undefined
  } finally {
    await handle.close()
  }
}
