import type { ByteStream, Cursor } from '../../io/byte-stream.ts'
import { BLOCK, parseNumber } from './header.ts'
import { lastOf } from './pax.ts'

/** Where the stored bytes belong; between them is nothing but zeros. */
export type Fragment = { readonly offset: number; readonly length: number }
export type SparseMap = { readonly realSize: number; readonly fragments: readonly Fragment[] }

/** A map of a hundred thousand pieces is a large one. */
const MOST_FRAGMENTS = 1_000_000
const ENTRIES_IN_HEADER = 4
const ENTRIES_IN_EXTENSION = 21

/** The old GNU form (type 'S'): four pieces in the header, more in blocks behind it. */
export async function readGnuSparse(header: Buffer, cursor: Cursor): Promise<SparseMap | null> {
  const fragments: Fragment[] = []
  const realSize = parseNumber(header.subarray(483, 495))
  if (realSize === null || !collect(header, 386, ENTRIES_IN_HEADER, fragments)) return null
  for (let more = header[482] !== 0; more; ) {
    const block = await cursor.take(BLOCK)
    if (block.length < BLOCK || fragments.length > MOST_FRAGMENTS) return null
    if (!collect(block, 0, ENTRIES_IN_EXTENSION, fragments)) return null
    more = block[504] !== 0
  }
  return { realSize, fragments }
}

function collect(block: Buffer, at: number, count: number, into: Fragment[]): boolean {
  for (let i = 0; i < count; i++) {
    const start = at + 24 * i
    if (block[start] === 0) break
    const [offset, length] = [
      parseNumber(block.subarray(start, start + 12)),
      parseNumber(block.subarray(start + 12, start + 24)),
    ]
    if (offset === null || length === null) return false
    into.push({ offset, length })
  }
  return true
}

/** The pax forms 0.0 and 0.1 (map in the records) and 1.0 (map in front of the data). Null if malformed, undefined if not sparse. */
export async function readPaxSparse(
  pax: ReadonlyMap<string, string[]>,
  data: Cursor,
): Promise<SparseMap | null | undefined> {
  const realSize = Number(lastOf(pax, 'GNU.sparse.realsize') ?? lastOf(pax, 'GNU.sparse.size') ?? Number.NaN)
  if (lastOf(pax, 'GNU.sparse.major') === '1') {
    const fragments = await mapInData(data)
    return fragments === null || !Number.isSafeInteger(realSize) ? null : { realSize, fragments }
  }
  const numbers = lastOf(pax, 'GNU.sparse.map')?.split(',') ?? interleave(pax)
  if (numbers === null) return Number.isNaN(realSize) ? undefined : null
  const fragments = inPairs(numbers)
  return fragments === null || !Number.isSafeInteger(realSize) ? null : { realSize, fragments }
}

function interleave(pax: ReadonlyMap<string, string[]>): string[] | null {
  const [offsets, lengths] = [pax.get('GNU.sparse.offset'), pax.get('GNU.sparse.numbytes')]
  if (offsets === undefined || lengths === undefined || offsets.length !== lengths.length) return null
  return offsets.flatMap((offset, i) => [offset, lengths[i] as string])
}

function inPairs(numbers: readonly string[]): Fragment[] | null {
  if (numbers.length % 2 === 1 || numbers.some((text) => !/^\d{1,16}$/.test(text))) return null
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({
    offset: Number(numbers[2 * i]),
    length: Number(numbers[2 * i + 1]),
  }))
}

/** Decimal lines, the count first, filled up to a whole block. */
async function mapInData(data: Cursor): Promise<Fragment[] | null> {
  let text = ''
  let wanted: number | undefined
  for (;;) {
    const block = await data.take(BLOCK)
    if (block.length < BLOCK) return null
    text += block.toString('latin1')
    const lines = text.split('\n')
    wanted ??= lines.length > 1 ? Number(lines[0]) : undefined
    if (wanted === undefined || !Number.isInteger(wanted) || wanted > MOST_FRAGMENTS) return null
    if (lines.length > 2 * wanted + 1) return inPairs(lines.slice(1, 2 * wanted + 1))
  }
}

/** Whether the pieces lie in order inside the file, and are as long together as the bytes that are stored. */
export function isSound({ realSize, fragments }: SparseMap, stored: number): boolean {
  let end = 0
  let sum = 0
  for (const { offset, length } of fragments) {
    if (offset < end || !Number.isSafeInteger(offset + length)) return false
    end = offset + length
    sum += length
  }
  return end <= realSize && sum === stored
}

const ZEROS = Buffer.alloc(256 * 1024)

/** The file as it is when unpacked: the pieces in their places, zeros between. */
export class SparseStream implements ByteStream {
  readonly #map: SparseMap
  readonly #stored: Cursor
  #position = 0
  #index = 0
  constructor(map: SparseMap, stored: Cursor) {
    this.#map = map
    this.#stored = stored
  }

  async next(): Promise<Buffer | null> {
    const { realSize, fragments } = this.#map
    let fragment = fragments[this.#index]
    while (fragment !== undefined && this.#position >= fragment.offset + fragment.length)
      fragment = fragments[++this.#index]
    if (fragment === undefined || this.#position < fragment.offset)
      return this.#zeros((fragment?.offset ?? realSize) - this.#position)
    const bytes = await this.#stored.next(fragment.offset + fragment.length - this.#position)
    this.#position += bytes?.length ?? 0
    return bytes
  }

  #zeros(length: number): Buffer | null {
    if (length <= 0) return null
    const bytes = ZEROS.subarray(0, Math.min(length, ZEROS.length))
    this.#position += bytes.length
    return bytes
  }
}
