import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { AppError } from '#shared/domain/errors.ts'
import { MIB } from '#shared/domain/limits.ts'
import { scanDeadlineMs } from '#shared/domain/policy.ts'
import type { GateReport } from '#shared/domain/verdict.ts'
import type { Decoders } from '#shared/gate/decoders/decoders.ts'
import { parseScanAnswer, type ScanAnswer, type ScanProgress, type ScanRequest } from './child-messages.ts'
import { watchMemory } from './watch-memory.ts'

const CHILD = new URL('./scan-child.ts', import.meta.url)
/** MiB of V8 heap in one scan process; buffers are bounded by the gate's budgets. */
const HEAP_MIB = 256
/** MiB of its young generation: with the default a zip of 100,000 members reaches 330 MB. */
const YOUNG_MIB = 8
/** MiB of resident memory, buffers included, after which a scan process is killed. Twice what the largest scans take. */
const RESIDENT_MIB = 512

export type ScanOptions = { readonly signal: AbortSignal; readonly onProgress: (progress: ScanProgress) => void }
export type ScanPool = ReturnType<typeof createScanPool>

/**
 * Processes that each judge one file at a time. They are kept warm between files; one that crashes, is out of time or is no longer
 * wanted is killed, and the next scan gets a new one. Nothing of a scan runs in the worker's own event loop, so locks are renewed.
 */
export function createScanPool(size: number, decoders: Decoders) {
  const idle: ChildProcess[] = []
  const all = new Set<ChildProcess>()

  async function start(): Promise<ChildProcess> {
    const child = fork(CHILD, [], {
      execArgv: [`--max-old-space-size=${HEAP_MIB}`, `--max-semi-space-size=${YOUNG_MIB}`],
      env: { UV_THREADPOOL_SIZE: '4' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'json',
    })
    all.add(child)
    child.once('exit', () => {
      all.delete(child)
      const at = idle.indexOf(child)
      if (at >= 0) idle.splice(at, 1)
    })
    const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')])
    if (parsed(first).kind !== 'ready') throw new Error('Cannot start a scan process: it ended before it was ready')
    return child
  }

  async function stopChild(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  return {
    /** Starts the processes ahead, so that the first file does not wait for them. */
    async warm(): Promise<void> {
      idle.push(...(await Promise.all(Array.from({ length: size }, start))))
    },

    /** Judges one file; throws `unavailable` after a crash, a time-out or an abort: a retry may succeed. */
    async scan(file: Omit<ScanRequest, 'decoders'>, options: ScanOptions): Promise<GateReport> {
      const child = idle.pop() ?? (await start())
      try {
        const report = await ask(child, { ...file, decoders }, options)
        idle.push(child)
        return report
      } catch (error) {
        await stopChild(child)
        throw error
      }
    },

    async close(): Promise<void> {
      await Promise.all([...all].map(stopChild))
    },
  }
}

function ask(child: ChildProcess, request: ScanRequest, { signal, onProgress }: ScanOptions): Promise<GateReport> {
  return new Promise((resolve, reject) => {
    const limitMs = scanDeadlineMs(request.policy.budgets, request.size)
    const end = (settle: () => void) => {
      clearTimeout(timer)
      stopWatching()
      signal.removeEventListener('abort', aborted)
      child.off('message', answered).off('exit', exited)
      settle()
    }
    const fail = (code: string, message: string) => end(() => reject(new AppError('unavailable', code, message)))
    const aborted = () => fail('scan_aborted', 'Cannot finish the scan: it was cut off')
    const exited = (code: number | null, how: string | null) =>
      fail('scan_crashed', `Cannot finish the scan: its process ended (${how ?? code})`)
    const answered = (message: unknown) => {
      const answer = parsed(message)
      if (answer.kind === 'progress') onProgress(answer.progress)
      else if (answer.kind === 'report') end(() => resolve(answer.report))
      else if (answer.kind === 'failed') fail('scan_failed', `Cannot finish the scan: ${answer.message}`)
    }
    const timer = setTimeout(
      () => fail('scan_timeout', `Cannot finish the scan: not done within ${limitMs} ms`),
      limitMs,
    )
    const stopWatching = watchMemory(child.pid ?? 0, RESIDENT_MIB * MIB, (bytes) =>
      fail(
        'scan_memory',
        `Cannot finish the scan: it took ${Math.round(bytes / MIB)} MiB of memory, ${RESIDENT_MIB} are the limit`,
      ),
    )
    signal.addEventListener('abort', aborted, { once: true })
    child.on('message', answered).once('exit', exited)
    if (signal.aborted) aborted()
    else child.send(request)
  })
}

/** An answer that is none ends the scan like a crash. */
function parsed(message: unknown): ScanAnswer {
  try {
    return parseScanAnswer(message)
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}
