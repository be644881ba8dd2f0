import { decoderOf } from '../../decoders/decoders.ts'
import { startDecoder } from '../../decoders/start-decoder.ts'
import { executableIn } from '../../executables/executable-sniffer.ts'
import { formatBytes } from '../../format-figures.ts'
import type { Inspection } from '../../inspection.ts'
import type { Cursor } from '../../io/byte-stream.ts'
import type { RandomAccess } from '../../io/random-access.ts'
import { GateProblem } from '../../problem.ts'
import { Corner } from '../corner.ts'
import { countSlowly } from '../counted-stream.ts'
import { Bzip2Counted } from './bzip2-counted.ts'
import { HEAD_BYTES } from './codec-heads.ts'
import type { Codec, FrameDecoder } from './codecs.ts'
import type { Decoded } from './decoded.ts'
import { Marked, type MarkerFrames } from './marked-frames.ts'
import { UndamagedStream } from './undamaged-stream.ts'
import { type ZstdDeps, ZstdStream } from './zstd-stream.ts'

/** Compressed bytes in order, and anywhere where that is possible without a copy. */
export type Packed = { readonly cursor: Cursor; readonly access: RandomAccess | null }

/** Opens a compressed stream: what it declares is held against the budgets first, then a decoder is started. */
export async function decodeCodec(
  codec: Codec,
  { cursor, access }: Packed,
  inspection: Inspection,
  place: string,
): Promise<Decoded> {
  await checkHead(codec, cursor, inspection, place)
  const decoded = open(codec, cursor, inspection, place)
  if (codec.family === 'zstd') return decoded
  const counted = { inspection, place, given: decoded.given }
  const stream =
    codec.family === 'bzip2'
      ? new Bzip2Counted(decoded.stream, access, counted)
      : countSlowly(decoded.stream, inspection, place)
  return { ...decoded, stream }
}

const SKIPPABLE = 'a skippable frame'

type Opened = Decoded & { given(): number }
const unknown = () => 0

function open(codec: Codec, cursor: Cursor, inspection: Inspection, place: string): Opened {
  const wanted = { place, format: codec.family }
  const { by } = codec
  if ('open' in by) {
    return { stream: new UndamagedStream(by.open(cursor), place), close: async () => undefined, given: unknown }
  }
  if ('decoder' in by) {
    const stream = startDecoder(inspection, { ...wanted, ...by.decoder, input: cursor })
    return { stream, close: () => stream.close(), given: unknown }
  }
  const onExecutable = (kind: string) => inspection.report('executable', place, `${kind} in a later frame`)
  const byProgram = () => decodeMarked(by, cursor, inspection, { ...wanted, onExecutable })
  return codec.family === 'zstd'
    ? { ...decodeZstd(cursor, inspection, { place, onExecutable, decodeRest: byProgram }), given: unknown }
    : byProgram()
}

function decodeZstd(cursor: Cursor, inspection: Inspection, deps: Omit<ZstdDeps, 'admitFrame' | 'corner'>): Decoded {
  const { place } = deps
  const admitFrame = (size: number | null) => {
    inspection.addFrame(place)
    inspection.decoderSeconds(place)
    if (size !== null) inspection.declare(size, place)
  }
  const zstd = new ZstdStream(cursor, { ...deps, admitFrame, corner: () => new Corner(inspection, place, SKIPPABLE) })
  return { stream: new UndamagedStream(zstd, place), close: () => zstd.close() }
}

type ByFrames = { readonly frames: MarkerFrames; readonly decoders: readonly FrameDecoder[] }
type Wanted = { readonly place: string; readonly format: string; onExecutable(kind: string): void }

function decodeMarked(
  { frames, decoders }: ByFrames,
  cursor: Cursor,
  inspection: Inspection,
  { place, format, onExecutable }: Wanted,
): Opened {
  const corner = () => new Corner(inspection, place, SKIPPABLE)
  const present = firstPresent(inspection, decoders)
  const marked = new Marked(frames, place, { admitFrame: () => inspection.addFrame(place), corner })
  const run = startDecoder(inspection, { place, format, ...present, input: marked.input(cursor) })
  const onFrame = (start: Buffer) => {
    const kind = executableIn(start)
    if (kind !== null) onExecutable(kind)
  }
  return { stream: marked.output(run, onFrame), close: () => run.close(), given: () => marked.given }
}

/** Where none is there, the last one is named as missing. */
function firstPresent({ decoders }: Inspection, wanted: readonly FrameDecoder[]): FrameDecoder {
  const found = wanted.find(({ name }) => decoderOf(decoders, name) !== null) ?? wanted.at(-1)
  if (found === undefined) throw new Error('Cannot decode: no decoder is named')
  return found
}

async function checkHead(codec: Codec, cursor: Cursor, inspection: Inspection, place: string): Promise<void> {
  const { window, size } = codec.head(await cursor.peek(HEAD_BYTES))
  const { maxWindowBytes } = inspection.budgets
  if (window !== null && window > maxWindowBytes) {
    inspection.limitHit('maxWindowBytes')
    const needs = `needs a window of ${formatBytes(window)} to decode; the limit is ${formatBytes(maxWindowBytes)}`
    throw new GateProblem('not_inspectable', place, `${needs}: pack it without --long or a dictionary of that size`)
  }
  if (size !== null) inspection.declare(size, place)
}
