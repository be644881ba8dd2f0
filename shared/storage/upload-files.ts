import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, lstat, open, stat } from 'node:fs/promises'
import { badRecord, parseRecord } from '../contracts/parse-record.ts'
import { LIMITS, MIB } from '../domain/limits.ts'
import type { UploadRecord } from '../domain/upload-record.ts'
import { codeOf, isMissing, isOtherThing } from './disk-errors.ts'
import { createEmpty, makeDirectory, unlinkIfThere, writeWhole } from './durable.ts'
import type { Layout } from './layout.ts'
import { readAtMost } from './open-plain.ts'
import { dropProvedEnd, keepProvedEnd, type ProvedEnd, readProvedEnd } from './proved-end.ts'
import { assertMounted } from './root.ts'
import { beginWriting, endOthersWriting, type StagedWriter } from './staged-writer.ts'

/** A record has up to a million characters, a character up to four bytes. */
export const RECORD_BYTES = 4 * LIMITS.recordBytes

export type UploadFiles = ReturnType<typeof createUploadFiles>

/** The files of one upload on its way: its record and its bytes. */
export function createUploadFiles(layout: Layout) {
  const recordPath = ({ owner, id }: Named) => layout.record(owner, id)
  const dataPath = ({ owner, id }: Named) => layout.data(owner, id)
  const provedPath = ({ owner, id }: Named) => layout.proved(owner, id)

  /** ENOENT stays so only while the upload root is there. */
  const believeMissing = <Value>(work: Promise<Value>): Promise<Value> =>
    work.catch(async (error) => {
      if (isMissing(error)) await assertMounted(layout)
      throw error
    })

  /** Makes the staging directory where it is missing. Twice: the sweep removes empty ones. */
  const withFolder = async (owner: string, work: () => Promise<void>): Promise<void> => {
    const again = async (error: unknown) => {
      if (!isMissing(error)) throw error
      await assertMounted(layout)
      await makeDirectory(layout.staging(owner))
      await work()
    }
    // Another file system may have come in its place, with folders of the same names.
    await assertMounted(layout)
    return work().catch(again).catch(again)
  }

  /** See {@link beginWriting} there; `proving`: the bytes to come count only once they are proved. */
  async function begin(named: Named, size: number, guard: () => void, proving: boolean): Promise<UploadWriter> {
    const writer = await beginWriting(dataPath(named), size, guard)
    try {
      // What was cut off must not come back and count.
      if (!proving) await dropProvedEnd(provedPath(named), () => writer.file.sync())
      const proved = proving ? await keepProvedEnd(provedPath(named), size, writer.tookOver, guard) : undefined
      return { ...writer, proved, close: () => writer.close().finally(() => proved?.close()) }
    } catch (error) {
      await writer.close()
      throw error
    }
  }

  return {
    /** Makes the first record and the staging file. Not yet fsynced: nothing has been acknowledged but an empty upload. */
    async create(record: UploadRecord): Promise<void> {
      await withFolder(record.owner, async () => {
        // In this order: bytes without a record would be nobody's after a crash, a record without bytes is withdrawn.
        await writeWhole(recordPath(record), JSON.stringify(record), false)
        await createEmpty(dataPath(record))
      })
    },

    /** Writes the record so that it survives a power cut: fsync of file and directory. `guard` throws once the lock on the upload is lost. */
    writeRecord: (record: UploadRecord, guard?: () => void): Promise<void> =>
      withFolder(record.owner, () => writeWhole(recordPath(record), JSON.stringify(record), true, guard)),

    /** Writes a record that the disk has lost; false where there is one after all. */
    async writeLost(record: UploadRecord): Promise<boolean> {
      const temporary = `${recordPath(record)}.${randomUUID()}.tmp`
      await withFolder(record.owner, () => writeWhole(temporary, JSON.stringify(record), true))
      try {
        await link(temporary, recordPath(record))
        return true
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
        return false
      } finally {
        await unlinkIfThere(temporary)
      }
    },

    /** The record on disk, or undefined where there is none; throws `bad_record` for a damaged one. */
    async readRecord(named: Named): Promise<UploadRecord | undefined> {
      const record = await readRecordAt(recordPath(named))
      if (record === undefined) await assertMounted(layout)
      return record
    },

    /** Size in bytes, inode and time of the last byte of the staging file, or undefined where it is gone. */
    async stat(named: Named): Promise<FileFacts | undefined> {
      const [facts] = await Promise.all([statFile(dataPath(named)), assertMounted(layout)])
      return facts
    },

    /** The same of an upload in receipt: `size` is that of the bytes which count. */
    async received(named: Named): Promise<FileFacts | undefined> {
      // In this order: bytes that came since are not proved by what was read before.
      const facts = await this.stat(named)
      const proved = facts === undefined ? undefined : await readProvedEnd(provedPath(named))
      return facts === undefined || proved === undefined ? facts : { ...facts, size: Math.min(facts.size, proved) }
    },

    /** Opens the bytes for who writes the same ones to the same places, however often. */
    openData: (named: Named): Promise<FileHandle> =>
      believeMissing(open(dataPath(named), constants.O_WRONLY | constants.O_NOFOLLOW)),

    /**
     * Opens the bytes for writing behind the first `size`; throws ENOENT while the upload is being created. `proving`: none of those to
     * come counts before the writer says that it is proved.
     */
    beginWriting: (named: Named, size: number, guard: () => void, proving = false): Promise<UploadWriter> =>
      believeMissing(begin(named, size, guard, proving)),

    /** The bytes from `start` to before `end`, as they were written. */
    readBack: (named: Named, start: number, end: number) =>
      async function* (): AsyncGenerator<Buffer> {
        if (end <= start) return
        const file = await believeMissing(open(dataPath(named), constants.O_RDONLY | constants.O_NOFOLLOW))
        yield* file.createReadStream({ start, end: end - 1, highWaterMark: MIB })
      },

    /**
     * After this no late write of a process that lost its lock can reach the first `size` bytes, and all of them count; to be made
     * durable with the record.
     */
    async endWriting(named: Named, size: number, guard: () => void): Promise<void> {
      await believeMissing(endOthersWriting(dataPath(named), size, guard))
      await unlinkIfThere(provedPath(named))
    },

    removeData: (named: Named): Promise<void> => unlinkIfThere(dataPath(named)),
    /** The bytes first: a record without them is seen to be gone. */
    async remove(named: Named): Promise<void> {
      await assertMounted(layout)
      await unlinkIfThere(provedPath(named))
      await unlinkIfThere(dataPath(named))
      await unlinkIfThere(recordPath(named))
    },
    removeRecord: (named: Named): Promise<void> => unlinkIfThere(recordPath(named)),
  }
}

