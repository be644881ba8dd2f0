import type { ContainerReader } from '../../content.ts'
import { Cursor, TappedStream } from '../../io/byte-stream.ts'
import { readByBsdtar } from './bsdtar.ts'
import { CabinetEnd } from './cabinet-end.ts'
import { Rar4Flags } from './rar4-flags.ts'

const rarReader: ContainerReader = {
  family: 'rar',
  engine: 'rar',
  needs: 'stream',
  read(container, cursor) {
    const { inspection, content } = container
    return readByBsdtar(container, new TappedStream(cursor, new Rar4Flags(inspection, content.place)), 'rar')
  },
}

const cabReader: ContainerReader = {
  family: 'cab',
  engine: 'cab',
  needs: 'stream',
  async read(container, cursor) {
    const end = new CabinetEnd(Buffer.from(await cursor.peek(64)))
    const tapped = new Cursor(new TappedStream(cursor, end))
    const label = await readByBsdtar(container, tapped, 'cab')
    await tapped.drain()
    end.check(container)
    return label
  },
}

/** Through a pipe: where bsdtar cannot move, it cannot find a zip at the end of a rar and read that instead. */
export const streamReaders: readonly ContainerReader[] = [rarReader, cabReader]
