import { type Container, type ContainerReader, placeIn } from '../../content.ts'
import { executableIn } from '../../executables/executable-sniffer.ts'
import type { RandomAccess } from '../../io/random-access.ts'
import { LinkMap } from '../../names/links.ts'
import { unsafePath } from '../../names/member-path.ts'
import { CaseProbe } from '../../types/case-kinds.ts'
import type { Label } from '../../types/format.ts'
import { ZIP_KINDS } from '../../types/zip-kinds.ts'
import { admitMember } from '../admit-member.ts'
import { checkNames, readDirectory } from './directory.ts'
import { type EndRecords, readEndRecords } from './end-records.ts'
import type { ZipEntry } from './entry.ts'
import { MemberReader } from './member-reader.ts'
import { isModel } from './native-zone.ts'

/** Members that are asked for what kind of zip it is; a kind shows early, and a list may have 100,000 lines. */
const KIND_SAMPLE = 2000

/**
 * zip by yauzl and, beside it, the strict structure of scan.md §3: every byte belongs to one member or to the directory, and
 * both of its descriptions agree. Then each member is decoded once, in the order of the file.
 */
export const zipReader: ContainerReader = {
  family: 'zip',
  engine: 'zip',
  needs: 'anywhere',
  async read(container, access) {
    const { records, entries } = await list(container, access)
    const kind = kindOf(entries)
    await walk(container, access, records, entries)
    return kind?.label ?? caseOf(entries)
  },
}

/** Judges a zip that lies behind other bytes: those may be counted in its offsets, but not stand between its members. */
export async function readZipBehind(container: Container, access: RandomAccess): Promise<void> {
  const { records, entries } = await list(container, access)
  const from = entries.reduce((first, { offset }) => Math.min(first, offset), records.directoryOffset)
  await walk(container, access, records, entries, from)
}

async function list(container: Container, access: RandomAccess) {
  const { inspection, content } = container
  const records = await readEndRecords(access, content.place)
  checkEnd(container, records)
  const entries = await readDirectory(access, records, inspection, content.place)
  checkNames(entries, inspection, content.place)
  return { records, entries }
}

function checkEnd({ inspection, content }: Container, { comment, padding }: EndRecords): void {
  if (padding > 0) inspection.report('odd_archive', content.place, `${padding} zero bytes behind the end`)
  const hidden = executableIn(comment)
  if (hidden !== null) inspection.report('executable', placeIn(content.place, '(comment)'), hidden)
}

const kindOf = (entries: readonly ZipEntry[]) => {
  const paths = entries.slice(0, KIND_SAMPLE).map(({ path }) => path)
  return ZIP_KINDS.find(({ member }) => paths.some((path) => member.test(path)))
}

function caseOf(entries: readonly ZipEntry[]): Label | null {
  const probe = new CaseProbe()
  for (const { path } of entries) probe.see(path)
  return probe.label('zip')
}

async function walk(
  container: Container,
  access: RandomAccess,
  records: EndRecords,
  entries: readonly ZipEntry[],
  from = 0,
): Promise<void> {
  const { inspection, content } = container
  const links = new LinkMap()
  const reader = new MemberReader(container, access, links, await isModel(access, entries), from)
  // In the order of the file: each byte is then read once, and overlaps and gaps show by themselves.
  const sorted = entries.toSorted((a, b) => a.offset - b.offset)
  for (const [i, entry] of sorted.entries()) {
    admitMember(container, entry.name, entry.rawName.length, entry.memberPath)
    checkOtherName(container, entry)
    const before = sorted[i - 1]
    if (before !== undefined && isSameLine(before, entry)) continue
    await reader.read(entry, boundaryAfter(sorted, i) ?? records.directoryOffset)
  }
  await reader.closeGap(records.directoryOffset)
  const conflict = links.conflict()
  if (conflict !== null) inspection.report('unsafe_member', placeIn(content.place, conflict[0]), conflict[1])
}

/** A directory line repeated as it is: it was warned of with the names, and its member is judged once. */
const isSameLine = (a: ZipEntry, b: ZipEntry): boolean =>
  a.offset === b.offset && a.crc === b.crc && a.size === b.size && a.method === b.method && a.rawName.equals(b.rawName)

function boundaryAfter(sorted: readonly ZipEntry[], index: number): number | undefined {
  const entry = sorted[index] as ZipEntry
  for (let i = index + 1; i < sorted.length; i++) {
    const next = sorted[i] as ZipEntry
    if (!isSameLine(entry, next)) return next.offset
  }
  return undefined
}

function checkOtherName({ inspection, content }: Container, { otherName }: ZipEntry): void {
  if (otherName === null) return
  const unsafe = unsafePath(otherName, Buffer.byteLength(otherName), inspection.budgets)
  if (unsafe !== null) inspection.report('unsafe_member', placeIn(content.place, otherName), unsafe)
}
