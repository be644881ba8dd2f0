import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, writeFile } from 'node:fs/promises'
import { parseRecord } from '../contracts/parse-record.ts'
import { isSafeOwner, timeOfId } from '../domain/names.ts'
import type { UploadRecord } from '../domain/upload-record.ts'
import { isMissing, isUnreadable } from './disk-errors.ts'
import { makeDirectory, syncDirectory } from './durable.ts'
import type { Layout } from './layout.ts'
import { readLines } from './read-lines.ts'
import { RECORD_BYTES } from './upload-files.ts'

const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW
const NEWLINE = 0x0a

/** `changedAt`: ms; Infinity for what is no file, or cannot be looked at: who reads it is told why. */
export type LedgerFile = { readonly owner: string; readonly day: string; readonly changedAt: number }
/** `damaged`: the number of a line that is no record, counted from 1. */
export type LedgerLine = { readonly record: UploadRecord } | { readonly damaged: number }

export type Ledger = ReturnType<typeof createLedger>

/** The day an upload's line stands under: that of its creation, which its id tells. */
export const dayOf = (id: string): string => new Date(timeOfId(id)).toISOString().slice(0, 10)

/**
 * Finished records, one JSON line each, by owner and day of creation. Lines are only ever added, by the sweep; of several lines of one id
 * the one updated last counts.
 */
export function createLedger(layout: Layout) {
  async function* readDay(owner: string, day: string): AsyncGenerator<LedgerLine> {
    for await (const { text, whole, number } of readLines(layout.ledgerDay(owner, day), RECORD_BYTES)) {
      const record = whole ? parsed(text) : undefined
      yield record?.owner === owner ? { record } : { damaged: number }
    }
  }

  return {
    readDay,

    /** Adds records, durably (fdatasync); answers the names of fragments that were set aside. They must be of one owner. */
    async append(owner: string, records: readonly UploadRecord[]): Promise<string[]> {
      await makeDirectory(layout.ledger(owner))
      const torn: string[] = []
      for (const [day, group] of Map.groupBy(records, ({ id }) => dayOf(id))) {
        const fragment = await appendLines(layout.ledgerDay(owner, day), group)
        if (fragment !== undefined) torn.push(fragment)
      }
      return torn
    },

    /** The newest record of `id` in an owner's ledger, or undefined. */
    async find(owner: string, id: string): Promise<UploadRecord | undefined> {
      let found: UploadRecord | undefined
      try {
        for await (const { text, whole } of readLines(layout.ledgerDay(owner, dayOf(id)), RECORD_BYTES)) {
          const record = whole && text.includes(id) ? parsed(text) : undefined
          if (record?.id !== id || record.owner !== owner) continue
          if (found === undefined || record.updated_at >= found.updated_at) found = record
        }
      } catch (error) {
        // What cannot be read is told by who reads the whole ledger.
        if (!isMissing(error) && !isUnreadable(error)) throw error
      }
      return found
    },

    /** Owners that have a ledger. */
    async owners(): Promise<string[]> {
      return (await namesIn(layout.ledgers)).filter(isSafeOwner)
    },

    /** An owner's files, oldest day first. */
    async files(owner: string): Promise<LedgerFile[]> {
      const days = (await namesIn(layout.ledger(owner))).flatMap(
        (name) => /^(\d{4}-\d\d-\d\d)\.jsonl$/.exec(name)?.[1] ?? [],
      )
      return Promise.all(
        days.toSorted().map(async (day) => ({ owner, day, changedAt: await changedAt(layout.ledgerDay(owner, day)) })),
      )
    },
  }
}

async function changedAt(path: string): Promise<number> {
  try {
    const facts = await lstat(path)
    return facts.isFile() ? facts.mtimeMs : Infinity
  } catch (error) {
    if (isMissing(error) || isUnreadable(error)) return Infinity
    throw error
  }
}

function parsed(text: string): UploadRecord | undefined {
  try {
    return parseRecord(text)
  } catch {
    // Told by the caller with the number of the line.
    return undefined
  }
}

async function namesIn(path: string): Promise<string[]> {
  return readdir(path).catch((error) => {
    if (isMissing(error)) return []
    throw error
  })
}

async function appendLines(path: string, records: readonly UploadRecord[]): Promise<string | undefined> {
  const file = await open(path, FLAGS, 0o600)
  try {
    const fragment = await setTornEndAside(path, file)
    await file.appendFile(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
    await file.datasync()
    await syncDirectory(path.slice(0, path.lastIndexOf('/')))
    return fragment
  } finally {
    await file.close()
  }
}

/** A line without its end is what a crash left: it is kept in a file of its own, and its record is still in the staging directory. */
async function setTornEndAside(path: string, file: FileHandle): Promise<string | undefined> {
  const { size } = await file.stat()
  if (size === 0 || !(await lacksEnd(file, size))) return undefined
  const tail = Buffer.alloc(Math.min(size, RECORD_BYTES))
  await file.read(tail, 0, tail.length, size - tail.length)
  if (size > tail.length && !tail.includes(NEWLINE)) {
    // Longer than any line of ours: it stays where it is, and ends here.
    await file.appendFile('\n')
    return undefined
  }
  const fragment = tail.subarray(tail.lastIndexOf(NEWLINE) + 1)
  const aside = `${path}.torn-${size - fragment.length}`
  await writeFile(aside, fragment, { mode: 0o600, flush: true })
  await file.truncate(size - fragment.length)
  return aside
}

async function lacksEnd(file: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] !== NEWLINE
}
