import { noise, u32 } from '../../archives/bytes.ts'
import { peFile } from '../../archives/executables.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { cabOf } from '../formats/cabinet.ts'
import { oleWith } from '../formats/ole.ts'
import { sevenZipOf } from '../formats/seven-zip.ts'

const members = [{ name: 'tool', data: gzipOf(peFile()) }]
const sevenZip = sevenZipOf(members)
const ARCHIVES: Readonly<Record<string, Buffer>> = {
  '7z': sevenZip,
  cab: cabOf(members),
  tar: tarOf(members),
  gzip: gzipOf(tarOf(members)),
}
const behindMagic = (archive: Buffer) =>
  Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(1016, 1), archive])

/** With some bytes changed. */
const changed = (document: Buffer, at: number, bytes: Buffer): Buffer => {
  bytes.copy(document, at)
  return document
}
const small = () => oleWith(Buffer.concat([noise(5000), sevenZip]))
const large = () => oleWith(Buffer.concat([noise(200_000), sevenZip]))
const lastFat = (document: Buffer) => document.length - 512 * Math.ceil(document.length / 512 / 128)

/** 7-Zip opens OLE2 as such only where its tables fit, and else finds what lies inside. */
export const EMBEDDED_IN_OLE: HostileCases = {
  ...Object.fromEntries(
    Object.entries(ARCHIVES).flatMap(([name, archive]) => [
      [`ambiguous_archive/ole-magic-then-${name}`, ['a.doc', () => behindMagic(archive)] as const],
      [
        `ambiguous_archive/ole-magic-then-${name}-in-zip`,
        ['a.zip', () => zipOf([{ name: 'a.dat', data: behindMagic(archive) }])] as const,
      ],
    ]),
  ),
  'ambiguous_archive/ole-of-other-version': ['a.sldprt', () => changed(small(), 24, u32(0x0003_003b))],
  'ambiguous_archive/ole-fat-beyond-the-end': ['a.sldprt', () => changed(small(), 76, u32(0x0100_0000))],
  'ambiguous_archive/ole-directory-beyond-the-fat': ['a.sldprt', () => changed(small(), 48, u32(0x0001_0000))],
  'ambiguous_archive/ole-directory-goes-round': ['a.sldprt', () => changed(small(), lastFat(small()), u32(0))],
  'ambiguous_archive/ole-without-a-first-entry': ['a.sldprt', () => changed(small(), 1024 - 512 + 76, u32(3))],
  'ambiguous_archive/ole-large-directory-goes-round': ['a.sldprt', () => changed(large(), lastFat(large()), u32(0))],
}
