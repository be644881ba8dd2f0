import { randomUUID } from 'node:crypto'
import { AppError } from '../domain/errors.ts'
import type { Logger } from '../runtime/logger.ts'
import type { Keys } from './keys.ts'
import { createLockRenewals, type Lease } from './lock-renewals.ts'
import { luaScript } from './lua-script.ts'
import { type RedisClient, topologyOf } from './redis-client.ts'

const count = (raw: unknown) => Number(raw)
const REPLIES = ['held', 'taken', 'noPlace', 'tooEarly'] as const
const acquired = (raw: unknown) => {
  const [code, age, waitMs] = raw as [number, string, number]
  return { reply: REPLIES[code], age, waitMs }
}
const acquireScript = luaScript('airlock_lock_acquire', new URL('./lua/lock-acquire.lua', import.meta.url), 3, acquired)
const releaseScript = luaScript('airlock_lock_release', new URL('./lua/lock-release.lua', import.meta.url), 2, count)

/** How long a lock lasts without renewal, ms: an upload whose process was killed goes on after this. */
export const LEASE_MS = 9_000
/** The writer stops this long before the lease ends, ms: room for a write that is under way. */
const MARGIN_MS = 1_000
const RENEW_MS = LEASE_MS / 3
/** A waiter tries and asks the holder again this often, ms; the holder's release wakes it earlier. */
const ASK_MS = 250
/** Above lease and drain, so that one wait is enough after a kill. */
const ACQUIRE_TIMEOUT_MS = 18_000
/** How long a body waits for another one of its owner to end, ms; small ones end long before. */
const PLACE_TIMEOUT_MS = 10_000

export type RequestRelease = () => void | Promise<void>

/** One request's hold on an upload; has the shape of @tus/server's `Lock`. */
export type UploadLock = {
  lock(signal: AbortSignal, requestRelease: RequestRelease): Promise<void>
  unlock(): Promise<void>
  /** Throws `locked` once the lease may be somebody else's: called before every write (fencing in the writer). */
  assertHeld(): void
}

export type UploadLocks = ReturnType<typeof createUploadLocks>
type Deps = {
  redis: RedisClient
  subscriber: RedisClient
  keys: Keys
  log: Logger
  /** Most bodies of one owner that are received at a time in the whole site; 0: no limit. */
  bodiesPerUser?: number
}

type Wanted = { id: string; token: string; owner: string | undefined; isNew: boolean }

const busy = () =>
  new AppError('locked', 'upload_locked', 'Cannot take the upload: another request is still writing to it', {
    retryAfterSeconds: 2,
  })
const noPlace = (most: number) =>
  new AppError(
    'crowded',
    'too_many_uploads',
    `Cannot receive more than ${most} uploads of one user at a time: go on when one of them has ended`,
    { retryAfterSeconds: 5 },
  )
const lost = () =>
  new AppError(
    'locked',
    'lock_lost',
    'Cannot go on writing: the lock on this upload was lost; ask for the offset and resume',
    {
      retryAfterSeconds: 1,
    },
  )

/**
 * Locks on uploads over all processes: a lease in Redis that is renewed, a request to let go that the holder obeys, and first
 * come, first served inside one process. Times are monotonic (performance.now), so that a stepped clock harms nothing.
 */
