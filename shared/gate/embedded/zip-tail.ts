import { isArchive } from '../containers/families.ts'
import { ZIP_TAIL } from '../containers/zip/end-records.ts'
import { bytesAt, type Ending, type ZipInside, zipsInside } from '../containers/zip/zip-inside.ts'
import { readZipBehind } from '../containers/zip/zip-reader.ts'
import { type Container, placeIn } from '../content.ts'
import { executableIn } from '../executables/executable-sniffer.ts'
import { type RandomAccess, SliceAccess } from '../io/random-access.ts'
import { BudgetSpent, GateProblem } from '../problem.ts'
import type { Detected } from '../types/detect.ts'
import type { Family } from '../types/format.ts'
import { beginningOfMember } from './member-beginning.ts'
import type { Span } from './span.ts'

/** Formats that write something behind their last member: a zip that reaches the end was put there for it. */
const WITH_TRAILER: ReadonlySet<Family> = new Set<Family>(['tar', 'gzip', 'bzip2', 'xz', '7z', 'cpio'])
/** Formats that have files inside as their makers mean it, e.g. a workbook in a presentation. */
const WITH_PARTS: ReadonlySet<Family> = new Set<Family>(['rar', 'binary', 'ole2', 'hdf5'])
const HEAD = 64 * 1024
const LOCAL_SIZE = 30
const LOCAL = 0x04034b50

/**
 * A zip at the end of other content: tools that look from the end see an archive where others see a picture. Where it may be
 * there on purpose its members are judged; anywhere else that it is there is reason enough. Returns what was judged in full.
 */
export async function checkZipTail(container: Container, type: Detected, ending: Ending): Promise<Span[]> {
  const whole = await withWholeTail(ending)
  const judged: Span[] = []
  for (const zip of await zipsInside(whole)) {
    const manner = mannerOf(type, zip, whole)
    if (manner === 'alarm') alarm(container, type)
    else if (manner === 'judge') judged.push(...(await judge(container, type, zip, whole)))
  }
  return judged
}

async function withWholeTail(ending: Ending): Promise<Ending> {
  const { access } = ending
  if (access === null || access.size === ending.size) return ending
  const tail = Buffer.alloc(Math.min(ZIP_TAIL, access.size))
  const position = access.size - tail.length
  await (access.readAside?.(tail, position) ?? access.read(tail, position))
  return { ...ending, tail, size: access.size }
}

function alarm({ inspection, content }: Container, type: Detected): void {
  inspection.report('ambiguous_archive', content.place, `${type.label.en} with a zip archive appended`)
}

function mannerOf({ id, family, known }: Detected, zip: ZipInside, ending: Ending): 'alarm' | 'judge' | 'pass' {
  const reachesEnd = zip.end === ending.size
  // Too many to look at, or an end record that fits without its directory in sight.
  if (zip.isAbsolute && !zip.isSeen) return 'alarm'
  if (isArchive(family) && family !== 'rar') {
    if (zip.isAbsolute) return 'alarm'
    if (!reachesEnd) return 'pass'
    return WITH_TRAILER.has(family) ? 'alarm' : zip.isSeen ? 'judge' : 'pass'
  }
  if (id === 'sketchup' || (id === 'sqlite' && isAllPages(ending))) return 'judge'
  if (!known || !WITH_PARTS.has(family) || reachesEnd) return 'alarm'
  return zip.isSeen ? 'judge' : 'pass'
}

/** Whether the header of an SQLite database counts every byte as a page: nothing was appended to it. */
function isAllPages({ head, size }: Ending): boolean {
  if (head.length < 32) return false
  const told = head.readUInt16BE(16)
  return (told === 1 ? 65_536 : told) * head.readUInt32BE(28) === size
}

async function judge(container: Container, type: Detected, zip: ZipInside, ending: Ending): Promise<Span[]> {
  const { inspection, content, layer } = container
  const place = placeIn(content.place, '(zip inside)')
  const whole = accessTo(ending)
  try {
    if (zip.base === null) throw new GateProblem('ambiguous_archive', place, 'its figures do not fit')
    inspection.enterLayer(layer, place)
    const access = new SliceAccess(whole, zip.base, zip.end - zip.base)
    await readZipBehind({ ...container, content: { ...content, place, access } }, access)
    return [{ from: zip.base + firstOffset(zip), to: zip.end }]
  } catch (error) {
    if (error instanceof BudgetSpent) inspection.abandon(error, place)
    if (!(error instanceof GateProblem || error instanceof OutOfReach)) throw error
    if (!(await isHarmless(container, type, zip, ending))) alarm(container, type)
    inspection.leave(place)
    return []
  }
}

/** Where its first member begins: what lies in front of it is none of the zip's. */
const firstOffset = ({ lines }: ZipInside): number =>
  lines.reduce((least, { local }) => Math.min(least, local[0] ?? least), Number.POSITIVE_INFINITY)

class OutOfReach extends Error {}

/** The tail may be all there is of it: decoded members cannot be read again. */
function accessTo(ending: Ending): RandomAccess {
  const read = async (target: Buffer, position: number) => {
    const bytes = await bytesAt(ending, position, target.length)
    if (bytes === null) throw new OutOfReach('the bytes have gone by')
    return bytes.copy(target)
  }
  return { size: ending.size, read }
}

/** OLE2 and SQLite cut what they hold into pieces, and so do codecs: most of such a zip is then out of reach of tools too. */
const CUTS: ReadonlySet<string> = new Set(['ole2', 'rar', 'zstd', 'lz4', 'lzma', 'compress'])

/** Whether tools get nothing from a zip whose figures do not fit, or but pieces of honest members. */
async function isHarmless(
  { inspection, content }: Container,
  { family, id }: Detected,
  { lines }: ZipInside,
  ending: Ending,
): Promise<boolean> {
  const isCut = CUTS.has(family) || id === 'sqlite'
  for (const line of lines) {
    for (const local of line.local) {
      const header = await bytesAt(ending, local, LOCAL_SIZE)
      if (header === null || header.length < LOCAL_SIZE || header.readUInt32LE(0) !== LOCAL) continue
      if (!isCut) return false
      const start = local + LOCAL_SIZE + header.readUInt16LE(26) + header.readUInt16LE(28)
      const bytes = await bytesAt(ending, start, Math.min(line.packed, HEAD))
      const beginning = bytes === null ? null : beginningOfMember(line.method, (line.flags & 1) !== 0, bytes)
      if (beginning === null) return false
      const kind = executableIn(beginning.head)
      if (kind !== null) inspection.report('executable', placeIn(content.place, '(zip inside)'), kind)
    }
  }
  return true
}
