import type { ScanLine } from '#shared/queue/scan-line.ts'
import type { UploadIndex } from '#shared/redis/upload-index.ts'

/** Gives places of the line back whose upload no longer waits for a scan: the process died between the step and the queue. */
export async function freePlaces(line: ScanLine, index: UploadIndex): Promise<void> {
  for (const job of await line.inFlight()) {
    const state = (await index.get(job.id))?.record.state
    if (state !== 'received' && state !== 'scanning') await line.leave(job)
  }
  await line.dispatch()
}
