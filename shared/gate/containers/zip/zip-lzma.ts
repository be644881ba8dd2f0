import { BufferStream, type ByteStream, type Cursor } from '../../io/byte-stream.ts'
import { GateProblem } from '../../problem.ts'
import type { ZipEntry } from './entry.ts'

/** The data end with a mark of their own (APPNOTE 4.4.4, bit 1). */
const HAS_END_MARK = 0x2
const PROPERTIES = 5

/** A member of method 14 as an .lzma file: version and length of the properties go, the size is put in (APPNOTE 5.8.8). */
export async function lzmaFile(entry: ZipEntry, packed: Cursor, place: string): Promise<ByteStream> {
  const head = Buffer.from(await packed.take(4 + PROPERTIES))
  if (head.length < 4 + PROPERTIES || head.readUInt16LE(2) !== PROPERTIES) {
    throw new GateProblem('not_inspectable', place, 'damaged data: no LZMA properties')
  }
  const size = Buffer.alloc(8, 0xff)
  if ((entry.flags & HAS_END_MARK) === 0) size.writeBigUInt64LE(BigInt(entry.size))
  const start = new BufferStream(Buffer.concat([head.subarray(4), size]))
  return { next: async () => (await start.next()) ?? packed.next() }
}
