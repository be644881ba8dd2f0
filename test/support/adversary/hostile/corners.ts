import { noise, u32 } from '../../archives/bytes.ts'
import { binaryStl, fmuLike, hdf5File, lsdynaDeck, pngFile } from '../../archives/cae.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { gifFile, pdfFile } from '../pictures.ts'

const MIB = 1024 * 1024

/** A valid mesh and a valid program: the 80 free bytes hold a DOS header that points between the triangles. */
function stlWithPe(): Buffer {
  const out = binaryStl(100, peFile().subarray(0, 80))
  out.writeUInt32LE(1000, 0x3c)
  out.write('PE\0\0', 1000, 'latin1')
  return out
}
const peZip = () => zipOf([{ name: 'a', data: peFile() }])
const deck = lsdynaDeck(20)
const model = (description: string) =>
  zipOf([
    { name: 'modelDescription.xml', data: description },
    { name: 'binaries/linux64/a.so', data: elfFile() },
  ])
/** A program that holds the end of a GIF in its header. */
function markedElf(): Buffer {
  const out = elfFile()
  out.writeUInt16BE(0x003b, 40)
  return out
}
/** Two bytes that look like a program and a far address: only a probe kept while streaming finds what is there. */
const farPe = (at: number) => peFile({ headerAt: at, size: at + 4 * MIB })

