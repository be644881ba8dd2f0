/** The few forms of ASN.1 DER (ITU-T X.690) a certificate needs. */
const tlv = (tag: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([tag]), lengthOf(content), content])

/** X.690 §8.1.3: up to 127 in one byte, beyond that the number of length bytes first. */
function lengthOf(content: Buffer): Buffer {
  if (content.length < 0x80) return Buffer.from([content.length])
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(content.length)
  const significant = bytes.subarray(bytes.findIndex((byte) => byte !== 0))
  return Buffer.concat([Buffer.from([0x80 | significant.length]), significant])
}

export const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, Buffer.concat(parts))
export const set = (...parts: Buffer[]): Buffer => tlv(0x31, Buffer.concat(parts))
export const octets = (content: Buffer): Buffer => tlv(0x04, content)
/** A whole number of bytes: no bits unused. */
export const bits = (content: Buffer): Buffer => tlv(0x03, Buffer.concat([Buffer.from([0]), content]))
export const text = (value: string): Buffer => tlv(0x0c, Buffer.from(value, 'utf8'))
/** `[n]` explicit, or `[n]` implicit for the primitive forms. */
export const explicit = (n: number, content: Buffer): Buffer => tlv(0xa0 | n, content)
export const implicit = (n: number, content: Buffer): Buffer => tlv(0x80 | n, content)
/** A non-negative integer: a leading zero byte where it would read as negative. */
export const integer = (value: Buffer): Buffer =>
  tlv(0x02, (value[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), value]) : value)
/** RFC 5280 §4.1.2.5: UTCTime (two digits of the year) through 2049, GeneralizedTime from then on. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+|[-:T]/g, '')
  return date.getUTCFullYear() < 2050
    ? tlv(0x17, Buffer.from(digits.slice(2), 'ascii'))
    : tlv(0x18, Buffer.from(digits, 'ascii'))
}

/** X.690 §8.19: the first two arcs in one, each further one in base 128. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(arc: number): number[] {
  const digits = [arc & 0x7f]
  for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift(0x80 | (left & 0x7f))
  return digits
}
