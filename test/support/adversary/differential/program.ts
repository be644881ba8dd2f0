/**
 * Whether bytes begin with a Windows or Linux program. Written anew and not taken from the gate, which is what is tested here.
 */
export function isProgram(bytes: Buffer): boolean {
  if (bytes.length >= 20 && bytes.readUInt32BE(0) === 0x7f454c46) {
    const [bits, order] = [bytes[4] as number, bytes[5] as number]
    return (bits === 1 || bits === 2) && (order === 1 || order === 2) && bytes[6] === 1
  }
  if (bytes.length < 0x44 || bytes.toString('latin1', 0, 2) !== 'MZ') return false
  const header = bytes.readUInt32LE(0x3c)
  return bytes.toString('latin1', header, header + 4) === 'PE\0\0'
}
