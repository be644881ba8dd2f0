import type { UploadState } from '#shared/domain/upload-state.ts'

/** One upload that has not moved for a while, as disk, index and queue have it. */
export type Standstill = {
  readonly state: UploadState
  /** Bytes announced; null while deferred. */
  readonly length: number | null
  /** Size of the staging file; null where there is none. */
  readonly staged: number | null
  /** ms since its last step or byte. */
  readonly idleMs: number
  readonly hasJob: boolean
  /** Of a partial: whether it is known to be whole, and whether a final waits for it. */
  readonly partial?: { readonly whole: boolean; readonly claimed: boolean }
  /** Of a final: whether its partials are all there, still on their way, or one of them is lost. */
  readonly partials?: 'whole' | 'waiting' | 'lost'
}

export type SweepAction = 'finish' | 'enqueue' | 'expire' | 'withdraw' | 'clean' | 'none'

export type SweepRules = { readonly uploadExpiryMs: number }

/** Nothing younger is looked at: whoever works on it is probably still there. ms. */
export const SETTLING_MS = 3_000
/** An admission without files is one whose process died in between, after this long. ms. */
const ORPHAN_MS = 60_000

/**
 * What puts one upload right again. Pure.
 *
 *   receiving, all bytes there          finish     the process died between the last byte and the record
 *   receiving, idle past its time       expire
 *   receiving, no staging file          withdraw   the process died between the admission and the files
 *   partial, all bytes there            finish     so that its final may go on; it is no file itself, and expires if none comes
 *   partial a final waits for           none       it goes with that one
 *   final, partials all there           finish
 *   final, partials idle or lost        expire     with what is left of them
 *   received or scanning, no job        enqueue    the process died before the queue knew, or the job was lost; the worker rolls
 *                                                  a decision on the disk forward
 *   deleted or expired, still listed    clean      the process died before the bytes were removed
 */
export function planSweep(upload: Standstill, { uploadExpiryMs }: SweepRules): SweepAction {
  if (upload.idleMs < SETTLING_MS) return 'none'
  switch (upload.state) {
    case 'receiving':
      if (upload.partials !== undefined) return planFinal(upload, uploadExpiryMs)
      if (upload.staged !== null && upload.staged === upload.length && !upload.partial?.whole) return 'finish'
      if (upload.partial?.claimed) return 'none'
      if (upload.staged === null) return upload.idleMs > ORPHAN_MS ? 'withdraw' : 'none'
      return upload.idleMs > uploadExpiryMs ? 'expire' : 'none'
    case 'received':
    case 'scanning':
      return upload.hasJob ? 'none' : 'enqueue'
    case 'deleted':
    case 'expired':
      // Its final took it along: the bytes are that one's.
      return upload.partial?.claimed ? 'none' : 'clean'
    default:
      return 'none'
  }
}

function planFinal({ partials, idleMs }: Standstill, uploadExpiryMs: number): SweepAction {
  if (partials === 'whole') return 'finish'
  return partials === 'lost' || idleMs > uploadExpiryMs ? 'expire' : 'none'
}
