import { LIMITS } from '#shared/domain/limits.ts'
import { describeFilters, filtersV1 } from './hdf5-filters.ts'
import { externalFiles, externalLink, headerMessages } from './hdf5-messages.ts'
import { type Region, RegionScanner } from './region-scanner.ts'
import type { Report } from './text-scanner.ts'

/** Ends of the three-byte marks below; the table says how far the next one can be at least. */
const LEAP = new Uint8Array(256).fill(3)
const mark = (first: number, second: number, third: number): void => {
  LEAP[first] = Math.min(LEAP[first] as number, 2)
  LEAP[second] = Math.min(LEAP[second] as number, 1)
  LEAP[third] = 0
}
const EXTERNAL = 0x40
const HAS_TYPE = 0x08
// A link message: version 1, flags with a type field, type 64. A message of an old header: reserved zeros, version 1.
for (let flags = 0; flags < 0x20; flags++) if ((flags & HAS_TYPE) !== 0) mark(1, flags, EXTERNAL)
mark(0, 0, 1)
mark(0x48, 0x44, 0x52) // HDR
mark(0x43, 0x48, 0x4b) // CHK
LEAP[1] = 0

const HEADER = Buffer.from('OHDR')
const CONTINUATION = Buffer.from('OCHK')

/**
 * Looks for what makes HDF5 open other files or load libraries: external links, external storage and filters that come as
 * plugins. The structures are recognised where they lie in the stream and verified field by field, because following the
 * addresses would need the file a second time.
 */
export class Hdf5Scanner {
  readonly #report: Report
  readonly #regions = new RegionScanner((region) => this.#visit(region))
  readonly #told = new Set<string>()

  constructor(report: Report) {
    this.#report = report
  }

  push(chunk: Buffer): void {
    if (this.#told.size < LIMITS.findings) this.#regions.push(chunk)
  }
  whole(bytes: Buffer): void {
    this.#regions.whole(bytes)
  }
  end(): void {
    if (this.#told.size < LIMITS.findings) this.#regions.end()
  }

  #visit({ bytes, from, to, position }: Region): void {
    for (let i = from; i < to; ) {
      const leap = LEAP[bytes[i] as number] as number
      if (leap > 0) i += leap
      else {
        const found = lookAt(bytes, i)
        for (const detail of found) this.#tell(position + i - from, detail)
        i++
      }
    }
  }

  /** The same filter is used by many datasets: the first place says enough. */
  #tell(at: number, detail: string): void {
    if (this.#told.has(detail) || this.#told.size >= LIMITS.findings) return
    this.#told.add(detail)
    const last = this.#told.size === LIMITS.findings
    this.#report(` (byte ${at})`, last ? `${detail}; the search ended here` : detail)
  }
}

/** What ends at a byte that may be the last of a mark. */
function lookAt(bytes: Buffer, i: number): readonly string[] {
  if (i < 3) return []
  switch (bytes[i]) {
    case EXTERNAL: {
      const link = bytes[i - 2] === 1 ? externalLink(bytes, i - 2) : null
      return link === null ? [] : [link]
    }
    case 1:
      return i >= 8 && bytes.readUIntBE(i - 3, 3) === 0 ? oldMessage(bytes, i) : []
    case 0x52:
      return bytes.compare(HEADER, 0, 4, i - 3, i + 1) === 0 ? headerMessages(bytes, i - 3, true) : []
    case 0x4b:
      return bytes.compare(CONTINUATION, 0, 4, i - 3, i + 1) === 0 ? headerMessages(bytes, i - 3, false) : []
    default:
      return []
  }
}

/** A message of an object header of version 1: type, size, flags, three zeros, and here the version of its data. */
function oldMessage(bytes: Buffer, at: number): readonly string[] {
  const [type, size] = [bytes.readUInt16LE(at - 8), bytes.readUInt16LE(at - 6)]
  if (type === 0x0b) return describeFilters(filtersV1(bytes, at, size) ?? [])
  const files = type === 0x07 ? externalFiles(bytes, at, size) : null
  return files === null ? [] : [files]
}
