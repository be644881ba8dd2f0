import type { UploadRecord } from '../domain/upload-record.ts'
import { stepOf } from '../domain/upload-state.ts'
import { CLAIMED, REBUILDING, WAITING } from '../redis/index-replies.ts'
import type { UploadIndex } from '../redis/upload-index.ts'
import type { DiskReader } from '../storage/disk-reader.ts'
import type { RestoreUpload } from './restore-upload.ts'

export type DiskBackedDeps = { index: UploadIndex; restore: RestoreUpload; disk: DiskReader }

const HAS_TO_WAIT: readonly string[] = [CLAIMED, WAITING, REBUILDING]

/**
 * The index, and the disk behind it: where Redis does not know an upload (it has lost its data), or is behind the record on disk, that
 * record is put back and the step made again. So a lost index stops nobody's work.
 */
export function createDiskBackedIndex({ index, restore, disk }: DiskBackedDeps): UploadIndex {
  const step: UploadIndex['step'] = async (event, record, received, ...how) => {
    const reply = await index.step(event, record, received, ...how)
    if (reply.kind !== 'missing' && reply.kind !== 'refused') return reply
    if (reply.kind === 'refused' && HAS_TO_WAIT.includes(reply.state)) return reply
    const found = await disk.read(record)
    if (found === undefined) return reply
    const made = found.record.state === stepOf(event).to
    if (reply.kind === 'refused' && !made) return reply
    const { kind, state, loser } = await restore(found, { tell: made })
    if (!made) return index.step(event, record, received, ...how)
    if (kind === 'present')
      return state === found.record.state ? { kind: 'already', record: '' } : { kind: 'refused', state }
    return { kind: 'stepped', eventId: '', replaced: loser === record.id ? null : loser }
  }

  const putBack = async (named: Pick<UploadRecord, 'id' | 'owner'>): Promise<boolean> => {
    const found = await disk.read(named)
    if (found === undefined) return false
    await restore(found, { tell: false })
    return true
  }

  const reserve: UploadIndex['reserve'] = async (id, owner, ...rest) => {
    const reply = await index.reserve(id, owner, ...rest)
    return reply.kind === 'missing' && (await putBack({ id, owner })) ? index.reserve(id, owner, ...rest) : reply
  }

  const whole: UploadIndex['whole'] = async (record, ...rest) => {
    const reply = await index.whole(record, ...rest)
    return reply.kind === 'missing' && (await putBack(record)) ? index.whole(record, ...rest) : reply
  }

  return { ...index, step, reserve, whole }
}
