import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { MIB } from '#shared/domain/limits.ts'
import { bearer, TUS_PATH } from '../../support/tus.ts'
import type { Content } from './content.ts'
import type { Exchange } from './http-stack.ts'
import { idOfUrl, type Outcome, type TrackedUpload } from './tracked-upload.ts'
import { type ClientDeps, tokenOf } from './tus-client.ts'

const WAIT_MS = 500
/** As patient as the other clients. */
const TRIES = 400
/** A connection that says nothing for this long is given up, ms: longer than any process is frozen. */
const SILENCE_MS = 40_000

/**
 * A client of draft-ietf-httpbis-resumable-upload as URLSession is one: it sends the whole file, learns its URL from the 104, and after
 * a lost connection asks for the offset and sends the rest.
 */
export async function sendByIetf(upload: TrackedUpload, deps: ClientDeps): Promise<Outcome> {
  for (let failures = 0; failures < TRIES; failures++) {
    const answer = upload.id === '' ? await create(upload, deps) : await goOn(upload, deps)
    if (answer.status === 409 && answer.body.includes('name_taken')) return { kind: 'refused' }
    if (answer.status >= 200 && answer.status < 300 && answer.answer['upload-complete'] === '?1') {
      upload.id ||= idOfUrl(answer.answer.location ?? '')
      return { kind: 'acked' }
    }
    deps.onRetry()
    await pause(WAIT_MS)
  }
  return { kind: 'failed', why: 'gave up' }
}

function create(upload: TrackedUpload, deps: ClientDeps): Promise<Exchange> {
  const { filename, job, onConflict, content } = upload.plan
  const query = new URLSearchParams({ filename, job_id: job, on_conflict: onConflict })
  return exchange(upload, deps, 'POST', `?${query}`, { 'Upload-Complete': '?1' }, { content, from: 0 })
}

async function goOn(upload: TrackedUpload, deps: ClientDeps): Promise<Exchange> {
  const head = await exchange(upload, deps, 'HEAD', `/${upload.id}`, {})
  if (head.status !== 204 || head.answer['upload-complete'] === '?1') return head
  const from = Number(head.answer['upload-offset'])
  const fields = {
    'Upload-Complete': '?1',
    'Upload-Offset': String(from),
    'Content-Type': 'application/partial-upload',
  }
  return exchange(upload, deps, 'PATCH', `/${upload.id}`, fields, { content: upload.plan.content, from })
}

type Body = { readonly content: Content; readonly from: number }

async function exchange(
  upload: TrackedUpload,
  { url, now }: ClientDeps,
  method: string,
  path: string,
  fields: Readonly<Record<string, string>>,
  body?: Body,
): Promise<Exchange> {
  const { owner, number } = upload.plan
  const headers = {
    ...bearer(tokenOf(owner)),
    'Upload-Draft-Interop-Version': number % 2 === 0 ? '6' : '10',
    ...fields,
  }
  const begun = { ...{ method, headers, sentAt: now() }, url: `${url}${TUS_PATH}${path}` }
  const told: Exchange = await send(begun, body, (location) => {
    upload.id ||= idOfUrl(location)
    upload.ids.add(upload.id)
  }).then(
    (answer) => ({ ...begun, ...answer, error: '' }),
    (error: Error) => ({ ...begun, status: 0, answer: {}, body: '', error: error.message }),
  )
  upload.onExchange(told)
  return told
}

type Begun = Pick<Exchange, 'method' | 'url' | 'headers'>
type Answer = Pick<Exchange, 'status' | 'answer' | 'body'>

function send(
  { method, url, headers }: Begun,
  body: Body | undefined,
  onUrl: (location: string) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(body.content.size - body.from) }
    const req = request(url, { method, headers: { ...headers, ...length }, agent: false })
    req.setTimeout(SILENCE_MS, () => req.destroy(new Error(`silent for ${SILENCE_MS} ms`)))
    req.on('error', reject)
    req.on('information', ({ statusCode, headers: told }) => {
      if (statusCode === 104 && told.location !== undefined) onUrl(told.location)
    })
    req.on('response', (res) => readAnswer(res).then(resolve, reject))
    if (body === undefined) req.end()
    else Readable.from(pieces(body)).on('error', reject).pipe(req)
  })
}

function* pieces({ content, from }: Body): Generator<Buffer> {
  for (let at = from; at < content.size; at += MIB) yield content.slice(at, Math.min(at + MIB, content.size))
}

async function readAnswer(res: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of res) chunks.push(chunk)
  if (!res.complete) throw new Error('answer cut off')
  const answer = Object.fromEntries(Object.entries(res.headers).map(([name, value]) => [name, String(value)]))
  return { status: res.statusCode ?? 0, answer, body: Buffer.concat(chunks).toString('utf8') }
}