export function createUploadLocks({ redis, subscriber, keys, log, bodiesPerUser = 0 }: Deps) {
  const acquire = acquireScript(redis)
  const renewals = createLockRenewals({ redis, log, leaseMs: LEASE_MS, renewMs: RENEW_MS })
  const release = releaseScript(redis)
  const holders = new Map<string, RequestRelease>()
  const lines = new Map<string, Promise<void>>()
  const wakers = new Map<string, Set<() => void>>()
  /** Who waits for a place of an owner, also while it asks again. */
  const crowds = new Map<string, Set<string>>()
  /** The age of the locks as Redis told it last (see lock-acquire.lua). */
  let age = ''
  /** Without replicas a restart forgets nothing that came after it. */
  const alone = topologyOf(redis) === 'single' ? '1' : ''

  subscriber.on('message', (channel: string, message: string) => {
    if (channel !== keys.lockRelease) return
    const id = message.slice(4)
    if (message.startsWith('ask:')) void holders.get(id)?.()
    else for (const wake of wakers.get(id) ?? []) wake()
  })

  /** Waits until the lock may be free: woken by its release, at the latest after `ms`. */
  const releaseOrTick = (id: string, signal: AbortSignal, ms = ASK_MS) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        waiting.delete(wake)
        if (waiting.size === 0) wakers.delete(id)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      const waiting = wakers.get(id) ?? new Set()
      wakers.set(id, waiting.add(wake))
      signal.addEventListener('abort', wake)
    })

  /** Takes the place behind whoever came before in this process, and asks them to let go. */
  async function queueUp(id: string, signal: AbortSignal): Promise<() => void> {
    const before = lines.get(id)
    let leave: () => void = () => undefined
    const mine = new Promise<void>((resolve) => {
      leave = resolve
    })
    const line = (before ?? Promise.resolve()).then(() => mine)
    lines.set(id, line)
    void line.then(() => {
      if (lines.get(id) === line) lines.delete(id)
    })
    if (before !== undefined) {
      void holders.get(id)?.()
      await raceAbort(before, signal).catch((error) => {
        leave()
        throw error
      })
    }
    return leave
  }

  async function takeLease(wanted: Wanted, signal: AbortSignal): Promise<number> {
    const { id, token, owner, isNew } = wanted
    const began = performance.now()
    const most = owner === undefined ? 0 : bodiesPerUser
    const scriptKeys = [keys.lock(id), keys.bodies(owner ?? ''), keys.lockAge]
    while (performance.now() < began + ACQUIRE_TIMEOUT_MS && !signal.aborted) {
      const sent = performance.now()
      const answer = await acquire(scriptKeys, token, LEASE_MS, most, age, isNew ? '1' : '', alone)
      age = answer.age
      if (answer.reply === 'taken') return sent + LEASE_MS
      if (answer.reply === 'noPlace') await placeOrTick(wanted, sent - began, signal)
      else if (answer.reply === 'tooEarly') await releaseOrTick(id, signal, answer.waitMs)
      else {
        await redis.publish(keys.lockRelease, `ask:${id}`)
        await releaseOrTick(id, signal)
      }
    }
    throw busy()
  }

  /** Waits for another body of `owner` to end; not for long, and not in a crowd. */
  async function placeOrTick({ token, owner = '' }: Wanted, waitedMs: number, signal: AbortSignal): Promise<void> {
    const crowd = crowds.get(owner) ?? new Set()
    const isFull = !crowd.has(token) && crowd.size >= bodiesPerUser
    if (waitedMs > PLACE_TIMEOUT_MS || isFull) throw noPlace(bodiesPerUser)
    crowds.set(owner, crowd.add(token))
    await releaseOrTick(placeOf(owner), signal)
  }

  function leaveCrowd({ token, owner = '' }: Wanted): void {
    const crowd = crowds.get(owner)
    if (crowd?.delete(token) === true && crowd.size === 0) crowds.delete(owner)
  }

  /** A lock that was asked for in vain may come yet, when Redis gets to it: it must not stand in the way of the next. */
  const takeBack = ({ id, token, owner }: Wanted) =>
    void release([keys.lock(id), keys.bodies(owner ?? '')], token, keys.lockRelease, `rel:${id}`).catch((err) =>
      log.debug({ err, uploadId: id }, 'lock not taken back; it ends with its lease'),
    )

  return {
    /** `owner`: whose body will be received under it, and is counted; none for a lock without a body. `isNew`: the id was
     * made here just now, so that nobody else can hold a lock that Redis has forgotten. */
    newLock(id: string, owner?: string, isNew = false): UploadLock {
      let lease: Lease | undefined
      let leave: (() => void) | undefined
      const token = randomUUID()
      const wanted = { id, token, owner, isNew }
      const key = keys.lock(id)
      const bodies = owner === undefined || bodiesPerUser === 0 ? key : keys.bodies(owner)

      return {
        async lock(signal, requestRelease) {
          leave = await queueUp(id, signal)
          try {
            const deadline = await takeLease(wanted, signal).finally(() => leaveCrowd(wanted))
            lease = { key, bodies, token, deadline, onLate: () => void requestRelease() }
          } catch (error) {
            takeBack(wanted)
            leave()
            throw error instanceof AppError ? error : unavailable(error)
          }
          holders.set(id, requestRelease)
          renewals.add(lease)
        },
        async unlock() {
          if (lease !== undefined) renewals.remove(lease)
          lease = undefined
          holders.delete(id)
          try {
            await release([key, keys.bodies(owner ?? '')], token, keys.lockRelease, `rel:${id}`)
          } catch (err) {
            log.warn({ err, uploadId: id }, 'lock not released; it ends with its lease')
          } finally {
            leave?.()
            if (owner !== undefined) wakers.get(placeOf(owner))?.values().next().value?.()
          }
        },
        assertHeld() {
          if (lease === undefined || performance.now() > lease.deadline - MARGIN_MS) throw lost()
        },
      }
    },
    /** Listens for release requests; call once before the first lock. */
    listen: () => subscriber.subscribe(keys.lockRelease),
  }
}

/** What waiters for a place of `owner` are kept under; no upload id looks like it. */
const placeOf = (owner: string): string => `bodies ${owner}`

const unavailable = (cause: unknown) =>
  new AppError('unavailable', 'redis_away', 'Cannot take the lock of the upload: Redis does not answer', {
    cause,
    retryAfterSeconds: 5,
  })

function raceAbort(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(busy())
    signal.addEventListener('abort', abort, { once: true })
    void work.then(resolve).finally(() => signal.removeEventListener('abort', abort))
  })
}
