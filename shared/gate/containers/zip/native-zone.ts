import { constants, inflateRawSync } from 'node:zlib'
import { KIB } from '#shared/domain/limits.ts'
import type { RandomAccess } from '../../io/random-access.ts'
import { ZIP_KINDS } from '../../types/zip-kinds.ts'
import type { ZipEntry } from './entry.ts'
import { LOCAL_SIZE, parseLocalLengths } from './local-header.ts'
import { DEFLATE, STORED } from './member-data.ts'

/** How much of a model's description is read to see what it is, as it is stored. */
const HEAD = 16 * KIB

/** Folders by the names of FMI 1 and 2, and of FMI 3 (sections 2.2 and 2.5.1.4.2), and what is a library by its name. */
const LIBRARY =
  /^binaries\/(?:(?:win|linux|darwin)(?:32|64)|(?:x86|x86_64|aarch32|aarch64|arm64|riscv32|riscv64|ppc32|ppc64)-(?:windows|linux|darwin))\/(?:.*\/)?[^/]+\.(?:dll|dylib|so(?:\.\d+)*|a|lib|o)$/i

/** Whether native code is expected at a path of a model. */
export const isLibraryPath = (path: string): boolean => LIBRARY.test(path)

/** Whether this is a model as FMI or SSP have it: its description has the right name, and is one. */
export async function isModel(access: RandomAccess, entries: readonly ZipEntry[]): Promise<boolean> {
  for (const { member, nativeCodeRoot } of ZIP_KINDS) {
    const description = nativeCodeRoot === undefined ? undefined : entries.find(({ path }) => member.test(path))
    if (description === undefined || nativeCodeRoot === undefined) continue
    if (nativeCodeRoot.test((await headOf(access, description)).replaceAll('\0', ''))) return true
  }
  return false
}

/** The beginning of a member as Latin-1; empty where it cannot be read, which its own judging will tell. */
async function headOf(access: RandomAccess, entry: ZipEntry): Promise<string> {
  const fixed = await readAt(access, entry.offset, LOCAL_SIZE)
  const lengths = parseLocalLengths(fixed)
  if (lengths === null) return ''
  const start = entry.offset + LOCAL_SIZE + lengths.nameLength + lengths.extraLength
  const bytes = await readAt(access, start, Math.min(HEAD, entry.compressedSize))
  if (entry.method === STORED) return bytes.toString('latin1')
  if (entry.method !== DEFLATE) return ''
  try {
    return inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1', 0, HEAD)
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) return ''
    throw error
  }
}

async function readAt(access: RandomAccess, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const filled = await (access.readAside?.(bytes, position) ?? access.read(bytes, position))
  return bytes.subarray(0, filled)
}
