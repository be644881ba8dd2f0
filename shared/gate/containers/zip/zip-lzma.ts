import { KIB } from '#shared/domain/limits.ts'
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
  const dictionary = Buffer.alloc(4)
  dictionary.writeUInt32LE(roundUp(head.readUInt32LE(5)))
  const start = new BufferStream(Buffer.concat([head.subarray(4, 5), dictionary, size]))
  return { next: async () => (await start.next()) ?? packed.next() }
}

/** .lzma knows but dictionaries of 2^n and 3·2^n; 7-Zip writes others into a zip. A larger one decodes the same. */
function roundUp(bytes: number): number {
  let power = 4 * KIB
  while (power < bytes && power < 2 ** 31) power *= 2
  return power * 0.75 >= bytes ? power * 0.75 : Math.min(power, 2 ** 32 - 1)
}
