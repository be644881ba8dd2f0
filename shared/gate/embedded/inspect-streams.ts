import { KIB } from '#shared/domain/limits.ts'
import { UndamagedStream } from '../containers/codecs/undamaged-stream.ts'
import { isArchive } from '../containers/families.ts'
import { decoderOf } from '../decoders/decoders.ts'
import { LzwStream } from '../decoders/lzw.ts'
import { startDecoder } from '../decoders/start-decoder.ts'
import { executableIn } from '../executables/executable-sniffer.ts'
import type { Inspection } from '../inspection.ts'
import { BufferStream, type ByteStream, Cursor } from '../io/byte-stream.ts'
import { DamagedData } from '../io/damaged-data.ts'
import { GateProblem } from '../problem.ts'
import { detect } from '../types/detect.ts'
import { isLzmaHeader } from '../types/probes.ts'
import { Sample } from '../types/sample.ts'
import type { Beginning } from './deflate-beginning.ts'
import { type EmbeddedSearch, type Stream, weakCodecs } from './embedded-search.ts'
import { canBeGzip } from './gzip-start.ts'
import { lzmaBeginning } from './lzma-start.ts'
import { beginningOfMember } from './member-beginning.ts'
import { beginningOfGzip, beginningOfZstd } from './packed-beginning.ts'
import type { Codec } from './signatures.ts'
import type { Span } from './span.ts'
import { canBeBzip2, hasXzBlock, withSmallDictionary } from './stream-starts.ts'
import { uuencodedIn } from './uuencoded.ts'
import type { ZipMembers } from './zip-members.ts'

const HEAD = 64 * KIB

const BEGIN = Buffer.from('begin')

/** Whether there is anything to look at below. */
export const mayHoldStreams = (search: EmbeddedSearch, { isText, head }: Sample): boolean =>
  search.streams.length > 0 || search.members.isOn || lzmaIn(head) !== null || (isText && head.includes(BEGIN))

/**
 * What compressed streams inside other content hold. Blocks of data are ordinary (NRRD, many result files); a program or an
 * archive is not, and some tools would unpack it. Null if there is none.
 */
export async function programInStreams(
  search: EmbeddedSearch,
  sample: Sample,
  inspection: Inspection,
  place: string,
  judged: readonly Span[],
): Promise<string | null> {
  const encoded = sample.isText ? programUuencoded(sample) : null
  if (encoded !== null) return encoded
  const packed = programByLzma(sample.head, inspection, place)
  if (packed !== null) return packed
  return programInMembers(search.members, judged, inspection, place) ?? (await programPacked(search, inspection, place))
}

async function programPacked(search: EmbeddedSearch, inspection: Inspection, place: string): Promise<string | null> {
  let believed = 0
  for (const stream of search.streams) {
    if (believed === ENOUGH) return null
    const bytes = Buffer.concat(stream.parts)
    if (!canBeStream(stream.codec, bytes)) continue
    const isByChild = !OURS.has(stream.codec)
    if (isByChild && decoderOf(inspection.decoders, 'sevenZip') === null) {
      inspection.leave(`${place} (${stream.codec} at byte ${stream.at})`)
      continue
    }
    inspection.addLook(place, isByChild)
    const { head, isSilent } = await beginningOf(stream, bytes, inspection, place)
    const inside = programOrArchive(head)
    if (inside !== null) return `${inside}, packed by ${stream.codec}, at byte ${stream.at}`
    if (isSilent) leaveSilent(stream.codec, stream.at, inspection, place)
    if (head.length === 0) continue
    believed++
    inspection.lookGaveData(isByChild)
  }
  if (search.left > 0 && believed === 0) leave(search, inspection, place)
  return null
}

/** Looked at again, because now more of it is in sight. */
const canBeStream = (codec: Codec, bytes: Buffer): boolean =>
  (codec !== 'bzip2' || canBeBzip2(bytes, 0, false)) && (codec !== 'gzip' || canBeGzip(bytes, 0))

/** 7-Zip unpacks the first stream that it believes, and looks no further: some more are looked into, in case it is choosier. */
const ENOUGH = 3

function leave({ left, streams }: EmbeddedSearch, inspection: Inspection, place: string): void {
  inspection.leave(`${place} (${left} compressed streams inside)`)
  const detail = `${streams.length + left} beginnings of compressed streams inside, of which the first ones hold nothing`
  inspection.report('not_inspectable', place, detail)
}

function leaveSilent(what: string, at: number, inspection: Inspection, place: string): void {
  inspection.leave(`${place} (${what} at byte ${at})`)
  inspection.report('not_inspectable', place, `${what} whose beginning gives nothing, at byte ${at}`)
}

