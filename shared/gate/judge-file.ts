import type { FileHandle } from 'node:fs/promises'
import { GIB } from '#shared/domain/limits.ts'
import type { Policy } from '#shared/domain/policy.ts'
import type { GateReport } from '#shared/domain/verdict.ts'
import type { Decoders } from './decoders/decoders.ts'
import { Inspection } from './inspection.ts'
import { HashedFile, ReadAhead } from './io/hashed-file.ts'
import { BudgetSpent, StopJudging } from './problem.ts'
import { Walker } from './walker.ts'

/** Of a file whose judging ended early so many bytes are read for its digest: about two seconds. */
const DIGEST_BEHIND_STOP = GIB

export type GateInput = {
  /** Opened read-only; stays open. */
  readonly handle: FileHandle
  readonly size: number
  /** Path inside the job, e.g. "case/deck.k". */
  readonly path: string
}
export type GateProgress = {
  readonly stage: string
  /** Of the file, read so far. */
  readonly bytes: number
  readonly total: number
  readonly entries: number
}
export type GateOptions = {
  readonly policy: Policy
  /** Programs for the formats we do not decode ourselves; without them those cannot be looked into. */
  readonly decoders?: Decoders
  /** Called for every chunk that is read: throttle it. */
  readonly onProgress?: (progress: GateProgress) => void
  readonly signal?: AbortSignal
}

/**
 * Judges one open file: what it is, and everything that speaks against it. Facts only; what they mean is
 * `decideVerdict`'s. Malformed content is a finding; a throw is a fault of the disk or of ours, and no verdict.
 */
export async function judgeFile(input: GateInput, options: GateOptions): Promise<GateReport> {
  const inspection = new Inspection(options.policy, input.size, options.decoders)
  const file = new HashedFile(input.handle, input.size, (bytes) => {
    options.signal?.throwIfAborted()
    const { stage, entries } = inspection
    options.onProgress?.({ stage, bytes, total: input.size, entries })
  })
  const stopped = await walk(inspection, file, input.path)
  const { bytesRead } = file
  const isRead = !stopped || file.size - bytesRead <= DIGEST_BEHIND_STOP
  const sha256 = isRead ? await digest(inspection, file) : ''
  return {
    findings: inspection.findings,
    detected_type: inspection.detectedType,
    sha256,
    // What is read for the digest alone was not looked at.
    coverage: inspection.coverage(stopped ? bytesRead : file.bytesRead),
  }
}

/** Whether the judging was ended before everything had been looked at. */
async function walk(inspection: Inspection, file: HashedFile, path: string): Promise<boolean> {
  const stream = new ReadAhead(file)
  const name = path.slice(path.lastIndexOf('/') + 1)
  const root = { place: '', size: file.size, access: file, layer: 0, fromCodec: false, nativeZone: false }
  try {
    await new Walker(inspection).judge({ ...root, name, stream })
    return false
  } catch (error) {
    // A spent budget is reported by then; where the policy does not quarantine for it the digest is still wanted.
    if (error instanceof BudgetSpent) return false
    if (error instanceof StopJudging) return true
    throw error
  } finally {
    await stream.settle()
  }
}

function digest(inspection: Inspection, file: HashedFile): Promise<string> {
  inspection.engine('sha256')
  return file.digest()
}
