import type { Signature } from './signatures.ts'

const STARTS_HERE = 1
const STARTS_BEFORE = 2

const pair = (first: number, second: number): number => first | (second << 8)

/** Looks for the needles of many signatures at once: one look at every second byte, at it and the one behind it. */
export class NeedleTable {
  readonly #flags = new Uint8Array(0x10000)
  readonly #byStart = new Map<number, Signature[]>()

  /** Each needle has at least two bytes. */
  constructor(signatures: readonly Signature[]) {
    for (const signature of signatures) this.#add(signature)
  }

  #add(signature: Signature): void {
    const [first, second, third] = signature.needle as unknown as [number, number, number | undefined]
    const start = pair(first, second)
    this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), signature])
    this.#mark(start, STARTS_HERE)
    const next = third === undefined ? Array.from({ length: 256 }, (_, byte) => byte) : [third]
    for (const byte of next) this.#mark(pair(second, byte), STARTS_BEFORE)
  }

  #mark(key: number, flag: number): void {
    this.#flags[key] = (this.#flags[key] as number) | flag
  }

  /** Calls back for every needle that begins in [from, to), in order. */
  each(bytes: Buffer, from: number, to: number, found: (signature: Signature, at: number) => void): void {
    const flags = this.#flags
    const first = from + ((bytes.byteOffset + from) & 1)
    const last = Math.min(to, bytes.length - 2)
    const words = new Uint16Array(bytes.buffer, bytes.byteOffset + first, Math.max(0, (last - first + 2) >> 1))
    for (let i = next(flags, words, 0); i < words.length; i = next(flags, words, i + 1)) {
      const at = first + 2 * i
      const flag = flags[words[i] as number] as number
      if ((flag & STARTS_BEFORE) !== 0 && at > from) this.#visit(bytes, at - 1, found)
      if ((flag & STARTS_HERE) !== 0 && at < to) this.#visit(bytes, at, found)
    }
    // Where the steps above end in front of the last two bytes.
    if (last >= from && last < to && ((last - first) & 1) === 1) this.#visit(bytes, last, found)
  }

  #visit(bytes: Buffer, at: number, found: (signature: Signature, at: number) => void): void {
    const start = pair(bytes[at] as number, bytes[at + 1] as number)
    if (((this.#flags[start] as number) & STARTS_HERE) === 0) return
    const signatures = this.#byStart.get(start) as Signature[]
    for (const signature of signatures) if (holds(bytes, at, signature.needle)) found(signature, at)
  }
}

/** The next word with a flag; by itself, so that it is soon compiled. */
function next(flags: Uint8Array, words: Uint16Array, from: number): number {
  let i = from
  while (i < words.length && flags[words[i] as number] === 0) i++
  return i
}

function holds(bytes: Buffer, at: number, needle: Buffer): boolean {
  if (at + needle.length > bytes.length) return false
  for (let i = 2; i < needle.length; i++) if (bytes[at + i] !== needle[i]) return false
  return true
}
