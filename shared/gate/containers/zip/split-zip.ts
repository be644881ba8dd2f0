import type { Content } from '../../content.ts'
import type { RandomAccess } from '../../io/random-access.ts'
import type { Detected } from '../../types/detect.ts'
import { ZIP_TAIL } from './end-records.ts'

const END = Buffer.from('504b0506', 'hex')
const END_SIZE = 22

/** What the last part of a split zip is: it begins anywhere in a member, and its end record names another disk than the first. */
export function orSplitZip(type: Detected, name: string, tail: Buffer): Detected {
  if (type.known || !isZipName(name)) return type
  const at = tail.lastIndexOf(END)
  if (at === -1 || at + END_SIZE > tail.length || at + END_SIZE + tail.readUInt16LE(at + 20) !== tail.length)
    return type
  const disk = tail.readUInt16LE(at + 4)
  if (disk === 0 || disk === 0xffff) return type
  return {
    id: 'zip',
    family: 'zip',
    label: { en: 'last part of a split zip', ko: '분할 zip의 마지막 부분' },
    known: true,
  }
}

/** The end of content that may be such a part, as far as it can be read before the rest. */
export async function tailOfZipName({ access, name }: Content, { known }: Detected): Promise<Buffer> {
  return known || access === null || !isZipName(name) ? Buffer.alloc(0) : lastBytes(access)
}

const isZipName = (name: string): boolean => /\.zip$/i.test(name)

async function lastBytes(access: RandomAccess): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.min(access.size, ZIP_TAIL))
  const at = access.size - bytes.length
  await (access.readAside?.(bytes, at) ?? access.read(bytes, at))
  return bytes
}
