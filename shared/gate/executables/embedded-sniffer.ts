import { type Region, RegionScanner } from '../active/region-scanner.ts'
import { newerHeader } from './dos-header.ts'

/** The stub in front of nearly every Windows program says it cannot run under DOS: a long and certain mark. */
const STUBS = ['program cannot be run in DOS mode', 'program must be run under Win32'].map((text) => Buffer.from(text))
/** The stub's text lies this close behind the program's first byte. */
const REACH = 512

/**
 * Finds a program packed into an OLE2 document (an "object package" that a reader opens with a double click). Its first
 * byte has no fixed place, and its sectors may lie apart, but the stub and the header it points to share one sector chain.
 */
export class EmbeddedSniffer {
  readonly #onFound: (kind: string) => void
  readonly #regions = new RegionScanner((region) => this.#visit(region))

  constructor(onFound: (kind: string) => void) {
    this.#onFound = onFound
  }
  push(chunk: Buffer): void {
    this.#regions.push(chunk)
  }
  whole(bytes: Buffer): void {
    this.#regions.whole(bytes)
  }
  end(): void {
    this.#regions.end()
  }

  #visit({ bytes, from, to }: Region): void {
    for (const stub of STUBS) {
      for (let at = bytes.indexOf(stub, from); at !== -1 && at < to; at = bytes.indexOf(stub, at + 1)) {
        const kind = programAround(bytes, at)
        if (kind !== null) this.#onFound(kind)
      }
    }
  }
}

function programAround(bytes: Buffer, stub: number): string | null {
  const start = bytes.lastIndexOf('MZ', stub, 'latin1')
  if (start === -1 || stub - start > REACH || start + 64 > bytes.length) return null
  const header = start + bytes.readUInt32LE(start + 0x3c)
  return header >= bytes.length ? null : newerHeader(bytes.subarray(header, header + 64))
}
