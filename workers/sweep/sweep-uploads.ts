import { type FinalRecord, isFinal, piecesOf } from '#shared/domain/final-record.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { UploadState } from '#shared/domain/upload-state.ts'
import type { ScanLine } from '#shared/queue/scan-line.ts'
import type { IndexedUpload, UploadIndex } from '#shared/redis/upload-index.ts'
import type { UploadLocks } from '#shared/redis/upload-lock.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import type { DiskReader } from '#shared/storage/disk-reader.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import type { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import type { RestoreUpload } from '#shared/uploads/restore-upload.ts'
import type { Actions } from './actions.ts'
import { freePlaces } from './free-places.ts'
import type { Guard } from './leader.ts'
import { planSweep, SETTLING_MS, type SweepAction, type SweepRules } from './plan-sweep.ts'

type Standing = { readonly id: string; readonly at: number }

export type SweepDeps = {
  index: UploadIndex
  disk: DiskReader
  restore: RestoreUpload
  files: UploadFiles
  line: ScanLine
  locks: UploadLocks
  finish: (record: UploadRecord, size: number, assertHeld: () => void) => Promise<void>
  removeUpload: ReturnType<typeof createRemoveUpload>
  rules: SweepRules
  actions: Actions
  log: Logger
  /** ms since the epoch. */
  clock?: () => number
}

const WATCHED: readonly UploadState[] = ['receiving', 'received', 'scanning', 'deleted', 'expired']
const PAGE = 500
/** A crash leaves an upload in receipt younger than this to the next sweep, ms, unless no sweep ran for so long. */
const RECENT_MS = 180_000
/** A request that holds the lock is alive: its upload is left to it. ms. */
const LOCK_WAIT_MS = 1_000

