import { openPlain } from './open-plain.ts'

/** `whole` is false for a line that is too long, and for a last one without its end. */
export type Line = { readonly text: string; readonly whole: boolean; readonly number: number }

const NEWLINE = 0x0a

/** Lines of a file, one at a time; of one longer than `maxBytes` nothing but that it was there. */
export async function* readLines(path: string, maxBytes: number): AsyncGenerator<Line> {
  let number = 0
  let parts: Buffer[] = []
  let size = 0
  const take = (rest: Buffer) => {
    size += rest.length
    if (size <= maxBytes) parts.push(rest)
    else parts = []
  }
  const line = (ended: boolean): Line => {
    const whole = ended && size <= maxBytes
    const text = size <= maxBytes ? Buffer.concat(parts).toString('utf8') : ''
    parts = []
    size = 0
    return { text, whole, number: ++number }
  }
  const { file } = await openPlain(path)
  for await (const chunk of file.createReadStream() as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, end))
      yield line(true)
      from = end + 1
    }
    if (from < chunk.length) take(chunk.subarray(from))
  }
  if (size > 0) yield line(false)
}
