/** Records of a pax extended header: "length key=value\n". Null if they are malformed. */
export function parsePax(bytes: Buffer): Map<string, string[]> | null {
  const records = new Map<string, string[]>()
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(0x20, at)
    if (blank === -1 || blank - at > 10) return null
    const digits = bytes.toString('latin1', at, blank)
    const length = /^[1-9]\d*$/.test(digits) ? Number(digits) : 0
    const end = at + length
    if (length < blank - at + 4 || end > bytes.length || bytes[end - 1] !== 0x0a) return null
    const equals = bytes.indexOf(0x3d, blank)
    if (equals === -1 || equals >= end) return null
    const key = bytes.toString('utf8', blank + 1, equals)
    const values = records.get(key)
    const value = bytes.toString('utf8', equals + 1, end - 1)
    if (values === undefined) records.set(key, [value])
    else values.push(value)
    at = end
  }
  return records
}

export const lastOf = (records: ReadonlyMap<string, string[]>, key: string): string | undefined =>
  records.get(key)?.at(-1)
