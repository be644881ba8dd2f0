import { type FileHandle, open, rename } from 'node:fs/promises'
import type { Piece } from '../domain/concat.ts'
import { AppError } from '../domain/errors.ts'
import type { FinalRecord } from '../domain/final-record.ts'
import { MIB } from '../domain/limits.ts'
import { isMissing } from './disk-errors.ts'
import { syncDirectory } from './durable.ts'
import type { Layout } from './layout.ts'
import { assertMounted } from './root.ts'
import { statFile } from './upload-files.ts'

const BUFFER_BYTES = 4 * MIB

/** A piece with the bytes of the final that it is: from `start` up to `end`. */
export type PlacedPiece = Piece & { readonly start: number; readonly end: number }

export type AssemblyFiles = ReturnType<typeof createAssemblyFiles>

/** The pieces of a final in their order, with where each lies in it. */
export function placedPieces({ concat }: FinalRecord): readonly PlacedPiece[] {
  let end = 0
  return concat.pieces.map((piece) => {
    const start = end
    end += piece.length
    return { ...piece, start, end }
  })
}

/** The files of a final that is being put together, in place, on the file of its first partial. */
export function createAssemblyFiles(layout: Layout) {
  async function sizeOf(owner: string, id: string): Promise<number | undefined> {
    const facts = await statFile(layout.data(owner, id))
    if (facts === undefined) await assertMounted(layout)
    return facts?.size
  }

  return {
    /** Makes the first partial's file the final's own, durably. Done already is fine. */
    async adopt({ id, owner, concat }: FinalRecord): Promise<void> {
      const [first] = concat.pieces
      if (first === undefined) throw damaged('it has no parts')
      if ((await sizeOf(owner, id)) === undefined) {
        await rename(layout.data(owner, first.id), layout.data(owner, id)).catch(async (error: unknown) => {
          if (!isMissing(error)) throw error
          await assertMounted(layout)
          throw damaged('its first part is gone')
        })
      }
      // Before another part may be removed: a power cut must not bring the old name back alone.
      await syncDirectory(layout.staging(owner))
    },

    /**
     * Where to go on. A part is removed only after its bytes are durable in the final, so the first one that is still there tells it;
     * the record's figure spares copying a part of that one again. Throws `conflict` where bytes are missing.
     */
    async resumeAt(record: FinalRecord): Promise<number> {
      const { id, owner, length, concat } = record
      const [first, ...others] = placedPieces(record)
      const present = await Promise.all(others.map((piece) => sizeOf(owner, piece.id)))
      const next = present.findIndex((size) => size !== undefined)
      const at = Math.max(concat.assembled ?? 0, next < 0 ? length : (others[next]?.start ?? 0), first?.end ?? 0)
      if (((await sizeOf(owner, id)) ?? 0) < at) throw damaged('bytes of it are gone')
      for (const [i, piece] of others.entries()) {
        if (piece.end > at && present[i] !== piece.length)
          throw damaged('a part of it is gone, or not as long as it was')
      }
      return at
    },

    /** Copies what is left of `piece` from `at` on, and yields how far it is; `guard` is called before each write and may throw. */
    async *append(
      { owner }: FinalRecord,
      piece: PlacedPiece,
      at: number,
      target: FileHandle,
      guard: () => void,
    ): AsyncGenerator<number> {
      const source = await open(layout.data(owner, piece.id), 'r')
      const buffer = Buffer.allocUnsafe(Math.min(BUFFER_BYTES, piece.end - at))
      try {
        for (let position = at; position < piece.end; ) {
          const { bytesRead } = await source.read(buffer, 0, buffer.length, position - piece.start)
          if (bytesRead === 0) throw damaged('a part of it became shorter')
          guard()
          await writeAll(target, buffer.subarray(0, bytesRead), position)
          position += bytesRead
          yield position
        }
      } finally {
        await source.close()
      }
    },
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

const damaged = (why: string) =>
  new AppError('conflict', 'bytes_missing', `Cannot put the upload together: ${why}; send it again`)
