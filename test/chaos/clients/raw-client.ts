import { createHash } from 'node:crypto'
import { encodeMetadata } from '../../support/tus.ts'
import { again, createAsk } from './patient.ts'
import { idOfUrl, type Outcome, type TrackedUpload } from './tracked-upload.ts'
import { type ClientDeps, metadataOf } from './tus-client.ts'

const ALGORITHMS = ['sha1', 'sha256', 'md5'] as const

/** A client of its own that proves each piece with Upload-Checksum, and sends the first one with a wrong digest at times. */
export async function sendWithChecksums(upload: TrackedUpload, deps: ClientDeps): Promise<Outcome> {
  const { plan } = upload
  const ask = createAsk(upload, deps, { 'Tus-Resumable': '1.0.0' })
  const creation = { 'Upload-Length': String(plan.content.size), 'Upload-Metadata': encodeMetadata(metadataOf(plan)) }
  const create = () => ask('POST', '', creation)
  const created = await again(deps, create, (answer) => answer.getStatus() === 201)
  if (created === 'refused') return { kind: 'refused' }
  if (created === undefined) return { kind: 'failed', why: 'could not be created' }
  upload.id = idOfUrl(created.getHeader('location') ?? '')
  let lie = plan.share < 0.5
  const step = async () => {
    const head = await ask('HEAD', `/${upload.id}`, {})
    const offset = head?.getStatus() === 200 ? Number(head.getHeader('upload-offset')) : -1
    if (offset < 0 || offset === plan.content.size) return head
    const piece = plan.content.slice(offset, Math.min(offset + plan.chunkBytes, plan.content.size))
    const checksum = checksumOf(piece, plan.number, lie)
    const stream = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) }
    const answer = await ask('PATCH', `/${upload.id}`, { ...stream, 'Upload-Checksum': checksum }, piece)
    if (lie && answer?.getStatus() === 204 && Number(answer.getHeader('upload-offset')) > offset)
      return 'refused' as const
    if (answer?.getStatus() === 460) lie = false
    return answer
  }
  const whole = String(plan.content.size)
  const done = await again(deps, step, (answer) => answer.getHeader('upload-offset') === whole)
  if (done === 'refused') return { kind: 'failed', why: 'a wrong checksum was accepted' }
  return done === undefined ? { kind: 'failed', why: 'gave up' } : { kind: 'acked' }
}

function checksumOf(piece: Buffer, number: number, lie: boolean): string {
  const algorithm = ALGORITHMS[number % ALGORITHMS.length] ?? 'sha1'
  const hash = createHash(algorithm).update(piece)
  if (lie) hash.update('not these bytes')
  return `${algorithm} ${hash.digest('base64')}`
}
