import { opendir } from 'node:fs/promises'
import { isSafeOwner, isUploadId } from '../domain/names.ts'
import { isMissing, isOtherThing } from './disk-errors.ts'
import type { Layout } from './layout.ts'
import { assertMounted } from './root.ts'

/**
 * What a name in a staging directory is.
 *
 *   <id>.json            record       <id>.data          data
 *   <id>.folding         folding      a record on its way into the ledger
 *   <id>.proved          proved       how many bytes of the data are proved
 *   *.tmp                temporary    a record half written
 *   <id>.json.damaged    setAside     a record that could not be read; also <id>.folding.damaged and <id>.data.orphan
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
  'json.damaged': 'setAside',
  'folding.damaged': 'setAside',
  'data.orphan': 'setAside',
}

export function stagingEntry(owner: string, name: string): StagingEntry {
  const id = name.slice(0, 36)
  if (!isUploadId(id) || name[36] !== '.') return { owner, name, kind: 'other', id: '' }
  if (name.endsWith('.tmp')) return { owner, name, kind: 'temporary', id }
  return { owner, name, kind: KINDS[name.slice(37)] ?? 'other', id }
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

/** Walks over what lies in the owners' staging directories. */
export function createStaging(layout: Layout) {
  async function* owners(): AsyncGenerator<string> {
    for await (const name of namesIn(layout.users)) if (isSafeOwner(name)) yield name
  }
  async function* entries(owner: string): AsyncGenerator<StagingEntry> {
    for await (const name of namesIn(layout.staging(owner))) yield stagingEntry(owner, name)
  }
  return {
    owners,
    entries,
    /** Whether no upload has left anything here yet. */
    async isEmpty(): Promise<boolean> {
      for await (const owner of owners()) if (await hasAny(entries(owner))) return false
      if (await hasAny(namesIn(layout.ledgers))) return false
      await assertMounted(layout)
      return true
    },
  }
}
