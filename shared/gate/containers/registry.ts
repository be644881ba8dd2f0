import type { ContainerReader } from '../content.ts'
import type { Family } from '../types/format.ts'
import { codecReaders } from './codecs/codec-reader.ts'
import { cpioReader } from './cpio/cpio-reader.ts'
import { arReader } from './foreign/ar-reader.ts'
import { sevenZipReader } from './foreign/seven-zip.ts'
import { streamReaders } from './foreign/stream-readers.ts'
import { gzipReader } from './gzip.ts'
import { tarReader } from './tar/tar-reader.ts'
import { zipReader } from './zip/zip-reader.ts'

const READERS: ReadonlyMap<Family, ContainerReader> = new Map(
  [zipReader, gzipReader, tarReader, ...codecReaders, ...streamReaders, sevenZipReader, arReader, cpioReader].map(
    (reader) => [reader.family, reader],
  ),
)

export const readerOf = (family: Family): ContainerReader | undefined => READERS.get(family)
