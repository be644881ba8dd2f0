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

/** Bytes a code page does not have come out as C1 controls; no letter is one. */
const C1 = /[\u0080-\u009f]/

/** A member name in whatever encoding it came: UTF-8 if it is valid, else the first Asian code page that fits, else Latin-1. */
export function decodeName(bytes: Buffer): string {
  const utf8 = decoded(UTF8, bytes)
  if (utf8 !== null) return utf8
  for (const decoder of LEGACY) {
    const text = decoded(decoder, bytes)
    if (text !== null && !C1.test(text)) return text
  }
  // Western code pages of DOS have letters where Latin-1 has C1 controls.
  return bytes.toString('latin1').replace(/[\u0080-\u009f]/g, '\ufffd')
}
