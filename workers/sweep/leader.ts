import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '#shared/domain/errors.ts'
import type { UploadLock, UploadLocks } from '#shared/redis/upload-lock.ts'
import type { Logger } from '#shared/runtime/logger.ts'

/** Throws once this process may not act any more: its lease has ended, or it is to stop. */
export type Guard = () => void

export type LeaderDeps = {
  locks: UploadLocks
  /** Whether the index in Redis is whole. */
  isBuilt: () => Promise<boolean>
  rebuild: (guard: Guard) => Promise<void>
  /** Looks at what stands still. */
  sweep: (guard: Guard) => Promise<void>
  /** Looks at the whole disk. */
  reconcile: (guard: Guard) => Promise<void>
  intervalMs: number
  reconcileMs: number
  log: Logger
}

/** No upload has this id. */
const LEASE = 'sweep'
/** One try to get the lease, ms. */
const TRY_MS = 500
/** A process without the lease asks for it, and one with it looks whether Redis has lost its data, this often, ms. */
const TICK_MS = 1_000

/**
 * One sweep in the whole site: whoever has the lease keeps it until it ends. The lease is the lock of an upload under another name: it is
 * renewed, and its holder stops by its own monotonic clock before anybody else can get it. So a process that was frozen past its lease does
 * nothing more when it goes on.
 *
 *   waiting → leading    nobody else has the lease
 *   leading → waiting    the lease is lost, or Redis does not answer
 */
export function startLeader(deps: LeaderDeps): { stop(): Promise<void> } {
  const ending = new AbortController()
  const running = run(deps, ending.signal)
  return {
    async stop() {
      ending.abort()
      await running
    },
  }
}

async function run(deps: LeaderDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const lock = deps.locks.newLock(LEASE)
    if (await take(deps, lock)) await leadWhileHeld(deps, lock, signal)
    await pause(TICK_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function take({ log }: LeaderDeps, lock: UploadLock): Promise<boolean> {
  try {
    await lock.lock(AbortSignal.timeout(TRY_MS), () => undefined)
    return true
  } catch (err) {
    if (!(err instanceof AppError && err.kind === 'locked')) log.debug({ err }, 'no lease')
    return false
  }
}

async function leadWhileHeld(deps: LeaderDeps, lock: UploadLock, signal: AbortSignal): Promise<void> {
  deps.log.info('sweep leads')
  try {
    await lead(deps, signal, () => {
      signal.throwIfAborted()
      lock.assertHeld()
    })
  } catch (err) {
    if (!signal.aborted) deps.log.warn({ err }, 'sweep interrupted')
  } finally {
    await lock.unlock()
  }
}

async function lead(deps: LeaderDeps, signal: AbortSignal, guard: Guard): Promise<void> {
  const due = { sweep: 0, reconcile: 0 }
  for (;;) {
    guard()
    if (!(await deps.isBuilt())) {
      await deps.rebuild(guard)
      // What stood still before Redis lost its data has to be seen again.
      due.sweep = due.reconcile = 0
    }
    if (performance.now() >= due.sweep) {
      await deps.sweep(guard)
      due.sweep = performance.now() + deps.intervalMs
    }
    if (performance.now() >= due.reconcile) {
      await deps.reconcile(guard)
      due.reconcile = performance.now() + deps.reconcileMs
    }
    await pause(Math.min(TICK_MS, deps.intervalMs), undefined, { signal })
  }
}
