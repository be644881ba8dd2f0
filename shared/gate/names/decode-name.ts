/** Korean and Japanese Windows write member names in these; a 0x5C may be the second half of a letter there. */
const LEGACY = ['euc-kr', 'shift_jis', 'gb18030'].map((label) => new TextDecoder(label, { fatal: true }))
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decoded(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null // not this encoding: the next one is tried
  }
}

/** A member name in whatever encoding it came: UTF-8 if it is valid, else the first Asian code page that fits, else Latin-1. */
export function decodeName(bytes: Buffer): string {
  const utf8 = decoded(UTF8, bytes)
  if (utf8 !== null) return utf8
  for (const decoder of LEGACY) {
    const text = decoded(decoder, bytes)
    if (text !== null) return text
  }
  return bytes.toString('latin1')
}
