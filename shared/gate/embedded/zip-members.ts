import type { Region } from '../active/region-scanner.ts'
import { ZIP, ZIP_METHODS } from './signatures.ts'

/** Of each member so much is kept, packed: enough to see what it is. */
const KEPT = 16 * 1024
const MOST = 512
const HEADER = 30
const DESCRIPTOR = 8

/** The beginning of a member of some zip. */
export type ZipMember = {
  readonly at: number
  readonly method: number
  readonly isEncrypted: boolean
  readonly parts: Buffer[]
  size: number
}
type Open = { readonly member: ZipMember; readonly start: number; readonly packed: number }

/**
 * Members of zips that lie in a format which may hold some, by their local headers: 7-Zip opens the first zip it finds, and
 * walks from one to the next.
 */
export class ZipMembers {
  readonly all: ZipMember[] = []
  /** Members beyond those kept. */
  left = 0
  /** Where the first zip begins: its members may lie anywhere behind. */
  #from = Number.POSITIVE_INFINITY
  #open: Open[] = []

  get isOn(): boolean {
    return this.#from !== Number.POSITIVE_INFINITY
  }
  begin(at: number): void {
    this.#from = Math.min(this.#from, at)
  }

  visit(region: Region): void {
    for (const open of this.#open) keep(open, region)
    this.#open = this.#open.filter(({ member, packed }) => member.size < packed)
    const { bytes, from, to, position } = region
    const first = from + Math.max(0, this.#from - position)
    for (let at = bytes.indexOf(ZIP.needle, first); at !== -1 && at < to; at = bytes.indexOf(ZIP.needle, at + 1)) {
      if (isMember(bytes, at)) this.#add(region, at, position + at - from)
    }
  }

  #add(region: Region, at: number, start: number): void {
    if (this.all.length >= MOST) {
      this.left++
      return
    }
    const { bytes } = region
    const flags = bytes.readUInt16LE(at + 6)
    const member = { at: start, method: bytes.readUInt16LE(at + 8), isEncrypted: flags % 2 === 1, parts: [], size: 0 }
    this.all.push(member)
    const told = bytes.readUInt32LE(at + 18)
    // With a descriptor 7-Zip takes the size from there or from the directory, whatever it says here; without one it must fit.
    const packed = (flags & DESCRIPTOR) !== 0 || told > KEPT ? KEPT : told
    const open = { member, start: start + HEADER + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28), packed }
    keep(open, region)
    if (member.size < packed) this.#open.push(open)
  }
}

/** The first one was looked at more closely; the others need not have names that can be read. */
const isMember = (bytes: Buffer, at: number): boolean =>
  bytes.length >= at + HEADER && ZIP_METHODS.has(bytes.readUInt16LE(at + 8))

/** Data may begin in a later region than its header. */
function keep({ member, start, packed }: Open, { bytes, from, to, position }: Region): void {
  const at = from + Math.max(0, start + member.size - position)
  const part = bytes.subarray(at, Math.min(to, at + packed - member.size))
  if (at >= to || part.length === 0) return
  member.parts.push(Buffer.from(part))
  member.size += part.length
}
