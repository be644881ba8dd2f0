import type { Container } from '../../content.ts'
import { startDecoder } from '../../decoders/start-decoder.ts'
import { type ByteStream, Cursor } from '../../io/byte-stream.ts'
import type { Label } from '../../types/format.ts'
import { CountedStream, countSlowly } from '../counted-stream.ts'
import { readTar } from '../tar/tar-reader.ts'

/** Its members as a pax stream in writes of 64 KiB instead of 10 (-b, records of 512 bytes); names and links stay as the archive has them (-P). */
const ARGS = ['-c', '-P', '-b', '128', '-f', '-', '--format=pax', '@-']

/**
 * Members of an archive that bsdtar reads, judged as the tar it makes of them. bsdtar cannot be told what it reads, and takes
 * text for an mtree list, which names files of this machine: only call it where the first bytes leave nothing to guess.
 */
export async function readByBsdtar(
  container: Container,
  input: ByteStream | number,
  format: string,
): Promise<Label | null> {
  const { inspection, content } = container
  const { place } = content
  const run = startDecoder(inspection, { name: 'bsdtar', args: ARGS, input, place, format })
  try {
    const members = new Cursor(countSlowly(new CountedStream(run, inspection, place), inspection, place))
    // What is read is another file than the content: its offsets mean nothing there.
    return (await readTar({ ...container, content: { ...content, access: null } }, members)).label(format)
  } finally {
    await run.close()
  }
}
