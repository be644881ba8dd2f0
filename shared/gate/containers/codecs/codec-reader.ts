import type { Container, ContainerReader } from '../../content.ts'
import type { Cursor } from '../../io/byte-stream.ts'
import { throughCodec } from '../../types/case-kinds.ts'
import type { Label } from '../../types/format.ts'
import { CountedStream } from '../counted-stream.ts'
import { CODECS, type Codec, unpackedName } from './codecs.ts'
import { decodeCodec } from './decode-codec.ts'

const codecReader = (family: keyof typeof CODECS): ContainerReader => ({
  family,
  engine: family,
  needs: 'stream',
  read: (container, cursor) => readCodec(CODECS[family], container, cursor),
})

async function readCodec(codec: Codec, container: Container, cursor: Cursor): Promise<Label> {
  const { content, inspection, walker } = container
  const decoded = await decodeCodec(codec, { cursor, access: content.access }, inspection, content.place)
  try {
    const counted = new CountedStream(decoded.stream, inspection, content.place)
    const inner = await walker.inner(container, unpackedName(content.name, codec), counted)
    return throughCodec(inner, codec.family, SUFFIXES[codec.family])
  } finally {
    await decoded.close()
  }
}

/** As it stands behind ".tar". */
const SUFFIXES: Readonly<Record<Codec['family'], string>> = {
  bzip2: 'bz2',
  xz: 'xz',
  zstd: 'zst',
  lz4: 'lz4',
  lzma: 'lzma',
  compress: 'Z',
}

/** All frames of a stream together are one content, as every tool gives it. */
export const codecReaders: readonly ContainerReader[] = (Object.keys(CODECS) as (keyof typeof CODECS)[]).map(
  codecReader,
)
