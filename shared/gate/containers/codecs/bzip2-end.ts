/** In front of the check sum of the whole stream; it begins at any bit, and zeros fill up the last byte. */
const MARK = bitsOf(Buffer.from('177245385090', 'hex'))
const SUM = 32
/** More zeros than a sum has, where no mark is seen: nobody writes them but to fill up. */
const FILLING = 16

/** How many zeros behind `end`, the last bytes that are none, belong to a stream of bzip2. */
export function zerosOfBzip2(end: Buffer, zeros: number): number {
  // The mark ends with four bits of zero.
  const mark = `${bitsOf(end)}0000`.lastIndexOf(MARK)
  if (mark === -1) return zeros < FILLING ? zeros : 0
  const bytes = Math.ceil((mark + MARK.length + SUM) / 8)
  return bytes < end.length ? zeros : bytes - end.length
}

function bitsOf(bytes: Buffer): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
}
