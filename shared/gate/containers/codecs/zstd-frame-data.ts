import { constants, createZstdDecompress, zstdDecompressSync } from 'node:zlib'
import { KIB } from '#shared/domain/limits.ts'
import { BufferStream, type Cursor } from '../../io/byte-stream.ts'
import { asDamage, codeOf, DamagedData } from '../../io/damaged-data.ts'
import { ENGINE_CHUNK, EngineStream } from '../../io/engine-stream.ts'
import type { Decoded } from './decoded.ts'
import { ZstdFrameBytes, ZstdFrameEnd } from './zstd-frame.ts'

/** Frames of block-wise writers are about this long; they are decoded in one call. */
const SMALL = 64 * KIB
const SMALL_EXPANDED = 256 * KIB
/** What comes out of a frame that does not say it, times its length; more comes in several chunks. */
const LIKELY = 32

/** Decodes the frame at a cursor, which stands behind it afterwards; a window beyond 2^`windowLog` bytes is refused, and `size` is what it declares. */
export async function zstdFrameData(
  cursor: Cursor,
  flags: number,
  windowLog: number,
  size: number | null,
): Promise<Decoded> {
  const params = { [constants.ZSTD_d_windowLogMax]: windowLog }
  const bytes = await cursor.peek(SMALL)
  const end = new ZstdFrameEnd(flags)
  const length = end.take(bytes)
  const whole = end.isReached ? decodeSmall(bytes.subarray(0, length), params, size) : null
  if (whole === null) return decodeStream(new ZstdFrameBytes(cursor, flags), params)
  await cursor.skip(length)
  return { stream: new BufferStream(whole), close: async () => undefined }
}

type Params = { readonly [key: number]: number }

/** Null if more comes out than is wanted in one piece. */
function decodeSmall(frame: Buffer, params: Params, size: number | null): Buffer | null {
  try {
    // One chunk for all that is expected, so that nothing is put together afterwards.
    const chunkSize = Math.max(64, Math.min(size ?? frame.length * LIKELY, SMALL_EXPANDED) + 1)
    return zstdDecompressSync(frame, { params, maxOutputLength: SMALL_EXPANDED, chunkSize })
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return null
    throw asDamage(error)
  }
}

function decodeStream(frame: ZstdFrameBytes, params: Params): Decoded {
  let rest = 0
  const engine = new EngineStream(createZstdDecompress({ params, chunkSize: ENGINE_CHUNK }), frame, (bytes) => {
    rest = bytes.length
  })
  const next = async () => {
    const chunk = await engine.next()
    if (chunk === null && rest > 0) throw new DamagedData('its blocks end before its frame does')
    return chunk
  }
  return { stream: { next }, close: () => engine.close() }
}
