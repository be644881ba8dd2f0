/** Windows Installer packages, patches and transforms: OLE2 whose root has one of these class ids (first bytes). */
const INSTALLER = ['84100c00', '86100c00', '82100c00']
const REST = '00000000c000000000000046'
export const OLE_MAGIC = Buffer.from('d0cf11e0a1b11ae1', 'hex')

/** Where the root entry's class id lies, or null if this is no OLE2 with a sane header. */
export function rootClassIdAt(head: Buffer): number | null {
  if (head.length < 52 || head[0] !== OLE_MAGIC[0] || !head.subarray(0, 8).equals(OLE_MAGIC)) return null
  const shift = head.readUInt16LE(30)
  if (shift !== 9 && shift !== 12) return null
  const sector = head.readUInt32LE(48)
  return sector >= 0xfffffffa ? null : (sector + 1) * 2 ** shift + 80
}

export function isInstallerClassId(bytes: Buffer): boolean {
  const id = bytes.toString('hex', 0, 16)
  return id.slice(8) === REST && INSTALLER.includes(id.slice(0, 8))
}
