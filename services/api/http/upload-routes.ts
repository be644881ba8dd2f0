import { Router } from 'express'
import type { Principal } from '#shared/contracts/token.ts'
import { uploadView } from '#shared/contracts/upload-view.ts'
import { AppError } from '#shared/domain/errors.ts'
import { LIMITS } from '#shared/domain/limits.ts'
import { isSafeOwner, isUploadId } from '#shared/domain/names.ts'
import { isUploadState, UPLOAD_STATES } from '#shared/domain/upload-state.ts'
import type { UploadIndex } from '#shared/redis/upload-index.ts'
import type { FoundUpload } from '#shared/uploads/lookup-upload.ts'
import type { FindUpload } from '../use-cases/find-upload.ts'
import type { ListQuery, UploadPage } from '../use-cases/list-uploads.ts'
import { aboutUpload, principalHere } from './request-context.ts'

export type UploadRouteDeps = {
  find: FindUpload
  list: (query: ListQuery) => Promise<UploadPage>
  remove: (found: FoundUpload) => Promise<void>
  index: UploadIndex
  quotaBytes: number | null
  /** Throws `unavailable` while the index is being rebuilt: lists and sums would lack what is not back yet. */
  assertWhole: () => Promise<void>
}

/** Questions about uploads, and their deletion. Behind `authenticate`. */
export function uploadRoutes({ find, list, remove, index, quotaBytes, assertWhole }: UploadRouteDeps): Router {
  const router = Router()
  router.get('/uploads', async (req, res) => {
    await assertWhole()
    res.json(await list(parseListQuery(new URLSearchParams(req.url.split('?')[1] ?? ''), principalHere())))
  })
  router.get('/uploads/:id', async (req, res) => {
    const { record, received } = await find(req.params.id, principalHere())
    res.json(uploadView(record, received))
  })
  router.delete('/uploads/:id', async (req, res) => {
    const found = await find(req.params.id, principalHere())
    aboutUpload(found.record)
    await remove(found)
    res.status(204).end()
  })
  router.get('/quota', async (req, res) => {
    const owner = wantedOwner(new URLSearchParams(req.url.split('?')[1] ?? '').get('user'), principalHere())
    if (owner === null) throw invalid('bad_user', 'Cannot add up the quotas of all users: name one')
    await assertWhole()
    res.json(await index.quota(owner, quotaBytes))
  })
  return router
}

const invalid = (code: string, message: string) => new AppError('invalid', code, message)

/** Whose uploads: the caller's own; `user` is for administrators, `*` means all (null). */
function wantedOwner(user: string | null, principal: Principal): string | null {
  if (user === null || user === principal.user) return principal.user
  if (!principal.isAdmin)
    throw new AppError('forbidden', 'admin_only', 'Cannot show the uploads of somebody else: only administrators may')
  if (user === '*') return null
  if (!isSafeOwner(user)) throw invalid('bad_user', 'Cannot use this user: it must be a user name or *')
  return user
}

function parseListQuery(query: URLSearchParams, principal: Principal): ListQuery {
  const states = query.get('state')?.split(',') ?? null
  if (states !== null && !states.every(isUploadState)) {
    throw invalid(
      'bad_state',
      `Cannot use this state: it must be one or more of ${UPLOAD_STATES.join(', ')}, with commas between`,
    )
  }
  const before = query.get('cursor')
  if (before !== null && !isUploadId(before))
    throw invalid('bad_cursor', 'Cannot use this cursor: take next_cursor of the page before')
  const limit = query.get('limit') ?? '50'
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > LIMITS.listPage) {
    throw invalid('bad_limit', `Cannot use this limit: it must be a number from 1 to ${LIMITS.listPage}`)
  }
  return {
    owner: wantedOwner(query.get('user'), principal),
    states,
    job: query.get('job_id'),
    text: query.get('q')?.toLowerCase() ?? null,
    before,
    limit: Number(limit),
  }
}