const isIn =
  (at: number) =>
  ({ from, to }: Span): boolean =>
    at >= from && at < to

/** What members of zips hold that were not judged with the whole zip, as far as their beginnings tell. */
function programInMembers(
  { all, left }: ZipMembers,
  judged: readonly Span[],
  inspection: Inspection,
  place: string,
): string | null {
  for (const { at, method, isEncrypted, parts } of all) {
    if (judged.some(isIn(at))) continue
    inspection.addLook(place, false)
    const beginning = beginningOfMember(method, isEncrypted, Buffer.concat(parts))
    const inside = beginning === null ? 'a member that nobody can look into' : programOrArchive(beginning.head)
    if (inside !== null) return `${inside}, in a zip, at byte ${at}`
    if (beginning?.isSilent === true) leaveSilent('a member of a zip', at, inspection, place)
  }
  // 7-Zip opens the first zip alone.
  if (left === 0 || judged.some(isIn(all[0]?.at ?? 0))) return null
  inspection.leave(`${place} (${left} members of zips inside)`)
  inspection.report('not_inspectable', place, `${all.length + left} members of zips inside`)
  return null
}

/** Decoded without an outside tool. */
const OURS: ReadonlySet<Codec> = new Set<Codec>(['gzip', 'compress', 'zstd'])

/** The whole may be .lzma, or 7-Zip's lzma86, which has one byte more. */
const lzmaIn = (head: Buffer): Buffer | null =>
  [head, head.subarray((head[0] ?? 2) <= 1 ? 1 : head.length)].find(isLzmaHeader) ?? null

/** Numbers look like the header of .lzma, but hardly ever give what looks like anything. */
function programByLzma(head: Buffer, inspection: Inspection, place: string): string | null {
  const bytes = lzmaIn(head)
  if (bytes === null) return null
  let beginning = lzmaBeginning(bytes, KIB)
  if (beginning.toString('latin1', 0, 2) === 'MZ' && beginning.length === KIB) {
    // Its header tells how far away it goes on.
    inspection.addLook(place, true)
    beginning = lzmaBeginning(bytes, HEAD)
  }
  const inside = programOrArchive(beginning)
  return inside === null ? null : `${inside}, packed by lzma, at byte 0`
}

function programUuencoded(sample: Sample): string | null {
  if (!sample.head.includes(BEGIN)) return null
  for (const head of uuencodedIn(sample.head.toString('latin1'))) {
    const inside = programOrArchive(head)
    if (inside !== null) return `${inside}, uuencoded`
  }
  return null
}

function programOrArchive(head: Buffer): string | null {
  const sample = new Sample(head, null)
  const type = detect(sample, '')
  const label = isArchive(type.family) ? type.label.en : weakCodecs(sample, type)[0]
  return executableIn(head) ?? label ?? null
}

/** As far as it can be decoded: what only looks like a stream gives nothing. */
async function beginningOf(stream: Stream, bytes: Buffer, inspection: Inspection, place: string): Promise<Beginning> {
  if (stream.codec === 'gzip') return beginningOfGzip(bytes)
  if (stream.codec === 'zstd') return beginningOfZstd(bytes)
  const cursor = new Cursor(new BufferStream(stream.codec === 'xz' ? withSmallDictionary(bytes) : bytes))
  // Of its own: what a stream by chance declares is no finding, and its bytes are no member's.
  const own = inspection.aside(stream.size)
  const head: Buffer[] = []
  let length = 0
  try {
    await using opened = open(stream, cursor, own, place)
    for (let chunk = await opened.next(); chunk !== null && length < HEAD; chunk = await opened.next()) {
      head.push(Buffer.from(chunk))
      length += chunk.length
    }
  } catch (error) {
    if (!(error instanceof GateProblem || error instanceof DamagedData)) throw error
    if (length === 0 && stream.codec === 'xz' && hasXzBlock(bytes)) return { head: NONE, isSilent: true }
  }
  return { head: Buffer.concat(head), isSilent: false }
}

const NONE = Buffer.alloc(0)
type Opened = ByteStream & AsyncDisposable

function open(stream: Stream, cursor: Cursor, inspection: Inspection, place: string): Opened {
  if (stream.codec === 'compress') {
    const closing = { [Symbol.asyncDispose]: async () => undefined }
    return Object.assign(new UndamagedStream(new LzwStream(cursor), place), closing)
  }
  // By the tool that would unpack it, which also gives what stands in front of other bytes or of a sudden end.
  const args = ['x', '-si', '-so', '-bd', '-mmt=1', `-t${stream.codec}`]
  const run = startDecoder(inspection, { place, format: stream.codec, name: 'sevenZip', args, input: cursor })
  return { next: () => run.next(), [Symbol.asyncDispose]: () => run.close() }
}
