import type { Logger } from '../runtime/logger.ts'
import { COMMAND_TIMEOUT_MS } from './connect.ts'
import { luaScript } from './lua-script.ts'
import type { RedisClient } from './redis-client.ts'

const flags = (raw: unknown): boolean[] => (raw as number[]).map((flag) => flag === 1)
const renewScript = luaScript('airlock_lock_renew', new URL('./lua/lock-renew.lua', import.meta.url), 'any', flags)

/** How often it is looked for leases that are due, ms. */
const TICK_MS = 250
/** Locks renewed by one command: thousands are held at once, and each command has its price here and in Redis. */
const BATCH = 250

/** A lock that is held, and until when it is for sure (performance.now, ms; 0 once it is lost). */
export type Lease = {
  readonly key: string
  /** Where the body received under it is counted; the lock's own key where none is. */
  readonly bodies: string
  readonly token: string
  deadline: number
  readonly onLate: () => void
}

export type LockRenewals = ReturnType<typeof createLockRenewals>
type Deps = { redis: RedisClient; log: Logger; leaseMs: number; renewMs: number }

/** Renews all leases of one process, each `renewMs` after the last time. One that comes too late or is lost is told by `onLate`. */
export function createLockRenewals({ redis, log, leaseMs, renewMs }: Deps) {
  const renew = renewScript(redis)
  /** Each lease with the time of its next renewal; the first is always due first. */
  const due = new Map<Lease, number>()
  let timer: NodeJS.Timeout | undefined

  function takeDue(): Lease[] {
    const now = performance.now()
    const batch: Lease[] = []
    for (const [lease, at] of due) {
      if (at > now || batch.length === BATCH) break
      batch.push(lease)
    }
    for (const lease of batch) putBehind(lease, now)
    return batch
  }

  function putBehind(lease: Lease, now: number): void {
    due.delete(lease)
    due.set(lease, now + renewMs)
  }

  async function renewBatch(batch: readonly Lease[]): Promise<void> {
    const sent = performance.now()
    try {
      const keys = batch.flatMap(({ key, bodies }) => [key, bodies])
      // Nobody else can have a lock before its deadline; an answer is not waited for longer than the time limit of a command.
      const alone = (lease: Lease) => (sent + COMMAND_TIMEOUT_MS < lease.deadline ? '1' : '')
      const renewed = await renew(keys, leaseMs, ...batch.flatMap((lease) => [lease.token, alone(lease)]))
      for (const [i, lease] of batch.entries()) lease.deadline = renewed[i] === true ? sent + leaseMs : 0
    } catch (err) {
      log.warn({ err, locks: batch.length }, 'locks not renewed')
    }
    for (const lease of batch) if (due.has(lease) && performance.now() > lease.deadline - renewMs) lease.onLate()
  }

  /** All at once: one after the other, thousands of them would each wait for a turn of a busy event loop. */
  function tick(): void {
    for (let batch = takeDue(); batch.length > 0; batch = takeDue()) void renewBatch(batch)
  }

  return {
    add(lease: Lease): void {
      putBehind(lease, performance.now())
      timer ??= setInterval(tick, TICK_MS).unref()
    },
    remove(lease: Lease): void {
      due.delete(lease)
      if (due.size > 0) return
      clearInterval(timer)
      timer = undefined
    },
  }
}
