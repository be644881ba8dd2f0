/** bsdtar decodes such text by itself, if it begins this early and what it holds is an archive. */
const BEGIN = /^begin(-base64)? [0-7]{3,6} [^\r\n]+\r?\n/gm
const MOST = 8
const WANTED = 64 * 1024

/** The first decoded bytes of what is uuencoded in some text. */
export function* uuencodedIn(text: string): Generator<Buffer> {
  let count = 0
  for (const { 0: line, 1: isBase64, index } of text.matchAll(BEGIN)) {
    if (++count > MOST) return
    const lines = text.slice(index + line.length, index + line.length + 2 * WANTED).split(/\r?\n/)
    yield isBase64 === undefined ? decode(lines) : base64(lines)
  }
}

function base64(lines: readonly string[]): Buffer {
  const end = lines.findIndex((line) => !/^[A-Za-z0-9+/]+=*$/.test(line))
  return Buffer.from(lines.slice(0, end === -1 ? undefined : end).join(''), 'base64')
}

/** Each line: a letter for its length, then four letters for three bytes (POSIX uuencode). */
function decode(lines: readonly string[]): Buffer {
  const parts: Buffer[] = []
  for (const line of lines) {
    if (line === 'end' || line === '' || /[^ -`]/.test(line)) break
    const length = (line.charCodeAt(0) - 32) & 63
    if (length === 0) break
    const values = Array.from(line.slice(1), (letter) => (letter.charCodeAt(0) - 32) & 63)
    const bytes: number[] = []
    for (let i = 0; i + 3 < values.length; i += 4) {
      const [a, b, c, d] = values.slice(i, i + 4) as [number, number, number, number]
      bytes.push((a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d)
    }
    parts.push(Buffer.from(bytes.slice(0, length)))
  }
  return Buffer.concat(parts)
}
