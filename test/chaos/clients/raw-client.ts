import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { HttpResponse } from 'tus-js-client'
import { bearer, encodeMetadata, TUS_PATH } from '../../support/tus.ts'
import { createHttpStack } from './http-stack.ts'
import { idOfUrl, type Outcome, type TrackedUpload } from './tracked-upload.ts'
import { type ClientDeps, metadataOf, tokenOf } from './tus-client.ts'

const ALGORITHMS = ['sha1', 'sha256', 'md5'] as const
const WAIT_MS = 500
/** As patient as the other client. */
const TRIES = 400

/** A client of its own that proves each piece with Upload-Checksum, and sends the first one with a wrong digest at times. */
export async function sendWithChecksums(upload: TrackedUpload, deps: ClientDeps): Promise<Outcome> {
  const { plan } = upload
  const stack = createHttpStack({ agent: undefined, now: deps.now, onExchange: upload.onExchange })
  const ask = async (method: string, path: string, headers: Record<string, string>, body: Buffer | null = null) => {
    const request = stack.createRequest(method, `${deps.url}${TUS_PATH}${path}`)
    const all = { ...bearer(tokenOf(plan.owner)), 'Tus-Resumable': '1.0.0', ...headers }
    for (const [name, value] of Object.entries(all)) request.setHeader(name, value)
    return request.send(body).catch(() => undefined)
  }
  const creation = { 'Upload-Length': String(plan.content.size), 'Upload-Metadata': encodeMetadata(metadataOf(plan)) }
  const created = await again(
    deps,
    () => ask('POST', '', creation),
    (answer) => answer?.getStatus() === 201,
  )
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
    if (lie && answer?.getStatus() === 204 && piece.length > 0) return 'refused' as const
    if (answer?.getStatus() === 460) lie = false
    return answer
  }
  const done = await again(
    deps,
    step,
    (answer) => Number(answer?.getHeader('upload-offset') ?? -1) === plan.content.size,
  )
  if (done === 'refused') return { kind: 'failed', why: 'a wrong checksum was accepted' }
  return done === undefined ? { kind: 'failed', why: 'gave up' } : { kind: 'acked' }
}

type Answer = HttpResponse | undefined | 'refused'

/** Until `enough`, `refused`, or no more patience; pieces that get through are not counted. */
async function again(deps: ClientDeps, act: () => Promise<Answer>, enough: (answer: HttpResponse) => boolean) {
  for (let failures = 0; failures < TRIES; ) {
    const answer = await act()
    if (answer === 'refused' || (answer?.getStatus() === 409 && answer.getBody().includes('name_taken')))
      return 'refused'
    const status = answer?.getStatus() ?? 0
    if (answer !== undefined && status < 300 && enough(answer)) return answer
    if (status >= 200 && status < 300) continue
    failures++
    deps.onRetry()
    await pause(WAIT_MS)
  }
  return undefined
}

function checksumOf(piece: Buffer, number: number, lie: boolean): string {
  const algorithm = ALGORITHMS[number % ALGORITHMS.length] ?? 'sha1'
  const hash = createHash(algorithm).update(piece)
  if (lie) hash.update('not these bytes')
  return `${algorithm} ${hash.digest('base64')}`
}
