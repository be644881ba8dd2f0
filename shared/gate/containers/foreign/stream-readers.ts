import type { ContainerReader } from '../../content.ts'
import { TappedStream } from '../../io/byte-stream.ts'
import { readByBsdtar } from './bsdtar.ts'
import { Rar4Flags } from './rar4-flags.ts'

const streamReader = (family: 'rar' | 'cab'): ContainerReader => ({
  family,
  engine: family,
  needs: 'stream',
  read(container, cursor) {
    const { inspection, content } = container
    const input = family === 'rar' ? new TappedStream(cursor, new Rar4Flags(inspection, content.place)) : cursor
    return readByBsdtar(container, input, family)
  },
})

/** Through a pipe: where bsdtar cannot move, it cannot find a zip at the end of a rar and read that instead. */
export const streamReaders: readonly ContainerReader[] = (['rar', 'cab'] as const).map(streamReader)
