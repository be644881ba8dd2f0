import { zstdHead } from '../containers/codecs/codec-heads.ts'
import { zstdHeaderBytes } from '../containers/codecs/zstd-frame.ts'

const SINGLE_SEGMENT = 0x20
const UNUSED = 0x08
const DICTIONARY = [0, 1, 2, 4]
const LARGEST_BLOCK = 128 * 1024
const BAD_TYPE = 3

/** Whether a zstd frame can begin at `at`: its header, and that of its first block (RFC 8878, 3.1.1). */
export function canBeZstd(b: Buffer, at: number): boolean {
  if (b.length < at + 9) return false
  const flags = b[at + 4] as number
  const isSingle = (flags & SINGLE_SEGMENT) !== 0
  const sizeField = flags >> 6
  const sizeBytes = sizeField === 0 ? Number(isSingle) : 2 ** sizeField
  const block = at + 5 + (isSingle ? 0 : 1) + (DICTIONARY[flags & 3] as number) + sizeBytes
  if ((flags & UNUSED) !== 0 || block + 3 > b.length) return false
  const header = b.readUIntLE(block, 3)
  return ((header >> 1) & 3) !== BAD_TYPE && header >> 3 <= LARGEST_BLOCK
}

const MAGIC = Buffer.from('28b52ffd', 'hex')
const LONGEST_HEAD = 18
/** More than what is looked at can reach back. */
const WINDOW_LOG = 21
const LARGEST_WINDOW = 2 ** 31

/**
 * The frame under a header that every decoder takes, where 7-Zip takes its own: what its first blocks hold depends on no large
 * window, on no size and on no check sum. One that needs a dictionary or a window that nobody takes stays as it is.
 */
export function withPlainHeader(bytes: Buffer): Buffer {
  const flags = bytes[4] ?? 0
  const isSingle = (flags & SINGLE_SEGMENT) !== 0
  const { window } = zstdHead(Buffer.concat([bytes.subarray(0, LONGEST_HEAD)], LONGEST_HEAD))
  const needsOther = hasDictionary(bytes) || (!isSingle && (window ?? 0) > LARGEST_WINDOW)
  if (bytes.length < LONGEST_HEAD || needsOther) return bytes
  const log = Math.ceil(Math.log2(Math.max(1, window ?? 0)))
  const descriptor = (Math.min(WINDOW_LOG, Math.max(10, log)) - 10) << 3
  return Buffer.concat([MAGIC, Buffer.from([0, descriptor]), bytes.subarray(zstdHeaderBytes(flags))])
}

/** A number of zero is none. */
function hasDictionary(bytes: Buffer): boolean {
  const flags = bytes[4] ?? 0
  const at = 5 + ((flags & SINGLE_SEGMENT) === 0 ? 1 : 0)
  return bytes.subarray(at, at + (DICTIONARY[flags & 3] as number)).some((byte) => byte !== 0)
}
