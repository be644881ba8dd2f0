import { type Entry, fromRandomAccessReaderPromise } from 'yauzl'
import { placeIn } from '../../content.ts'
import { executableIn } from '../../executables/executable-sniffer.ts'
import { formatBytes } from '../../format-figures.ts'
import type { Inspection } from '../../inspection.ts'
import { type RandomAccess, SliceAccess, Window } from '../../io/random-access.ts'
import { GateProblem, StopJudging } from '../../problem.ts'
import { BZIP2_WEIGHT } from '../codecs/bzip2-counted.ts'
import { BufferedReader } from './buffered-reader.ts'
import type { EndRecords } from './end-records.ts'
import { renames, toZipEntry, type ZipEntry } from './entry.ts'
import { isBzip2, isSlow } from './member-data.ts'

/** Fixed part of a directory's line. */
const LINE = 46
const ZIP64 = 1

/** The whole directory, in its own order, after its announced size and totals have been held against the budgets. */
export async function readDirectory(
  access: RandomAccess,
  records: EndRecords,
  inspection: Inspection,
  place: string,
): Promise<ZipEntry[]> {
  const { maxDirectoryBytes } = inspection.budgets
  if (records.directorySize > maxDirectoryBytes) {
    inspection.limitHit('maxDirectoryBytes')
    const detail = `a directory of ${formatBytes(records.directorySize)}; the limit is ${formatBytes(maxDirectoryBytes)}`
    throw new GateProblem('archive_bomb', place, detail)
  }
  inspection.declareEntries(records.entryCount, place)
  const entries = await listEntries(access, records, inspection, place)
  inspection.declare(sizeOf(entries), place)
  inspection.declareSlowly(sizeOf(entries.filter(isSlow)), place)
  inspection.declareSlowly(sizeOf(entries.filter(isBzip2)), place, BZIP2_WEIGHT)
  return entries
}

const sizeOf = (entries: readonly ZipEntry[]): number => entries.reduce((sum, { size }) => sum + size, 0)

async function listEntries(
  access: RandomAccess,
  records: EndRecords,
  inspection: Inspection,
  place: string,
): Promise<ZipEntry[]> {
  const reader = new BufferedReader(new SliceAccess(access, 0, records.end))
  try {
    const zip = await fromRandomAccessReaderPromise(reader, records.end, {
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: false,
    })
    const entries: ZipEntry[] = []
    const lines = new Window(access)
    let at = records.directoryOffset
    for await (const entry of zip.eachEntry()) {
      const length = LINE + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength
      const line = lines.held(at, length) ?? (await lines.read(at, length))
      checkDisk(line, entry, place)
      at += length
      const listed = toZipEntry(entry)
      if (entry.fileCommentLength > 0) {
        checkComment(line.subarray(length - entry.fileCommentLength), inspection, placeIn(place, listed.path))
      }
      entries.push(listed)
    }
    // A number, whatever its published type says.
    if (Number(zip.readEntryCursor) !== records.directoryOffset + records.directorySize) {
      throw new GateProblem('ambiguous_archive', place, 'the directory holds more than its entries')
    }
    return entries
  } catch (error) {
    if (reader.ioFailure !== undefined) throw reader.ioFailure
    if (error instanceof GateProblem || error instanceof StopJudging || !(error instanceof Error)) throw error
    throw new GateProblem('not_inspectable', place, `the zip directory cannot be read: ${error.message}`)
  }
}

function checkComment(comment: Buffer, inspection: Inspection, place: string): void {
  const hidden = executableIn(comment)
  if (hidden !== null) inspection.report('executable', `${place} (comment)`, hidden)
}

/** yauzl does not look at the number of the disk a member begins on. */
function checkDisk(line: Buffer, { extraFields }: Entry, place: string): void {
  const disk = line.readUInt16LE(34)
  if (disk === 0) return
  const zip64 = extraFields.find(({ id }) => id === ZIP64)?.data
  // All ones send to the last of the zip64 fields, the only one of four bytes (APPNOTE 4.5.3).
  if (disk === 0xffff && zip64 !== undefined && zip64.length % 8 === 4 && zip64.readUInt32LE(zip64.length - 4) === 0)
    return
  throw new GateProblem('not_inspectable', place, 'one part of a split zip')
}

/** Names that come twice, and names that change with the tool. */
export function checkNames(entries: readonly ZipEntry[], inspection: Inspection, place: string): void {
  const seen = new Map<string, ZipEntry>()
  for (const entry of entries) {
    if (renames(entry)) {
      const detail = `some tools call it ${entry.otherName}`
      inspection.report('ambiguous_archive', placeIn(place, entry.path), detail)
    }
    if (entry.otherKind !== null) {
      const detail = `a ${entry.kind} for some tools, a ${entry.otherKind} for others`
      inspection.report('ambiguous_archive', placeIn(place, entry.path), detail)
    }
    const earlier = seen.get(entry.path)
    if (earlier === undefined) seen.set(entry.path, entry)
    else checkPair(earlier, entry, inspection, placeIn(place, entry.path))
  }
}

function checkPair(a: ZipEntry, b: ZipEntry, inspection: Inspection, place: string): void {
  if (a.isDirectory && b.isDirectory) return
  const same = a.isDirectory === b.isDirectory && a.crc === b.crc && a.size === b.size
  if (same) inspection.report('odd_archive', place, 'listed twice with the same content')
  else inspection.report('ambiguous_archive', place, 'two members of the same name with different content')
}
