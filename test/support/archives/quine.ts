import { crc32 } from 'node:zlib'
import { u16, u32 } from './bytes.ts'

/**
 * A zip whose only member is the zip itself, after Russ Cox, "Zip Files All The Way Down" (2010). Deflate is used as a
 * language of two words: L(n) prints the n bytes that follow it (a stored block), R(n) prints the last n bytes again. Sizes are
 * chosen so that every word's length, and the lengths it stands for, agree.
 */
export function zipQuine(name = 'r.zip'): Buffer {
  for (let time = 0; time < 64; time++) {
    const build = (crc: number) => assemble(name, crc, time)
    const crc = fixedPoint(build)
    if (crc !== null) return build(crc)
  }
  throw new Error('no time stamp has a checksum that fits')
}

/** A list of bits in the order deflate reads them. */
type Bits = string
const stored = (length: number): Buffer => Buffer.concat([Buffer.from([0]), u16(length), u16(~length)])
const reversed = (value: number, length: number): Bits => value.toString(2).padStart(length, '0')
const plain = (value: number, length: number): Bits => [...reversed(value, length)].reverse().join('')

/** Symbols of the fixed Huffman table: a match of 3–258 bytes, at a distance. */
function match(length: number, distance: number): Bits {
  const [symbol, lengthExtra, lengthBase] = codeOf(length, 257, 3, 4, 8)
  const code = symbol < 280 ? reversed(symbol - 256, 7) : reversed(symbol - 280 + 0xc0, 8)
  const [far, farExtra, farBase] = codeOf(distance, 0, 1, 2, 4)
  return code + plain(length - lengthBase, lengthExtra) + reversed(far, 5) + plain(distance - farBase, farExtra)
}

/** Code, extra bits and base of a value: `group` codes for each number of extra bits, `flat` ones without any. */
function codeOf(value: number, first: number, base: number, group: number, flat: number): [number, number, number] {
  let from = base
  for (let index = 0; ; index++) {
    const extra = index < flat ? 0 : Math.floor((index - flat) / group) + 1
    if (value < from + 2 ** extra) return [first + index, extra, from]
    from += 2 ** extra
  }
}

const pack = (bits: Bits): Buffer =>
  Buffer.from((bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt([...byte].reverse().join(''), 2)))
const FIXED = '010'
const END = '0000000'

/** R(n) of exactly `size` bytes, ended by an empty stored block so that the next word begins on a byte. */
function repeat(length: number, parts: readonly number[], size: number): Buffer {
  const bits = `${FIXED + parts.map((part) => match(part, length)).join('') + END}000`
  const word = Buffer.concat([pack(bits), Buffer.from('0000ffff', 'hex')])
  if (word.length !== size) throw new Error(`R(${length}) has ${word.length} bytes and not ${size}`)
  return word
}
/** Empty blocks that print nothing, in `size` bytes. */
const nothing = (blocks: number): Buffer =>
  Buffer.concat([pack(`${(FIXED + END).repeat(blocks)}000`), Buffer.from('0000ffff', 'hex')])

function assemble(name: string, crc: number, time: number): Buffer {
  const draft = body(name, crc, time, 0, 0)
  return body(name, crc, time, draft.deflated, draft.file.length).file
}

function body(name: string, crc: number, time: number, deflated: number, size: number) {
  const shared = Buffer.concat([
    u16(20),
    u16(0),
    u16(8),
    u16(time),
    u16(0x21),
    u32(crc),
    u32(deflated),
    u32(size),
    u16(name.length),
    u16(0),
  ])
  const head = Buffer.concat([u32(0x04034b50), shared, Buffer.from(name)])
  const entry = Buffer.concat([
    u32(0x02014b50),
    u16(20),
    shared,
    u16(0),
    u16(0),
    u16(0),
    u32(0),
    u32(0),
    Buffer.from(name),
  ])
  const end = Buffer.concat([
    u32(0x06054b50),
    u16(0),
    u16(0),
    u16(1),
    u16(1),
    u32(entry.length),
    u32(head.length + deflated),
    u16(0),
  ])
  const words = program(head, Buffer.concat([entry, end]))
  return { file: Buffer.concat([head, words, entry, end]), deflated: words.length }
}

/** The words between head and tail: each line prints what stands next in the file. */
function program(head: Buffer, tail: Buffer): Buffer {
  const first = stored(head.length + 5)
  const again = repeat(head.length + 5, halves(head.length + 5), 11)
  const printAgain = stored(again.length)
  const K = 26
  const r = repeat(K, [K], 8)
  const k = stored(K)
  const last = final(tail.length)
  const printTail = stored(last.length + tail.length)
  const pad = Buffer.concat([nothing(1), nothing(2)])
  const close = Buffer.concat([r, pad, printTail])
  return Buffer.concat([
    first,
    head,
    first,
    again,
    printAgain,
    again,
    stored(5),
    printAgain,
    k,
    again,
    stored(5),
    printAgain,
    k,
    r,
    k,
    r,
    k,
    r,
    k,
    r,
    k,
    close,
    r,
    pad,
    printTail,
    last,
    tail,
    last,
  ])
}
const halves = (length: number): number[] => [Math.ceil(length / 2), Math.floor(length / 2)]

/** The last word prints itself and the tail; it ends the stream, so nothing has to fill its last byte. */
function final(tail: number): Buffer {
  for (let size = 3; size < 9; size++) {
    const word = pack(`110${match(tail + size, tail + size)}${END}`)
    if (word.length === size) return word
  }
  throw new Error('no length fits the last word')
}

/** CRC-32 is linear over single bits: the checksum that is its own file's is the solution of 32 equations. */
function fixedPoint(build: (crc: number) => Buffer): number | null {
  const zero = crc32(build(0))
  const columns = Array.from({ length: 32 }, (_, bit) => (crc32(build(2 ** bit)) ^ zero ^ (2 ** bit)) >>> 0)
  // Row i: which bits of the unknown act on bit i of the checksum, and what is wanted there (bit 32).
  const rows = Array.from({ length: 32 }, (_, i) =>
    columns.reduce(
      (row, column, bit) => row | (BigInt((column >>> i) & 1) << BigInt(bit)),
      BigInt((zero >>> i) & 1) << 32n,
    ),
  )
  return solve(rows)
}

function solve(rows: bigint[]): number | null {
  for (let bit = 0; bit < 32; bit++) {
    const pivot = rows.findIndex((row, i) => i >= bit && ((row >> BigInt(bit)) & 1n) === 1n)
    if (pivot === -1) return null
    const chosen = rows[pivot] as bigint
    rows[pivot] = rows[bit] as bigint
    rows[bit] = chosen
    for (let i = 0; i < 32; i++)
      if (i !== bit && (((rows[i] as bigint) >> BigInt(bit)) & 1n) === 1n) rows[i] = (rows[i] as bigint) ^ chosen
  }
  return Number(rows.reduce((value, row, bit) => value | ((row >> 32n) << BigInt(bit)), 0n))
}