/** Looks at every upload that stands still, and does what the plan says; one that fails is logged and the next one looked at. */
export function createSweep({
  index,
  disk,
  restore,
  files,
  line,
  locks,
  finish,
  removeUpload,
  rules,
  actions,
  log,
  clock = Date.now,
}: SweepDeps) {
  /** Looks again once the lock is held: whoever held it may have finished the same thing. */
  async function underLock(id: string, now: number, lastMoved: number, guard: Guard): Promise<SweepAction> {
    const lock = locks.newLock(id)
    await lock.lock(AbortSignal.timeout(LOCK_WAIT_MS), () => undefined)
    try {
      const found = await index.get(id)
      if (found === undefined) return 'none'
      const { action, staged } = await plan(found, lastMoved, now)
      guard()
      await perform(action, found, staged, lock.assertHeld)
      return action
    } finally {
      await lock.unlock()
    }
  }

  async function perform(
    action: SweepAction,
    { record, received }: IndexedUpload,
    staged: number,
    assertHeld: () => void,
  ): Promise<void> {
    switch (action) {
      case 'finish':
        return finish(record, staged, assertHeld)
      case 'expire':
        return removeUpload.remove(record, received, 'expire')
      case 'withdraw':
        return removeUpload.withdraw(record, received)
      case 'enqueue':
        return line.offer([record])
      case 'clean':
        return removeUpload.cleanUp(record)
      case 'none':
    }
  }

  /** Redis may have lost some that the disk has: it is told again, before they are taken for lost. */
  async function piecesIn(final: FinalRecord): Promise<IndexedUpload[]> {
    const found = await index.getMany(piecesOf(final))
    const onDisk = found.length < final.concat.pieces.length ? await disk.read(final) : undefined
    if (onDisk === undefined) return found
    await restore(onDisk, { tell: false })
    return index.getMany(piecesOf(final))
  }

  /** A final lives as long as one of its partials moves. */
  async function lookAtPartials(final: FinalRecord) {
    const found = await piecesIn(final)
    const staged = await Promise.all(found.map(({ record }) => files.stat(record)))
    const lost =
      found.length < final.concat.pieces.length ||
      found.some(({ record, partial }, i) => record.state !== 'receiving' || partial?.final !== final.id || !staged[i])
    const whole = found.every(({ partial }) => partial?.whole === true)
    const partials = lost ? 'lost' : whole ? 'whole' : 'waiting'
    return { partials, changedAt: Math.max(0, ...staged.map((facts) => facts?.changedAt ?? 0)) } as const
  }

  async function plan({ record, partial }: IndexedUpload, lastMoved: number, now: number) {
    const pieces = isFinal(record) && record.state === 'receiving' ? await lookAtPartials(record) : undefined
    const [staged, hasJob] = await Promise.all([files.received(record), line.has(record)])
    // The disk knows of bytes that the index was not told of.
    const idleMs = now - Math.max(lastMoved, staged?.changedAt ?? 0, pieces?.changedAt ?? 0)
    const standstill = {
      ...{ state: record.state, length: record.length, staged: staged?.size ?? null, idleMs, hasJob },
      ...(partial === undefined ? {} : { partial: { whole: partial.whole, claimed: partial.final !== null } }),
      ...(pieces === undefined ? {} : { partials: pieces.partials }),
    }
    return {
      action: planSweep(standstill, rules),
      staged: pieces === undefined ? (staged?.size ?? 0) : (record.length ?? 0),
    }
  }

  async function look(found: IndexedUpload, lastMoved: number, now: number, guard: Guard): Promise<void> {
    const { record } = found
    const planned = await plan(found, lastMoved, now)
    if (planned.action === 'none') return
    guard()
    const action = record.state === 'receiving' ? await underLock(record.id, now, lastMoved, guard) : planned.action
    if (record.state !== 'receiving') await perform(action, found, planned.staged, guard)
    if (action !== 'none') actions.took(action, { uploadId: record.id, state: record.state })
  }

  /** The process died between the step of the one that replaced them and their own. */
  async function removeReplaced(guard: Guard): Promise<void> {
    for (const uploadId of await index.replaced()) {
      guard()
      try {
        await removeUpload.removeReplaced(uploadId)
        actions.took('remove replaced', { uploadId })
      } catch (err) {
        guard()
        log.warn({ err, uploadId }, 'replaced, but not removed; the next sweep tries again')
      }
    }
  }

  /** Everything, or of those in receipt only what moved a short while ago or has run out: the rest was looked at before. */
  async function* watched(
    now: number,
    thorough: boolean,
  ): AsyncGenerator<{ id: string; at: number; state: UploadState }> {
    for (const state of WATCHED) {
      const parts =
        state === 'receiving' && !thorough
          ? [
              index.standing(state, now - rules.uploadExpiryMs, PAGE),
              index.standing(state, now - SETTLING_MS, PAGE, now - RECENT_MS),
            ]
          : [index.standing(state, now - SETTLING_MS, PAGE)]
      for (const part of parts)
        for await (const one of state === 'received' ? notInLine(part) : part) yield { ...one, state }
    }
  }

  /** What only waits for its turn is well: thousands of them are not looked at one by one. */
  async function* notInLine(standing: AsyncIterable<Standing>): AsyncGenerator<Standing> {
    for await (const page of inPages(standing, PAGE)) {
      const missing = new Set(await line.missing(page.map(({ id }) => id)))
      yield* page.filter(({ id }) => missing.has(id))
    }
  }

  /** `thorough`: also what has stood still for long, which a sweep has seen before. */
  return async function sweep(guard: Guard, thorough = false): Promise<void> {
    const now = clock()
    await freePlaces(line, index).catch((err) => log.warn({ err }, 'places not freed; the next sweep tries again'))
    await removeReplaced(guard)
    for await (const { id, at, state } of watched(now, thorough)) {
      guard()
      try {
        const [found] = await index.getMany([id])
        if (found === undefined) await index.cleaned(id, state)
        else await look(found, at, now, guard)
      } catch (err) {
        guard()
        log.warn({ err, uploadId: id }, 'not put right; the next sweep tries again')
      }
    }
  }
}

async function* inPages<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let page: Item[] = []
  for await (const item of items) {
    page.push(item)
    if (page.length < size) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
