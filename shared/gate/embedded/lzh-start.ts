import { Bits } from './stream-starts.ts'

const LENGTH_CODES = 19
const CODES = 510
const LONGEST = 16
/** A block that says one symbol over and over, so often, begins as no program and no archive does. */
const MANY = 1024

/** The symbols of each number of bits, or the only symbol there is. */
type Code = { readonly byLength: readonly (readonly number[])[] } | { readonly only: number }

/**
 * Whether the first block of LZH (lh4 to lh7) at `at` gives something of which a beginning could be made: 7-Zip gets nothing out of a block
 * whose codes are not whole. What the distances say is left open.
 */
export function givesByLzh(bytes: Buffer, at: number): boolean {
  const bits = new Bits(bytes, at)
  const symbols = bits.take(16)
  const lengths = symbols === 0 ? null : codeOfLengths(bits)
  const code = lengths === null ? null : codeOfSymbols(bits, lengths)
  return code !== null && !bits.isOver && !('only' in code && symbols >= MANY)
}

function codeOfLengths(bits: Bits): Code | null {
  const count = bits.take(5)
  if (count === 0) return onlyOf(bits.take(5), LENGTH_CODES)
  if (count > LENGTH_CODES) return null
  const lengths: number[] = []
  while (lengths.length < count) {
    let length = bits.take(3)
    while (length >= 7 && length <= LONGEST && bits.take(1) === 1) length++
    if (length > LONGEST) return null
    lengths.push(length)
    if (lengths.length === 3) for (let zeros = bits.take(2); zeros > 0; zeros--) lengths.push(0)
  }
  return wholeOf(lengths)
}

function codeOfSymbols(bits: Bits, code: Code): Code | null {
  const count = bits.take(9)
  if (count === 0) return onlyOf(bits.take(9), CODES)
  if (count > CODES) return null
  const lengths: number[] = []
  while (lengths.length < count && !bits.isOver) {
    const symbol = next(bits, code)
    if (symbol > 2) lengths.push(symbol - 2)
    else for (let zeros = zerosOf(bits, symbol); zeros > 0; zeros--) lengths.push(0)
  }
  return wholeOf(lengths)
}

const zerosOf = (bits: Bits, symbol: number): number =>
  symbol === 0 ? 1 : symbol === 1 ? bits.take(4) + 3 : bits.take(9) + 20

const onlyOf = (only: number, count: number): Code | null => (only < count ? { only } : null)

function wholeOf(lengths: readonly number[]): Code | null {
  const byLength: number[][] = Array.from({ length: LONGEST + 1 }, () => [])
  for (const [symbol, length] of lengths.entries()) byLength[length]?.push(symbol)
  const sum = byLength.reduce((all, symbols, length) => (length === 0 ? 0 : all + symbols.length / 2 ** length), 0)
  return sum === 1 ? { byLength } : null
}

/** Shorter codes come first, and of one length those of lower symbols. */
function next(bits: Bits, code: Code): number {
  if ('only' in code) return code.only
  let [value, first] = [0, 0]
  for (let length = 1; length <= LONGEST; length++) {
    value = value * 2 + bits.take(1)
    first *= 2
    const symbols = code.byLength[length] as readonly number[]
    const symbol = symbols[value - first]
    if (symbol !== undefined) return symbol
    first += symbols.length
  }
  throw new Error('Cannot read a symbol: the code is not whole')
}
