import type { UploadView } from '#shared/contracts/upload-view.ts'
import type { UploadState } from '#shared/domain/upload-state.ts'

type Given = Partial<Omit<UploadView, 'state'>> & { id: string; state?: UploadState; second?: number }

/** An upload as the API shows it; `second` is when it last changed. */
export function upload({ second = 1, ...given }: Given): UploadView {
  return {
    owner: 'engineer',
    job_id: 'inbox',
    filename: 'deck.k',
    path: 'deck.k',
    state: 'receiving',
    length: 100,
    received: 0,
    created_at: '2026-01-02T03:04:00.000Z',
    updated_at: `2026-01-02T03:04:${String(second).padStart(2, '0')}.000Z`,
    expires_at: null,
    held_reason: null,
    verdict: null,
    ...given,
  }
}
