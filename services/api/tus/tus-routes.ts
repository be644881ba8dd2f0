import type { Server } from '@tus/server'
import { type NextFunction, type Request, type Response, Router } from 'express'
import { AppError } from '#shared/domain/errors.ts'
import { isFinal, isPartial } from '#shared/domain/final-record.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { RateLimiter } from '#shared/redis/rate-limits.ts'
import { errorAnswer, rateHeaders } from '../http/answer-error.ts'
import { type AuthenticateUploadDeps, authenticateUpload } from '../http/authenticate-upload.ts'
import { bringsBody, finishAnswer } from '../http/finish-answer.ts'
import { requirePlainBody } from '../http/plain-body.ts'
import { aboutUpload, principalHere, requestContext } from '../http/request-context.ts'
import type { FindUpload } from '../use-cases/find-upload.ts'
import { CHECKSUM_ALGORITHMS } from './checksum.ts'
import { parseConcat } from './concat-header.ts'
import { type FinalUploads, takesNoBytes } from './final-uploads.ts'
import { fromTusStatus } from './tus-errors.ts'
import { assertCreationLengths, assertOffsetStream, assertPatchLength } from './upload-length.ts'

const TUS_VERSION = '1.0.0'
const METHODS = ['POST', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS']
/** What the library is told of a request: proxies' headers and metadata are ours to read. */
const PASSED_ON = [
  'content-length',
  'content-type',
  'tus-resumable',
  'upload-defer-length',
  'upload-length',
  'upload-offset',
]

export type TusRouteDeps = AuthenticateUploadDeps & {
  path: string
  server: Server
  finals: FinalUploads
  find: FindUpload
  withdraw: (record: UploadRecord) => Promise<void>
  uploadLimit: RateLimiter
  expiryMs: number
  now: () => number
}

/** tus 1.0.0 at one path: what has to be right before the library sees a request, and what its answers lack. */
export function tusRoutes(deps: TusRouteDeps): Router {
  const router = Router()

  const begin = (req: Request, res: Response, next: NextFunction) => {
    // tus 1.0.0: the override wins over the method of the request, whatever that is.
    const override = req.get('x-http-method-override')?.toUpperCase()
    if (override !== undefined && override !== '') req.method = override
    if (!METHODS.includes(req.method)) {
      next('router')
      return
    }
    res.set({ 'Tus-Resumable': TUS_VERSION, 'Cache-Control': 'no-store' })
    if (req.method !== 'OPTIONS' && req.get('tus-resumable') !== TUS_VERSION) {
      res.set('Tus-Version', TUS_VERSION)
      throw fromTusStatus(412, '')
    }
    next()
  }

  const create = async (req: Request, res: Response) => {
    const state = await deps.uploadLimit(principalHere().user)
    if (state !== undefined) res.set(rateHeaders(state))
    const concat = parseConcat(req.get('upload-concat'))
    if (concat?.kind === 'final') {
      await deps.finals.create(req, res, concat)
      return
    }
    if (bringsBody(req)) assertOffsetStream(req.get('content-type'))
    assertCreationLengths(req)
    await handOver(deps, req, res)
    // Without an answer that names it nobody could go on with it.
    const { record } = requestContext()
    if (res.statusCode >= 400 && record !== undefined) await deps.withdraw(record)
  }

  const continueUpload = async (req: Request, res: Response) => {
    if (req.method === 'PATCH') assertOffsetStream(req.get('content-type'))
    const { record } = await deps.find(String(req.params.id), principalHere())
    aboutUpload(record)
    if (isFinal(record) && req.method === 'PATCH') throw takesNoBytes()
    if (isFinal(record) && req.method === 'HEAD') {
      await deps.finals.head(req, res, record)
      return
    }
    if (req.method === 'PATCH') assertPatchLength(req, record.length)
    await handOver(deps, req, res)
  }

  router.use(begin, authenticateUpload(deps), requirePlainBody)
  router.options('/{:id}', (req, res) => {
    res.set('Tus-Checksum-Algorithm', CHECKSUM_ALGORITHMS.join(','))
    return handOver(deps, req, res)
  })
  router.post('/', create)
  router.head('/:id', continueUpload)
  router.patch('/:id', continueUpload)
  router.delete('/:id', continueUpload)
  router.use((req) => {
    throw new AppError(
      'missing',
      'unknown_upload',
      `Cannot ${req.method} this path: an upload's URL is ${deps.path}/<id>`,
    )
  })
  return router
}

/** The type without its parameters, in lower case: the library compares it letter by letter. */
const mediaType = (contentType: string): string => contentType.split(';')[0]?.trim().toLowerCase() ?? ''

/** The library takes what stands behind the last slash for the id, with a query and escapes. */
const plainPath = (path: string, { params: { id } }: Request): string =>
  id === undefined ? path : `${path}/${encodeURIComponent(String(id))}`

/** Hands a request to the library without its body (that goes straight to the file) and writes the library's answer. */
async function handOver(deps: TusRouteDeps, req: Request, res: Response): Promise<void> {
  const headers = new Headers()
  for (const name of PASSED_ON) {
    // The length a PATCH declares is the store's to read.
    const value = name === 'upload-length' && req.method === 'PATCH' ? undefined : req.get(name)
    if (value !== undefined) headers.set(name, name === 'content-type' ? mediaType(value) : value)
  }
  const response = await deps.server.handleWeb(
    new globalThis.Request(`http://airlock${plainPath(deps.path, req)}`, { method: req.method, headers }),
  )
  const { failure, record, requestId } = requestContext()
  const text = await response.text()
  if (response.status >= 400) {
    const answer = errorAnswer(failure ?? fromTusStatus(response.status, text) ?? new Error(text), requestId)
    // The upload that it would be for is taken back.
    if (req.method === 'POST') res.removeHeader('Upload-Token')
    res.status(answer.status).set(answer.headers)
    await finishAnswer(req, res, JSON.stringify(answer.body), 'application/json; charset=utf-8')
    return
  }
  res.status(response.status)
  for (const [name, value] of response.headers) {
    if (!name.startsWith('access-control-') && name !== 'content-length' && name !== 'content-type')
      res.set(name, value)
  }
  if (record !== undefined) describe(res, req.method, record, deps)
  await finishAnswer(req, res, text)
}

/** Headers that come from the record rather than from the library. */
function describe(res: Response, method: string, record: UploadRecord, { expiryMs, now }: TusRouteDeps): void {
  if (method !== 'DELETE' && isPartial(record)) res.set('Upload-Concat', 'partial')
  if (method === 'HEAD' && record.metadata !== '') res.set('Upload-Metadata', record.metadata)
  const unfinished =
    record.state === 'receiving' && (isPartial(record) || res.get('upload-offset') !== String(record.length))
  if (method === 'DELETE' || !unfinished) return
  const lastByte = method === 'HEAD' ? (requestContext().lastByteAt ?? now()) : now()
  // RFC 9110 date, as tus "expiration" asks for.
  res.set('Upload-Expires', new Date(lastByte + expiryMs).toUTCString())
}