export const CORNERS: HostileCases = {
  'executable/stl-header': ['wing.stl', stlWithPe],
  'executable/stl-header-elf': ['wing.stl', () => binaryStl(100, elfFile().subarray(0, 80))],
  'executable/stl-header-in-zip': ['a.zip', () => zipOf([{ name: 'wing.stl', data: stlWithPe() }])],
  'executable/stl-header-in-gzip': ['wing.stl.gz', () => gzipOf(stlWithPe())],
  'executable/hdf5-user-block': ['a.h5', () => hdf5File({ userBlock: peFile() })],
  'executable/hdf5-user-block-elf': ['a.cgns', () => hdf5File({ userBlock: elfFile() })],
  'executable/hdf5-user-block-in-tar': [
    'a.tar',
    () => tarOf([{ name: 'a.h5', data: hdf5File({ userBlock: peFile() }) }]),
  ],
  'executable/png-end': ['a.png', () => pngFile(peFile())],
  'executable/png-end-elf': ['a.png', () => pngFile(elfFile())],
  'executable/png-end-in-zip': ['a.zip', () => zipOf([{ name: 'a.png', data: pngFile(peFile()) }])],
  'executable/png-end-behind-a-byte': ['a.png', () => pngFile(Buffer.concat([Buffer.from([255]), peFile()]))],
  'executable/png-end-elf-behind-a-byte': ['a.png', () => pngFile(Buffer.concat([Buffer.from([255]), elfFile()]))],
  'executable/png-end-elf-behind-bytes': ['a.png', () => pngFile(Buffer.concat([noise(200), elfFile()]))],
  'executable/gif-end-in-the-program': ['a.gif', () => gifFile(markedElf())],
  'executable/pdf-end': ['a.pdf', () => pdfFile(peFile())],
  'executable/gif-end': ['a.gif', () => gifFile(peFile())],
  'executable/gif-end-elf': ['a.gif', () => gifFile(elfFile())],
  'executable/far-header': ['mesh.dat', () => farPe(3 * MIB + 17)],
  'executable/far-header-over-chunks': ['mesh.dat', () => farPe(2 * MIB - 2)],
  'executable/far-header-in-zip': ['a.zip', () => zipOf([{ name: 'mesh.dat', data: farPe(MIB - 1) }])],
  'executable/far-header-stored': ['a.zip', () => zipOf([{ name: 'mesh.dat', data: farPe(MIB), method: 0 }])],
  'executable/far-header-in-gzip': ['mesh.gz', () => gzipOf(farPe(MIB + 3))],
  'executable/header-at-the-very-end': ['mesh.dat', () => peFile({ headerAt: 200_000 }).subarray(0, 200_004)],
  'executable/fmu-outside-binaries': ['a.fmu', () => fmuLike([{ name: 'resources/tool', data: peFile() }])],
  'executable/fmu-named-zip-of-its-own': ['a.zip', () => zipOf([{ name: 'binaries/win64/a', data: peFile() }])],
  'executable/fmu-zip-in-binaries': ['a.fmu', () => fmuLike([{ name: 'binaries/win64/a.zip', data: peZip() }])],
  'executable/fmu-program-in-binaries': ['a.fmu', () => fmuLike([{ name: 'binaries/linux64/tool', data: elfFile() }])],
  'executable/fmu-library-of-no-platform': ['a.fmu', () => fmuLike([{ name: 'binaries/x/a.so', data: elfFile() }])],
  'executable/fmu-library-above-platforms': ['a.fmu', () => fmuLike([{ name: 'binaries/a.so', data: elfFile() }])],
  'executable/fmu-empty-description': ['a.fmu', () => model('')],
  'executable/fmu-other-description': ['a.fmu', () => model('<?xml version="1.0"?><a/>')],
  'executable/fmu-damaged-description': [
    'a.fmu',
    () =>
      zipOf([
        { name: 'binaries/linux64/a.so', data: elfFile() },
        { name: 'modelDescription.xml', raw: Buffer.from('ffff', 'hex'), size: 4 },
      ]),
  ],
  'executable/ssp-other-description': [
    'a.ssp',
    () =>
      zipOf([
        { name: 'SystemStructure.ssd', data: '<a/>' },
        { name: 'binaries/x86_64-linux/a.so', data: elfFile() },
      ]),
  ],
  'executable/fmu-description-deeper': [
    'a.zip',
    () =>
      zipOf([
        { name: 'x/modelDescription.xml', data: '<a/>' },
        { name: 'binaries/win64/a', data: peFile() },
      ]),
  ],
  'executable/office-document': [
    'a.docx',
    () =>
      zipOf([
        { name: 'word/document.xml', data: '<a/>' },
        { name: 'word/embeddings/o.bin', data: peFile() },
      ]),
  ],
  'executable/npz': ['a.npz', () => zipOf([{ name: 'x.npy', data: elfFile(), method: 0 }])],
  'ambiguous_archive/png-with-zip': ['a.png', () => pngFile(peZip())],
  'ambiguous_archive/pdf-with-zip': ['a.pdf', () => pdfFile(peZip())],
  'ambiguous_archive/gif-with-zip': ['a.gif', () => gifFile(peZip())],
  'ambiguous_archive/deck-with-zip': ['a.k', () => Buffer.concat([deck, peZip()])],
  'ambiguous_archive/deck-with-zip-counted': ['a.k', () => zipOf([{ name: 'a', data: peFile() }], { prefix: deck })],
  'ambiguous_archive/script-with-zip': [
    'run.sh',
    () => zipOf([{ name: 'a' }], { prefix: Buffer.from('#!/bin/sh\nexit\n') }),
  ],
  'ambiguous_archive/binary-with-zip': ['a.dat', () => Buffer.concat([noise(5000), peZip()])],
  'ambiguous_archive/large-binary-with-zip': ['a.dat', () => Buffer.concat([noise(3 * MIB), peZip()])],
  'ambiguous_archive/stl-with-zip': ['wing.stl', () => Buffer.concat([binaryStl(10), peZip()])],
  'ambiguous_archive/deck-with-zip-in-zip': [
    'a.zip',
    () => zipOf([{ name: 'a.k', data: Buffer.concat([deck, peZip()]) }]),
  ],
  'ambiguous_archive/deck-with-zip-padded': ['a.k', () => Buffer.concat([deck, peZip(), u32(0), u32(0)])],
}
