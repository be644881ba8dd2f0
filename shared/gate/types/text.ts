/** How much of a file is looked at to call it text (formats.md §5). */
const SAMPLE = 8 * 1024

/** 1 for bytes no text has: control characters other than white space, backspace and escape. */
const ODD = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0x7f || (byte < 0x20 && (byte < 8 || byte > 13) && byte !== 0x1b) ? 1 : 0,
)

/** A BOM, or at least 95 % printable bytes (Latin-1 and UTF-8 allowed) in the first 8 kB. An empty file is text. */
export function isText(head: Buffer): boolean {
  if (bomOf(head) !== null) return true
  const length = Math.min(head.length, SAMPLE)
  let odd = 0
  for (let i = 0; i < length; i++) odd += ODD[head[i] as number] as number
  return odd * 20 <= length
}

/** Whether text is more than letters above 127: machine code of old programs may be made of those alone. */
export function isMostlyAscii(head: Buffer): boolean {
  if (bomOf(head) !== null) return true
  const length = Math.min(head.length, SAMPLE)
  let high = 0
  for (let i = 0; i < length; i++) if ((head[i] as number) > 0x7e) high++
  return high * 2 <= length
}

export function bomOf(head: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' | null {
  if (head.length >= 3 && head.readUIntBE(0, 3) === 0xefbbbf) return 'utf-8'
  if (head.length < 2) return null
  const first = head.readUInt16BE(0)
  return first === 0xfffe ? 'utf-16le' : first === 0xfeff ? 'utf-16be' : null
}

/** The head as text for probes and rules: Latin-1, which never fails and keeps one character per byte, unless a BOM says UTF-16. */
export function headText(head: Buffer, max: number): string {
  const bytes = head.subarray(0, max)
  switch (bomOf(bytes)) {
    case 'utf-8':
      return bytes.toString('latin1', 3)
    case 'utf-16le':
      return bytes.subarray(2).toString('utf16le')
    case 'utf-16be':
      return Buffer.from(bytes.subarray(2, bytes.length & ~1))
        .swap16()
        .toString('utf16le')
    default:
      return bytes.toString('latin1')
  }
}
