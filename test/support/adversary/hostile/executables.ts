import { lsdynaDeck } from '../../archives/cae.ts'
import {
  debFile,
  dmgFile,
  dosFile,
  elfFile,
  elfUnidentified,
  htaFile,
  isoFile,
  lnkFile,
  machoFile,
  machoUniversal,
  msiFile,
  neFile,
  peFile,
  rpmFile,
} from '../../archives/executables.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'

const KINDS: Readonly<Record<string, () => Buffer>> = {
  pe: () => peFile(),
  'pe-with-far-header': () => peFile({ headerAt: 70_000 }),
  ne: neFile,
  dos: dosFile,
  elf: () => elfFile(),
  'elf-big-endian': () => elfFile({ bits: 32, bigEndian: true }),
  'elf-library': () => elfFile({ kind: 'shared' }),
  'elf-unidentified': elfUnidentified,
  'elf-object': () => elfFile({ kind: 'object' }),
  macho: machoFile,
  'macho-universal': machoUniversal,
  lnk: lnkFile,
  msi: () => msiFile(40),
  hta: htaFile,
  'hta-utf-16': () => Buffer.from(`\ufeff${htaFile().toString('latin1')}`, 'utf16le'),
  'hta-utf-16-unmarked': () => Buffer.from(`\r\n${htaFile().toString('latin1')}`, 'utf16le'),
  'hta-utf-16-big': () => Buffer.from(`\ufeff${htaFile().toString('latin1')} `, 'utf16le').swap16(),
  iso: isoFile,
  dmg: dmgFile,
  rpm: rpmFile,
  deb: debFile,
}

const deck = lsdynaDeck(5)
type Place = (program: Buffer) => readonly [path: string, bytes: Buffer]

/** Each hides what it is given in another way. */
const PLACES: Readonly<Record<string, Place>> = {
  bare: (program) => ['result', program],
  'wrong-extension': (program) => ['mesh.dat', program],
  'in-zip': (data) => [
    'a.zip',
    zipOf([
      { name: 'a.k', data: deck },
      { name: 'b.dat', data },
    ]),
  ],
  'in-zip-stored': (data) => ['a.zip', zipOf([{ name: 'b.dat', data, method: 0, descriptor: 'signed32' }])],
  'in-zip-in-zip': (data) => ['a.zip', zipOf([{ name: 'b.zip', data: zipOf([{ name: 'c.dat', data }]) }])],
  'in-tar-gz': (data) => [
    'a.tar.gz',
    gzipOf(
      tarOf([
        { name: 'a.k', data: deck },
        { name: 'b.dat', data },
      ]),
    ),
  ],
  'in-zip-in-tar-gz': (data) => ['a.tgz', gzipOf(tarOf([{ name: 'b.zip', data: zipOf([{ name: 'c.dat', data }]) }]))],
  'in-later-gzip-frame': (data) => ['a.gz', Buffer.concat([gzipOf(deck), gzipOf(data)])],
}

export const EXECUTABLES: HostileCases = Object.fromEntries(
  Object.entries(KINDS).flatMap(([kind, make]) =>
    Object.entries(PLACES).map(([where, hide]) => {
      const [path] = hide(Buffer.alloc(0))
      return [`executable/${kind}-${where}`, [path, () => hide(make())[1]]] as const
    }),
  ),
)
