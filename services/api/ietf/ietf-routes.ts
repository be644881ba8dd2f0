import { type NextFunction, type Request, type Response, Router } from 'express'
import { AppError } from '#shared/domain/errors.ts'
import { isFinal } from '#shared/domain/final-record.ts'
import type { RateLimiter } from '#shared/redis/rate-limits.ts'
import { rateHeaders } from '../http/answer-error.ts'
import { type AuthenticateUploadDeps, authenticateUpload } from '../http/authenticate-upload.ts'
import { bringsBody, finishAnswer } from '../http/finish-answer.ts'
import { requirePlainBody } from '../http/plain-body.ts'
import { aboutUpload, principalHere, requestContext } from '../http/request-context.ts'
import { type FinalUploads, takesNoBytes } from '../tus/final-uploads.ts'
import type { FindUpload } from '../use-cases/find-upload.ts'
import type { IetfUploads, Standing } from './ietf-uploads.ts'
import type { SendInterim } from './interim-responses.ts'
import { INTEROP_HEADER, interopVersionOf, speaksIetf } from './interop-versions.ts'
import { answerRefusal } from './refusals.ts'
import { booleanText, integerDictionary } from './structured-fields.ts'
import { appendFields, assertNoFields, creationFields } from './upload-fields.ts'
import { wantedMetadata } from './wanted-file.ts'

const PARTIAL_UPLOAD = 'application/partial-upload'
const ACCEPT_PATCH = `${PARTIAL_UPLOAD}, application/offset+octet-stream`

export type IetfRouteDeps = AuthenticateUploadDeps & {
  path: string
  uploads: IetfUploads
  find: FindUpload
  finals: FinalUploads
  uploadLimit: RateLimiter
  sendInterim: SendInterim
  maxUploadBytes: number
  expiryMs: number
  now: () => number
}

/** draft-ietf-httpbis-resumable-upload, on the URLs of tus: a request speaks it by naming its interop version and no tus version. */
export function ietfRoutes(deps: IetfRouteDeps): Router {
  const { uploads, expiryMs, now } = deps
  const router = Router()

  const begin = (req: Request, res: Response, next: NextFunction) => {
    if (!speaksIetf(req)) {
      next('router')
      return
    }
    const { number, getIsHead } = interopVersionOf(req)
    if (req.method === 'GET' && !getIsHead) {
      next('router')
      return
    }
    res.set({ [INTEROP_HEADER]: String(number), 'Cache-Control': 'no-store' })
    // Early: a 413 has to tell the limits too.
    res.set('Upload-Limit', limits(req, undefined))
    next()
  }

  const limits = (req: Request, lifetimeMs: number | undefined) =>
    integerDictionary({
      'max-size': deps.maxUploadBytes,
      [interopVersionOf(req).lifetimeKey]: lifetimeMs === undefined ? undefined : Math.max(0, lifetimeMs / 1000),
    })

  const describe = (req: Request, res: Response, { offset, complete }: Standing) => {
    const { record } = requestContext()
    // What came with this request is its last byte.
    const lastByteAt = (bringsBody(req) ? undefined : requestContext().lastByteAt) ?? now()
    res.set({ 'Upload-Offset': String(offset), 'Upload-Complete': booleanText(complete) })
    res.set('Upload-Limit', limits(req, complete ? undefined : lastByteAt + expiryMs - now()))
    const length = complete ? offset : record?.length
    if (length !== null && length !== undefined) res.set('Upload-Length', String(length))
  }

  const onDurable = (req: Request, res: Response) => (offset: number) => {
    const version = interopVersionOf(req)
    if (version.tellsProgress) deps.sendInterim(req, res, version, { 'Upload-Offset': String(offset) })
  }

  const create = async (req: Request, res: Response) => {
    const version = interopVersionOf(req)
    const state = await deps.uploadLimit(principalHere().user)
    if (state !== undefined) res.set(rateHeaders(state))
    const announce = (id: string): boolean => {
      res.set('Location', `${deps.path}/${id}`)
      const told = { Location: `${deps.path}/${id}`, 'Upload-Limit': limits(req, expiryMs) }
      const token = res.get('Upload-Token')
      const headers = token === undefined ? told : { ...told, 'Upload-Token': token }
      return bringsBody(req) && deps.sendInterim(req, res, version, headers)
    }
    const arrival = { version, fields: creationFields(req), onDurable: onDurable(req, res) }
    describe(req, res, await uploads.create(arrival, wantedMetadata(req), announce))
    res.status(201)
    await finishAnswer(req, res, '')
  }

  const append = async (req: Request<{ id: string }>, res: Response) => {
    if (mediaType(req) !== PARTIAL_UPLOAD) throw wrongType()
    const version = interopVersionOf(req)
    const arrival = { version, fields: appendFields(req, version), onDurable: onDurable(req, res) }
    const standing = await uploads.append(await letIn(req), arrival)
    // The whole upload is answered as its creation would have been.
    if (standing.complete) res.set('Location', `${deps.path}/${req.params.id}`)
    describe(req, res, standing)
    res.status(standing.complete ? 201 : version.appendedStatus)
    await finishAnswer(req, res, '')
  }

  /** The id of the request's upload, for who may touch it: asked before anything is taken from whoever holds its lock. */
  const letIn = async (req: Request<{ id: string }>): Promise<string> => {
    const { record } = await deps.find(req.params.id, principalHere())
    aboutUpload(record)
    // What tus puts together from parts takes no bytes of its own, and has no offset before it is whole.
    if (isFinal(record) && req.method === 'PATCH') throw takesNoBytes()
    if (isFinal(record) && req.method !== 'DELETE' && !(await deps.finals.offsetIsKnown(record))) throw notAssembled()
    return record.id
  }

  const look = async (req: Request<{ id: string }>, res: Response) => {
    assertNoFields(req, interopVersionOf(req))
    describe(req, res, await uploads.look(await letIn(req)))
    res.status(204)
    await finishAnswer(req, res, '')
  }

  const cancel = async (req: Request<{ id: string }>, res: Response) => {
    assertNoFields(req, interopVersionOf(req))
    await uploads.cancel(await letIn(req))
    res.status(204).removeHeader('Upload-Limit')
    await finishAnswer(req, res, '')
  }

  router.use(begin, authenticateUpload(deps), requirePlainBody)
  router.options('/{:id}', (req, res) => {
    res.status(204).set('Accept-Patch', ACCEPT_PATCH)
    return finishAnswer(req, res, '')
  })
  router.post('/', create)
  router.route('/:id').head(look).get(look).patch(append).delete(cancel)
  router.use((req) => {
    throw new AppError(
      'missing',
      'unknown_upload',
      `Cannot ${req.method} this path: an upload's URL is ${deps.path}/<id>`,
    )
  })
  router.use(answerRefusal)
  return router
}

/** RFC 9110 §8.3.1: types compare without case, parameters do not matter here. */
const mediaType = (req: Request) => req.get('content-type')?.split(';')[0]?.trim().toLowerCase()

const notAssembled = () =>
  new AppError(
    'conflict',
    'not_assembled',
    'Cannot tell the offset yet: the final upload is still being put together',
    {
      retryAfterSeconds: 5,
    },
  )

const wrongType = () =>
  new AppError('unsupportedType', 'wrong_content_type', `Cannot read the body: send Content-Type: ${PARTIAL_UPLOAD}`)
