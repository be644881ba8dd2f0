import { opendir } from 'node:fs/promises'
import { isSafeOwner, isUploadId } from '../domain/names.ts'
import { isMissing, isOtherThing } from './disk-errors.ts'
import type { Layout } from './layout.ts'
import { assertMounted } from './root.ts'

/**
 * What a name in a staging directory is, or in an owner's quarantine, where there are only data and temporary files.
 *
 *   <id>.json            record       <id>.data          data
 *   <id>.folding         folding      a record on its way into the ledger
 *   <id>.proved          proved       how many bytes of the data are proved
 *   *.tmp                temporary    a record or a copy half written
 *   <id>.json.damaged    setAside     a record that could not be read, also a second one (….damaged-2); also <id>.folding.damaged
 *                                     and <id>.data.orphan
 */
export type StagingKind = 'record' | 'folding' | 'data' | 'proved' | 'temporary' | 'setAside' | 'other'
export type StagingEntry = {
  readonly owner: string
  readonly name: string
  readonly kind: StagingKind
  readonly id: string
}

const KINDS: Readonly<Record<string, StagingKind>> = {
  json: 'record',
  folding: 'folding',
  data: 'data',
  proved: 'proved',
}
const SET_ASIDE = /^((json|folding)\.damaged(-\d+)?|data\.orphan)$/

export function stagingEntry(owner: string, name: string): StagingEntry {
  const id = name.slice(0, 36)
  if (!isUploadId(id) || name[36] !== '.') return { owner, name, kind: 'other', id: '' }
  if (name.endsWith('.tmp')) return { owner, name, kind: 'temporary', id }
  const end = name.slice(37)
  return { owner, name, kind: SET_ASIDE.test(end) ? 'setAside' : (KINDS[end] ?? 'other'), id }
}

const IN_QUARANTINE: readonly StagingKind[] = ['data', 'temporary', 'setAside']

function quarantineEntry(owner: string, name: string): StagingEntry {
  const entry = stagingEntry(owner, name)
  return IN_QUARANTINE.includes(entry.kind) ? entry : { ...entry, kind: 'other' }
}

/** Names in a directory as they come, none if it is not there; constant memory. */
async function* namesIn(path: string): AsyncGenerator<string> {
  const directory = await opendir(path, { bufferSize: 256 }).catch((error) => {
    if (isMissing(error)) return undefined
    throw error
  })
  if (directory === undefined) return
  for await (const { name } of directory) yield name
}

/** What is no directory is something, too. */
async function hasAny(names: AsyncIterable<unknown>): Promise<boolean> {
  try {
    for await (const name of names) return name !== undefined
    return false
  } catch (error) {
    if (isOtherThing(error)) return true
    throw error
  }
}

export type Staging = ReturnType<typeof createStaging>

/** Walks over what lies in the owners' staging directories, and in their quarantines. */
export function createStaging(layout: Layout) {
  async function* ownersIn(folder: string): AsyncGenerator<string> {
    for await (const name of namesIn(folder)) if (isSafeOwner(name)) yield name
  }
  const owners = () => ownersIn(layout.users)
  async function* entries(owner: string): AsyncGenerator<StagingEntry> {
    for await (const name of namesIn(layout.staging(owner))) yield stagingEntry(owner, name)
  }
  return {
    owners,
    entries,
    quarantineOwners: () => ownersIn(layout.quarantines),
    async *quarantined(owner: string): AsyncGenerator<StagingEntry> {
      for await (const name of namesIn(layout.quarantine(owner))) yield quarantineEntry(owner, name)
    },
    /** Whether no upload has left anything here yet. */
    async isEmpty(): Promise<boolean> {
      for await (const owner of owners()) if (await hasAny(entries(owner))) return false
      if (await hasAny(namesIn(layout.ledgers))) return false
      await assertMounted(layout)
      return true
    },
  }
}
