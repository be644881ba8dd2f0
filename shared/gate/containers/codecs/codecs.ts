import type { DecoderName } from '../../decoders/decoders.ts'
import { LzwStream } from '../../decoders/lzw.ts'
import type { ByteStream, Cursor } from '../../io/byte-stream.ts'
import { type CodecHead, lz4Head, lzmaHead, noHead, xzHead, zstdHead } from './codec-heads.ts'
import { bzip2Pieces, lz4Pieces, type Pieces, xzPieces, zstdPieces } from './frame-pieces.ts'
import type { MarkerFrames } from './marked-frames.ts'

/** A program that decodes many frames as one content, and what it must be told. */
export type FrameDecoder = { readonly name: DecoderName; readonly args: readonly string[] }

/** One compressed format and who decodes it. */
export type Codec = {
  readonly family: 'bzip2' | 'xz' | 'zstd' | 'lz4' | 'lzma' | 'compress'
  head(bytes: Buffer): CodecHead
  /** Extensions it adds to a name, and what they become when it is unpacked. */
  readonly suffixes: readonly (readonly [RegExp, string])[]
  readonly by:
    | { readonly frames: MarkerFrames; readonly decoders: readonly FrameDecoder[] }
    | { readonly decoder: FrameDecoder }
    | { open(cursor: Cursor): ByteStream }
}

const BSDCAT: FrameDecoder = { name: 'bsdcat', args: [] }
const sevenZip = (type: string): FrameDecoder => ({
  name: 'sevenZip',
  args: ['x', '-si', '-so', '-bd', '-mmt=1', `-t${type}`],
})

/** The first of the decoders that is there is taken. */
const frames = (pieces: Pieces, fe: string, ff: string, ...decoders: readonly FrameDecoder[]) => ({
  frames: { pieces, fe: Buffer.from(fe, 'hex'), ff: Buffer.from(ff, 'hex') },
  decoders,
})

/** Frames that hold the one byte FE or FF, as the tools of each format write them. */
const BZIP2 = frames(
  bzip2Pieces,
  '425a683131415926535904c11d4800000000008001200021184682ee48a70a12009823a900',
  '425a6831314159265359000000ff00000000008000a00021184682ee48a70a120000001fe0',
  // Half as fast again as bsdcat.
  sevenZip('bzip2'),
  BSDCAT,
)
const XZ = frames(
  xzPieces,
  'fd377a585a000000ff12d941020021010c0000008f98419c010000fe0000000000011101ada6580406729e7a010000000000595a',
  'fd377a585a000000ff12d941020021010c0000008f98419c010000ff0000000000011101ada6580406729e7a010000000000595a',
  BSDCAT,
)
const ZSTD = frames(zstdPieces, '28b52ffd0448090000feab287878', '28b52ffd0448090000ff44750ba6', BSDCAT)
const LZ4 = frames(
  lz4Pieces,
  '04224d186440a701000080fe00000000ef61d7d3',
  '04224d186440a701000080ff00000000ccd8bc96',
  BSDCAT,
)

/** What cannot be put between frames, because the format knows but one, goes to 7zz, which decodes as the type it is told; compress is little enough to be read here. */
export const CODECS = {
  bzip2: {
    family: 'bzip2',
    head: noHead,
    suffixes: [
      [/\.bz2?$/i, ''],
      [/\.tbz2?$/i, '.tar'],
    ],
    by: BZIP2,
  },
  xz: {
    family: 'xz',
    head: xzHead,
    suffixes: [
      [/\.xz$/i, ''],
      [/\.txz$/i, '.tar'],
    ],
    by: XZ,
  },
  zstd: {
    family: 'zstd',
    head: zstdHead,
    suffixes: [
      [/\.zstd?$/i, ''],
      [/\.tzst$/i, '.tar'],
    ],
    by: ZSTD,
  },
  lz4: { family: 'lz4', head: lz4Head, suffixes: [[/\.lz4$/i, '']], by: LZ4 },
  lzma: {
    family: 'lzma',
    head: lzmaHead,
    suffixes: [
      [/\.lzma$/i, ''],
      [/\.tlz$/i, '.tar'],
    ],
    by: { decoder: sevenZip('lzma') },
  },
  compress: {
    family: 'compress',
    head: noHead,
    suffixes: [
      [/\.z$/i, ''],
      [/\.taz$/i, '.tar'],
    ],
    by: { open: (cursor: Cursor) => new LzwStream(cursor) },
  },
} as const satisfies Record<string, Codec>

/** The name it has when it is unpacked; a name that does not say it is compressed is no help. */
export function unpackedName(name: string, { suffixes }: Codec): string {
  const found = suffixes.find(([suffix]) => suffix.test(name))
  return found === undefined ? '' : name.replace(found[0], found[1])
}
