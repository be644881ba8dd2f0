import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { Verdict } from '#shared/domain/verdict.ts'
import { createSettleUpload } from '../../workers/scan/settle-upload.ts'
import { crashingAt } from './crashing-at.ts'
import { plainVerdict } from './plain-verdict.ts'
import { uploadRecord } from './upload-record.ts'
import { openUploads } from './uploads-here.ts'

export type Settling = Awaited<ReturnType<typeof openSettling>>

/** Calls that change nothing. */
const READS = ['stat', 'readRecord', 'get', 'getMany', 'chooseTarget', 'locate', 'holdsPlace', 'isOurs', 'inodeAt']

/** An upload root of one's own, and a scan worker that carries out its verdicts and may die of it. */
export async function openSettling() {
  const here = await openUploads()
  const settle = createSettleUpload(here)
  return {
    ...here,
    /** An upload that is being scanned, as the worker finds it. */
    scanning: (more: Partial<UploadRecord> = {}, body = 'hello'): Promise<UploadRecord> =>
      here.bringTo(uploadRecord({ path: 'sub/deck.k', length: body.length, ...more }), 'scanning', body),
    settle: (record: UploadRecord, outcome: Verdict['outcome']): Promise<void> => settle(record, plainVerdict(outcome)),
    /** What a new worker does: it begins with what the disk says. */
    async again(id: string, outcome: Verdict['outcome']): Promise<void> {
      const record = await here.files.readRecord({ owner: 'kim', id })
      if (record === undefined) throw new Error('the record is gone')
      await settle(record, plainVerdict(outcome))
    },
    crashing(crashAt: number, before: boolean) {
      const { wrap, calls } = crashingAt(crashAt, before, READS)
      const { files, placement, index } = here
      const dying = { ...here, files: wrap(files), placement: wrap(placement), index: wrap(index) }
      const settleDying = createSettleUpload(dying)
      return {
        settle: (record: UploadRecord, outcome: Verdict['outcome']) => settleDying(record, plainVerdict(outcome)),
        calls,
      }
    },
    placed: (name: string): string => here.layout.placed('kim', 'job', `sub/${name}`),
  }
}
