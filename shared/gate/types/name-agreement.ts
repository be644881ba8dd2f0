import { extensionOf, type NameFinding } from '../names/name-rules.ts'
import { type Detected, FORMATS } from './detect.ts'
import type { Family } from './format.ts'

/** Extensions that promise an archive: other content under them is never harmless (scan.md §1). */
const ARCHIVE_EXTENSIONS: ReadonlyMap<string, Family> = new Map(
  Object.entries({
    zip: 'zip',
    gz: 'gzip',
    tgz: 'gzip',
    bz2: 'bzip2',
    tbz: 'bzip2',
    tbz2: 'bzip2',
    xz: 'xz',
    txz: 'xz',
    zst: 'zstd',
    tzst: 'zstd',
    lz4: 'lz4',
    '7z': '7z',
    rar: 'rar',
    cab: 'cab',
    tar: 'tar',
    cpio: 'cpio',
  } satisfies Record<string, Family>),
)

/** Content that has a form of its own, so that a foreign name on it is worth a word. */
const CONTAINERS: ReadonlySet<Family> = new Set<Family>([
  ...('zip gzip bzip2 xz lzma lz4 zstd compress 7z rar cab cpio ar tar'.split(' ') as Family[]),
  ...(['ole2', 'hdf5', 'pdf', 'picture'] as const),
])
const CODECS: ReadonlySet<Family> = new Set<Family>(['gzip', 'bzip2', 'xz', 'lzma', 'lz4', 'zstd', 'compress'])

/** Extensions many programs use for anything: nothing is odd there. Also those no format claims. */
const ANYTHING = new Set('dat bin out db raw tmp bak old orig res ref lib def g e i conf'.split(' '))

const EXPECTED = new Map<string, Set<Family>>()
for (const { extensions, family } of FORMATS) {
  for (const extension of extensions) {
    const families = EXPECTED.get(extension)
    if (families === undefined) EXPECTED.set(extension, new Set([family]))
    else families.add(family)
  }
}
// Old and new Office share names in practice, and Fluent reads compressed files under plain names.
for (const [extension, family] of [
  ['doc', 'zip'],
  ['xls', 'zip'],
  ['ppt', 'zip'],
  ['xls', 'xml'],
  ['cas', 'gzip'],
  ['msh', 'gzip'],
  ['amf', 'zip'],
  ['svg', 'picture'],
] as const) {
  EXPECTED.get(extension)?.add(family)
}

/** The families a name allows, or null if it allows anything. */
export function familiesOf(name: string): ReadonlySet<Family> | null {
  const extension = extensionOf(name)
  return ANYTHING.has(extension) ? null : (EXPECTED.get(extension) ?? null)
}

/** Whether a name belongs to data or pictures, under which a script has no business. */
export function isDataName(name: string): boolean {
  const families = familiesOf(name)
  const extension = extensionOf(name)
  return families !== null && !SOURCES.has(extension)
}
const SOURCES = new Set('c h cc cpp f f90 for py sh pl tcl m jou comm mfront txt md log i inc mac cfg'.split(' '))

/** Parts behind the first have no signature: the name is all there is. */
const SPLIT = /\.(?:z\d\d|(?:zip|7z|rar|tar|gz|tgz|bz2|xz|zst)\.\d{3}|part\d+\.rar)$/i

/** A part of a split archive says nothing about what the whole holds. */
export const isSplitPart = (name: string, isText: boolean): boolean => !isText && SPLIT.test(name)

/** Compares the container a name promises with the one that is there: never extension with extension. */
export function compareWithName(name: string, type: Detected): NameFinding | null {
  if (type.id === 'empty') return null
  const extension = extensionOf(name)
  const promised = ARCHIVE_EXTENSIONS.get(extension)
  if (promised !== undefined) return compareArchive(extension, promised, type)
  const expected = familiesOf(name)
  if (expected === null || expected.has(type.family)) return null
  // A zip document that is no zip is damaged or disguised; HDF5 members of a family have no signature, so no word there.
  const onlyZip = expected.size === 1 && expected.has('zip')
  if (!onlyZip && !CONTAINERS.has(type.family)) return null
  return { code: 'container_mismatch', detail: `named .${extension}, but is ${describe(type)}` }
}

function compareArchive(extension: string, promised: Family, type: Detected): NameFinding | null {
  if (type.family === promised) return null
  // Every tar reads a compressed archive that is called .tar.
  const code = promised === 'tar' && CODECS.has(type.family) ? 'container_mismatch' : 'type_mismatch'
  return { code, detail: `named .${extension}, but is ${describe(type)}` }
}

const describe = (type: Detected): string =>
  type.known ? type.label.en : type.family === 'text' ? 'text' : 'other binary data'
