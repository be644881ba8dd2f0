/** Huffman codes as one look-up: index the next bits, get symbol × 16 + length. Zero: no such code. */
export type CodeTable = { readonly bits: number; readonly codes: Uint16Array }

export const LONGEST_CODE = 15

/** Table for canonical code lengths (RFC 1951, 3.2.2); null if they are no code: more leaves than fit, or gaps with several leaves. */
export function codeTable(lengths: Uint8Array): CodeTable | null {
  const counts = new Uint16Array(LONGEST_CODE + 1)
  for (const length of lengths) counts[length] = (counts[length] as number) + 1
  let bits = LONGEST_CODE
  while (bits > 1 && counts[bits] === 0) bits--
  let left = 1
  for (let length = 1; length <= LONGEST_CODE; length++) {
    left = left * 2 - (counts[length] as number)
    if (left < 0) return null
  }
  const used = lengths.length - (counts[0] as number)
  // One code of one bit may stand alone (a single distance), and no distances at all with literals only.
  if (left > 0 && used > 1) return null
  return { bits, codes: fill(lengths, counts, bits) }
}

function fill(lengths: Uint8Array, counts: Uint16Array, bits: number): Uint16Array {
  const next = new Uint16Array(LONGEST_CODE + 2)
  for (let length = 1; length <= LONGEST_CODE; length++) {
    next[length + 1] = ((next[length] as number) + (counts[length] as number)) << 1
  }
  const codes = new Uint16Array(1 << bits)
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue
    const code = next[length] as number
    next[length] = code + 1
    // Codes come with their highest bit first, the stream with its lowest.
    for (let at = reversed(code, length); at < codes.length; at += 1 << length) codes[at] = symbol * 16 + length
  }
  return codes
}

function reversed(code: number, length: number): number {
  let out = 0
  for (let i = 0; i < length; i++) out |= ((code >> i) & 1) << (length - 1 - i)
  return out
}

const steps = (first: number, extra: readonly number[]): number[] => {
  let base = first
  return extra.map((bits) => {
    const here = base
    base += 1 << bits
    return here
  })
}

/** Lengths from symbol 257 on. The last is what makes it deflate64: 3 and 16 more bits, not 258. */
export const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 16]
export const LENGTH_BASE = [...steps(3, LENGTH_EXTRA.slice(0, -1)), 3]
/** Distances up to 64 KiB: two symbols more than deflate has. */
export const DISTANCE_EXTRA = Array.from({ length: 32 }, (_, symbol) => (symbol < 2 ? 0 : (symbol >> 1) - 1))
export const DISTANCE_BASE = steps(1, DISTANCE_EXTRA)

const fixedLengths = Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))
export const FIXED_LITERALS = codeTable(fixedLengths) as CodeTable
export const FIXED_DISTANCES = codeTable(new Uint8Array(32).fill(5)) as CodeTable

/** The order in which the lengths of the code of code lengths come. */
export const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
