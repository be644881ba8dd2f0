/** Whether printable text, so that a table whose first column is named MZ is no DOS program. */
function isPrintable(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte > 0x7e || (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13)) return false
  return true
}

/** What the signature at the address in a DOS header says; `bytes` begins there. */
export function newerHeader(bytes: Buffer): string | null {
  if (bytes.length < 4) return null
  const signature = bytes.toString('latin1', 0, 2)
  if (signature === 'PE') return bytes[2] === 0 && bytes[3] === 0 ? 'Windows program or library (PE)' : null
  if (bytes.length < 64) return null
  if (signature === 'NE') return isNe(bytes) ? '16-bit Windows or OS/2 program (NE)' : null
  if (signature === 'LE' || signature === 'LX') return isLe(bytes) ? `OS/2 or driver program (${signature})` : null
  return null
}

/** Two letters are weak: linker version, table addresses behind the header, and a target system must be sane too. */
const isNe = (b: Buffer): boolean =>
  (b[2] as number) >= 1 && (b[2] as number) <= 9 && b.readUInt16LE(4) >= 0x40 && (b[0x36] as number) <= 5

/** Byte and word order 0 or 1, level 0, a known processor and system. */
const isLe = (b: Buffer): boolean =>
  (b[2] as number) <= 1 &&
  (b[3] as number) <= 1 &&
  b.readUInt32LE(4) === 0 &&
  inRange(b, 8, 1, 0x42) &&
  inRange(b, 10, 1, 5)
const inRange = (b: Buffer, at: number, low: number, high: number): boolean =>
  b.readUInt16LE(at) >= low && b.readUInt16LE(at) <= high

/** A program for plain DOS, by a header whose every figure fits; `size` is that of the whole file. */
export function isPlainDos(head: Buffer, size: number): boolean {
  if (head.length < 0x20 || isPrintable(head.subarray(0, 0x20))) return false
  const word = (at: number) => head.readUInt16LE(at)
  const [lastPage, pages, relocations, headerParagraphs] = [word(2), word(4), word(6), word(8)]
  const headerBytes = headerParagraphs * 16
  const imageEnd = pages * 512 - (lastPage === 0 ? 0 : 512 - lastPage)
  if (lastPage >= 512 || pages === 0 || headerBytes < 0x1c || imageEnd > size || headerBytes >= imageEnd) return false
  if (word(0x0a) > word(0x0c)) return false
  if (relocations > 0 && (word(0x18) < 0x1c || word(0x18) + 4 * relocations > headerBytes)) return false
  const entry = ((word(0x16) * 16 + word(0x14)) & 0xfffff) + headerBytes
  const stack = ((word(0x0e) * 16 + word(0x10)) & 0xfffff) + headerBytes
  // The stack may lie in the memory asked for behind the image.
  return entry < imageEnd && stack > headerBytes && stack <= imageEnd + word(0x0c) * 16
}
