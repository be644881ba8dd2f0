import { open } from 'node:fs/promises'
import { LIMITS } from '#shared/domain/limits.ts'
import { type GateProgress, judgeFile } from '#shared/gate/judge-file.ts'
import type { ScanAnswer, ScanRequest } from './child-messages.ts'

/** The process that reads hostile bytes: one file at a time, no Redis, no queue, an empty environment. Its parent may kill it at any time. */

/** To the parent; if that is gone, nobody is left to scan for, and the unheard error would end this process with a stack. */
const send = (answer: ScanAnswer) => process.send?.(answer, undefined, undefined, (error) => error && process.exit(0))

async function judge({ file, path, size, policy, decoders }: ScanRequest): Promise<void> {
  const handle = await open(file, 'r')
  try {
    const report = await judgeFile({ handle, size, path }, { policy, decoders, onProgress: throttled() })
    send({ kind: 'report', report })
  } finally {
    await handle.close()
  }
}

function throttled(): (progress: GateProgress) => void {
  let last = performance.now()
  let before = 0
  return (progress) => {
    const now = performance.now()
    const seconds = (now - last) / 1000
    if (seconds < 1 / LIMITS.progressPerSecond) return
    const rate = Math.max(0, Math.round((progress.bytes - before) / seconds))
    last = now
    before = progress.bytes
    send({ kind: 'progress', progress: { ...progress, rate } })
  }
}

// The parent asks for the next file only after the answer to the one before.
process.on('message', (request) => {
  judge(request as ScanRequest).catch((error: unknown) => {
    send({ kind: 'failed', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) })
  })
})
// Signals of a terminal go to the whole group: the parent decides when this process ends.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('SIGHUP', () => undefined)
process.on('disconnect', () => process.exit(0))
send({ kind: 'ready' })
