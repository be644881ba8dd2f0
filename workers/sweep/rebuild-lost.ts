import type { Logger } from '#shared/runtime/logger.ts'
import type { Rebuild } from '#shared/uploads/rebuild/rebuild.ts'
import type { Actions } from './actions.ts'
import type { Guard } from './leader.ts'

export type RebuildLostDeps = { rebuild: Rebuild; retentionMs: number; actions: Actions; log: Logger }

/** Redis has lost its data: the index is made anew from the disk. */
export const createRebuildLost = ({ rebuild, retentionMs, actions, log }: RebuildLostDeps) =>
  async function rebuildLost(guard: Guard): Promise<void> {
    log.warn('the index is not whole: rebuilding it from the disk')
    const { problems, ...counts } = await rebuild({ dryRun: false, retentionMs, now: Date.now(), guard })
    for (const problem of problems) actions.found('rebuild_problem', { problem })
    actions.took('rebuild', counts)
    await actions.flush()
  }