/** The right to write to an upload; `proved` where its bytes are to be proved. */
export type UploadWriter = StagedWriter & { readonly proved: ProvedEnd | undefined }

type Named = { readonly owner: string; readonly id: string }

/** The record in a file, or undefined where there is none; throws `bad_record` for a damaged one, and for what is no file. */
export async function readRecordAt(path: string): Promise<UploadRecord | undefined> {
  try {
    const text = await readAtMost(path, RECORD_BYTES)
    if (text === undefined) throw badRecord(`it has more than ${RECORD_BYTES} bytes`)
    return parseRecord(text)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw isOtherThing(error) ? badRecord('it is not a file', error) : error
  }
}

/** `changedAt`: ms since the epoch. */
export type FileFacts = { readonly size: number; readonly inode: string; readonly changedAt: number }

/** Size, inode and last change of a file, or undefined where there is none. */
export const statFile = (path: string): Promise<FileFacts | undefined> => factsOf(path, stat)

/** The same of a link itself, wherever it leads. */
export const lstatFile = (path: string): Promise<FileFacts | undefined> => factsOf(path, lstat)

async function factsOf(path: string, look: typeof stat | typeof lstat): Promise<FileFacts | undefined> {
  try {
    const { size, ino, mtimeMs } = await look(path, { bigint: true })
    return { size: Number(size), inode: String(ino), changedAt: Number(mtimeMs) }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
