const LINE = 45
const letter = (value: number): string => String.fromCharCode(value === 0 ? 0x60 : value + 32)

/** As uuencode(1) writes it. */
export function uuencoded(name: string, data: Buffer): string {
  const lines: string[] = []
  for (let at = 0; at < data.length; at += LINE) {
    const part = data.subarray(at, at + LINE)
    let line = letter(part.length)
    for (let i = 0; i < part.length; i += 3) {
      const [a = 0, b = 0, c = 0] = part.subarray(i, i + 3)
      line += [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63].map(letter).join('')
    }
    lines.push(line)
  }
  return `begin 644 ${name}\n${lines.join('\n')}\n\`\nend\n`
}

export const base64Encoded = (name: string, data: Buffer): string =>
  `begin-base64 644 ${name}\n${data.toString('base64').replace(/.{60}/g, '$&\n')}\n====\n`
