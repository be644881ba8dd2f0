import { isPlainDos, newerHeader } from './dos-header.ts'
import { isInstallerClassId, rootClassIdAt } from './ole.ts'
import { executableAtStart, ISO_AT, isDeb, isDmgTrailer, isHta, isIso } from './signatures.ts'

/** Bytes at an address that decide; they may lie far beyond the head. */
type Place = { readonly at: number; readonly length: number; readonly decide: (bytes: Buffer) => string | null }
/** The same where they are collected as they come by. */
type Probe = Place & { readonly bytes: Buffer; filled: number }

const HEAD = 64 * 1024
const TAIL = 512

/**
 * Finds an executable by its structure in bytes that come by once, in order, under whatever name. The first piece holds
 * all there is, or at least the head. `onFound` may throw, to end the reading.
 */
export class ExecutableSniffer {
  readonly #onFound: (kind: string) => void
  #probes: readonly Probe[] = []
  #start: Buffer = Buffer.alloc(0)
  #tail: Buffer = Buffer.alloc(0)
  #size = 0
  #found = false

  constructor(onFound: (kind: string) => void) {
    this.#onFound = onFound
  }

  push(chunk: Buffer): void {
    const position = this.#size
    this.#size += chunk.length
    if (this.#found) return
    if (position === 0) this.#readHead(chunk.subarray(0, HEAD))
    this.#feed(chunk, position)
    this.#keepTail(chunk)
  }

  end(): void {
    if (this.#found) return
    const kind = atEnd(this.#start, this.#tail, this.#size)
    if (kind !== null) this.#hit(kind)
  }

  whole(bytes: Buffer): void {
    const kind = executableIn(bytes)
    if (kind !== null) this.#hit(kind)
  }

  #readHead(head: Buffer): void {
    this.#start = Buffer.from(head.subarray(0, 64))
    const kind = inHead(head)
    if (kind !== null) this.#hit(kind)
    this.#probes = placesToLook(head).map((place) => ({ ...place, bytes: Buffer.alloc(place.length), filled: 0 }))
  }

  #feed(chunk: Buffer, start: number): void {
    for (const probe of this.#probes) {
      const next = probe.at + probe.filled
      if (this.#found || probe.filled === probe.bytes.length) continue
      if (next < start || next >= start + chunk.length) continue
      probe.filled += chunk.copy(probe.bytes, probe.filled, next - start)
      // PE needs but 4 of the 64 bytes: a short file must not hide it, so every fill is judged.
      const kind = probe.decide(probe.bytes.subarray(0, probe.filled))
      if (kind !== null) this.#hit(kind)
    }
  }

  #keepTail(chunk: Buffer): void {
    this.#tail =
      chunk.length >= TAIL
        ? Buffer.from(chunk.subarray(chunk.length - TAIL))
        : Buffer.concat([this.#tail, chunk]).subarray(-TAIL)
  }

  #hit(kind: string): void {
    this.#found = true
    this.#onFound(kind)
  }
}

const isMz = (head: Buffer): boolean => (head[0] === 0x4d && head[1] === 0x5a) || (head[0] === 0x5a && head[1] === 0x4d)

function inHead(head: Buffer): string | null {
  const kind = executableAtStart(head)
  if (kind !== null) return kind
  if (isDeb(head)) return 'software package (DEB)'
  return isHta(head) ? 'HTML application (HTA)' : null
}

const ISO: Place = {
  at: ISO_AT,
  length: 5,
  decide: (bytes) => (isIso(bytes) ? 'disk image (ISO 9660 or UDF)' : null),
}

function placesToLook(head: Buffer): Place[] {
  const places = [ISO]
  if (isMz(head) && head.length >= 64) places.push({ at: head.readUInt32LE(0x3c), length: 64, decide: newerHeader })
  const classIdAt = rootClassIdAt(head)
  const decide = (bytes: Buffer) => (isInstallerClassId(bytes) ? 'Windows installer (MSI)' : null)
  if (classIdAt !== null) places.push({ at: classIdAt, length: 16, decide })
  return places
}

function atEnd(start: Buffer, tail: Buffer, size: number): string | null {
  if (isDmgTrailer(tail)) return 'disk image (DMG)'
  return isMz(start) && isPlainDos(start, size) ? 'DOS program (MZ)' : null
}

/** The kind of executable that a piece of bytes is, e.g. a gap between zip members. */
export function executableIn(bytes: Buffer): string | null {
  const head = bytes.length > HEAD ? bytes.subarray(0, HEAD) : bytes
  const kind = inHead(head)
  if (kind !== null) return kind
  for (const { at, length, decide } of placesToLook(head)) {
    const found = at < bytes.length ? decide(bytes.subarray(at, at + length)) : null
    if (found !== null) return found
  }
  return atEnd(bytes, bytes, bytes.length)
}
