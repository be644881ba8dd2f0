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

/** Decodes the frame at a cursor, which stands behind it afterwards; a window beyond 2^`windowLog` bytes is refused. */
export async function zstdFrameData(cursor: Cursor, flags: number, windowLog: number): Promise<Decoded> {
  const params = { [constants.ZSTD_d_windowLogMax]: windowLog }
  const bytes = await cursor.peek(SMALL)
  const end = new ZstdFrameEnd(flags)
  const length = end.take(bytes)
  const whole = end.isReached ? decodeSmall(bytes.subarray(0, length), params) : null
  if (whole === null) return decodeStream(new ZstdFrameBytes(cursor, flags), params)
  await cursor.skip(length)
  return { stream: new BufferStream(whole), close: async () => undefined }
}

type Params = { readonly [key: number]: number }

/** Null if more comes out than is wanted in one piece. */
function decodeSmall(frame: Buffer, params: Params): Buffer | null {
  try {
    // One chunk for all of it, so that nothing is put together afterwards.
    return zstdDecompressSync(frame, { params, maxOutputLength: SMALL_EXPANDED, chunkSize: SMALL_EXPANDED + 1 })
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
