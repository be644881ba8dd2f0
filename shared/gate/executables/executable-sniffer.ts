import { isPlainDos, newerHeader } from './dos-header.ts'
import { isInstallerClassId, rootClassIdAt } from './ole.ts'
import { executableAtStart, ISO_AT, isDeb, isDmgTrailer, isHta, isIso } from './signatures.ts'

/** Bytes at an address that decide; they may lie far beyond the head, so they are collected as they come by. */
type Probe = { readonly at: number; readonly bytes: Buffer; filled: number; decide(bytes: Buffer): string | null }

const HEAD = 64 * 1024
const TAIL = 512

/**
 * Finds an executable by its structure in bytes that come by once, in order, under whatever name. The first piece holds
 * all there is, or at least the head. `onFound` may throw, to end the reading.
 */
export class ExecutableSniffer {
  readonly #onFound: (kind: string) => void
  readonly #probes: Probe[] = []
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
    if (isDmgTrailer(this.#tail)) this.#hit('disk image (DMG)')
    else if (isMz(this.#start) && isPlainDos(this.#start, this.#size)) this.#hit('DOS program (MZ)')
  }

  #readHead(head: Buffer): void {
    this.#start = Buffer.from(head.subarray(0, 64))
    const kind = executableAtStart(head) ?? executableText(head)
    if (kind !== null) this.#hit(kind)
    this.#watch(ISO_AT, 5, (bytes) => (isIso(bytes) ? 'disk image (ISO 9660 or UDF)' : null))
    if (isMz(head) && head.length >= 64) this.#watch(head.readUInt32LE(0x3c), 64, newerHeader)
    const classIdAt = rootClassIdAt(head)
    if (classIdAt !== null) {
      this.#watch(classIdAt, 16, (bytes) => (isInstallerClassId(bytes) ? 'Windows installer (MSI)' : null))
    }
  }

  #watch(at: number, length: number, decide: Probe['decide']): void {
    this.#probes.push({ at, bytes: Buffer.alloc(length), filled: 0, decide })
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

function executableText(head: Buffer): string | null {
  if (isDeb(head)) return 'software package (DEB)'
  return isHta(head) ? 'HTML application (HTA)' : null
}

/** The kind of executable that a piece of bytes is, e.g. a gap between zip members. */
export function executableIn(bytes: Buffer): string | null {
  let found: string | null = null
  const sniffer = new ExecutableSniffer((kind) => {
    found = kind
  })
  sniffer.push(bytes)
  sniffer.end()
  return found
}
