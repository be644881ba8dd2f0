import { type Request, type RequestHandler, type Response, Router } from 'express'
import { AppError } from '#shared/domain/errors.ts'
import { isUploadId } from '#shared/domain/names.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { TICKET_SECONDS, type Tickets } from '#shared/redis/tickets.ts'
import type { UploadIndex } from '#shared/redis/upload-index.ts'
import type { Placement } from '#shared/storage/placement.ts'
import type { FoundUpload, LookupUpload } from '#shared/uploads/lookup-upload.ts'
import type { FindUpload } from '../use-cases/find-upload.ts'
import { aboutUpload, principalHere } from './request-context.ts'

export type ContentRouteDeps = {
  find: FindUpload
  index: UploadIndex
  lookup: LookupUpload
  placement: Placement
  tickets: Tickets
  authenticate: RequestHandler
}

/** Downloads: Range, attachment, never sniffed. Only complete files leave. */
export function createContentRoutes({ find, index, lookup, placement, tickets, authenticate }: ContentRouteDeps) {
  const send = async ({ record, archived }: FoundUpload, req: Request, res: Response) => {
    aboutUpload(record)
    assertComplete(record)
    const isThere = archived === true ? await placement.isOurs(record) : await index.holdsPlace(record)
    const path = isThere ? await placement.locate(record) : undefined
    if (path === undefined)
      throw new AppError('missing', 'content_gone', 'Cannot download the file: it is no longer where it was put')
    res.set({
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': attachment(record.placed_path ?? record.path),
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "sandbox; default-src 'none'",
    })
    await sendFile(path, req, res)
  }

  const download: RequestHandler<{ id: string }> = async (req, res) => {
    await send(await find(req.params.id, principalHere()), req, res)
  }

  const router = Router()
  router.post('/uploads/:id/ticket', authenticate, async (req: Request<{ id: string }>, res) => {
    const { record } = await find(req.params.id, principalHere())
    assertComplete(record)
    const ticket = await tickets.create(record.id)
    res
      .status(201)
      .json({ url: `${req.baseUrl}/uploads/${record.id}/content?ticket=${ticket}`, expires_in: TICKET_SECONDS })
  })
  router.get(
    '/uploads/:id/content',
    async (req, res, next) => {
      const ticket = new URLSearchParams(req.url.split('?')[1] ?? '').get('ticket')
      if (ticket === null) {
        next()
        return
      }
      const found =
        (await tickets.uploadOf(ticket)) === req.params.id ? await lookup.find(req.params.id, null) : undefined
      if (found === undefined || found.record.state === 'deleted') {
        throw new AppError(
          'unauthenticated',
          'bad_ticket',
          'Cannot download with this ticket: it has expired or is for another file; ask for a new one',
        )
      }
      await send(found, req, res)
    },
    authenticate,
    download,
  )
  return { router, download }
}

function assertComplete(record: UploadRecord): void {
  if (!isUploadId(record.id)) throw new Error('A record without an id')
  if (record.state === 'complete') return
  if (record.state === 'quarantined') {
    const codes = record.verdict?.reasons.map(({ code }) => code).join(', ') ?? ''
    throw new AppError('forbidden', 'quarantined', `Cannot download the file: it is in quarantine (${codes})`, {
      figures: { state: record.state },
    })
  }
  throw new AppError('conflict', 'not_complete', `Cannot download the file yet: it is ${record.state}`, {
    figures: { state: record.state },
  })
}

/** RFC 6266 with the UTF-8 name of RFC 8187 beside an ASCII one for old clients. */
export function attachment(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

const badRange = (cause: Error) =>
  new AppError('badRange', 'bad_range', 'Cannot give this part of the file: the Range begins behind its end', { cause })

const sendFile = (path: string, req: Request, res: Response) =>
  new Promise<void>((resolve, reject) => {
    res.sendFile(path, { dotfiles: 'allow', cacheControl: false }, (error) => {
      // The client went away in mid-download: its business.
      if (error === undefined || req.destroyed || res.headersSent) resolve()
      else if ('status' in error && error.status === 416) reject(badRange(error))
      else reject(error)
    })
  })
