import { fileTypeFromBuffer } from 'file-type'
import type { Sample } from './sample.ts'

/** Answers of file-type that rest on two to four bytes (formats.md §3): dropped, our own table verifies these formats. */
const WEAK = new Set(
  'exe bmp ico cur aif dmg mts cpio ape stl mpg mp1 mp2 mp3 aac ac3 icns jls pst pcap shp arw cr2 elf macho deb Z lz lzh zip gz tar dat'.split(
    ' ',
  ),
)
/** From the first 4,100 bytes it says the same as from the whole file. */
const SAMPLE = 4100

/** Names what our own table does not know: films, fonts, pictures of cameras. A label, never a reason. */
export async function labelByLibrary(sample: Sample): Promise<string | null> {
  const answer = await fileTypeFromBuffer(Uint8Array.from(sample.head.subarray(0, SAMPLE)))
  return answer === undefined || WEAK.has(answer.ext) ? null : `${answer.ext.toUpperCase()} (${answer.mime})`
}
