import { noise, u32 } from '../../archives/bytes.ts'
import {
  binaryStl,
  fortranRecord,
  hdf5File,
  lsdynaDeck,
  momentsCsv,
  openfoamField,
  pngFile,
  sbatchScript,
  stepFile,
} from '../../archives/cae.ts'
import { javaClass, oleFile } from '../../archives/executables.ts'
import { gzipOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { GoodCases } from '../case.ts'
import { compressOf } from '../formats/frames.ts'
import { sevenZipOf } from '../formats/seven-zip.ts'
import { uuencoded } from '../formats/uuencoded.ts'
import { gifFile, pdfFile } from '../pictures.ts'

const deck = () => lsdynaDeck(20)
const text = (content: string) => () => Buffer.from(content)

/** Counts of 32 bits: few parts, a power of two, some more. */
const idsLikeLzma = (i: number) =>
  Buffer.concat([u32(i % 225), u32(1), u32(i), u32(0), i % 2 === 0 ? Buffer.alloc(2000) : noise(2000, i)])
const NRRD = Buffer.from('NRRD0004\ntype: short\ndimension: 1\nsizes: 20000\nencoding: gzip\nendian: little\n\n')

const BZIP2_WORDS = Buffer.from(`${' note BZh91AY&SY,'.repeat(8)}\n`)

export const FILES: GoodCases = {
  deck: ['case/main.k', deck],
  'deck-hangul-name': ['해석/차체 충돌 #2 (최종).k', deck],
  'deck-digits-extension': ['main.0001', deck],
  'deck-of-4-mib': ['main.key', () => lsdynaDeck(60_000)],
  'csv-mz': ['forces.csv', () => momentsCsv()],
  'csv-mz-long': ['forces', () => momentsCsv(100_000)],
  'csv-bm': ['table.csv', text('BM1,BM2\n1,2\n3,4\n')],
  'float-like-elf': ['u.raw', () => Buffer.concat([Buffer.from('7f454c46', 'hex'), noise(4000)])],
  'csv-elf-word': ['table.csv', text('ELF,x\n1,2\n')],
  'fortran-record-mz': ['restart.dat', () => fortranRecord()],
  'fortran-record-bm': ['restart', () => fortranRecord(19_778)],
  'fortran-record-icon': ['f.dat', () => fortranRecord(65_536)],
  'stl-binary': ['wing.stl', () => binaryStl()],
  'stl-binary-solid': ['wing.stl', () => binaryStl(10, 'solid part')],
  'stl-binary-mz': ['wing.stl', () => binaryStl(500, 'MZ axis upward')],
  'stl-text': ['wing.stl', text('solid a\nfacet normal 0 0 1\nouter loop\nendloop\nendfacet\nendsolid a\n')],
  'stl-empty': ['wing.stl', () => binaryStl(0)],
  'uuencoded-deck': ['mail.txt', text(`a deck for you\n${uuencoded('main.k', lsdynaDeck(20))}`)],
  'noise-like-pack': ['a.dat', () => Buffer.concat([Buffer.from('1f1e0000100008', 'hex'), noise(9000)])],
  'counting-like-pack': ['ids.dat', () => Buffer.from(Array.from({ length: 900 }, (_, i) => 0x1f - i))],
  'ids-like-lzma': [
    'a.zip',
    () => zipOf(Array.from({ length: 400 }, (_, i) => ({ name: `${i}.dat`, data: idsLikeLzma(i) }))),
  ],
  'base64-in-text': ['mail.txt', () => Buffer.from(`${noise(3000).toString('base64')}\n`)],
  'noise-like-compress': ['a.dat', () => Buffer.concat([Buffer.from('1f9d90', 'hex'), noise(9000)])],
  'noise-like-lzma': ['a.dat', () => Buffer.concat([Buffer.from('5d00008000ffffffffffffffff00', 'hex'), noise(9000)])],
  'noise-like-ext': ['a.dat', () => Buffer.concat([noise(0x438), Buffer.from('53ef', 'hex'), noise(9000)])],
  'deck-in-compress-under-any-name': ['restart', () => compressOf(lsdynaDeck(50))],
  'words-of-lha': ['ls.txt', text('$ ls -lh5-\n-lh5- is a method of LHA, LZIP another\n')],
  'nrrd-gzip': ['ct.nrrd', () => Buffer.concat([NRRD, gzipOf(noise(40_000))])],
  'blocks-of-gzip': [
    'result.rsx',
    () => Buffer.concat(Array.from({ length: 12 }, (_, i) => gzipOf(noise(3000, i + 1)))),
  ],
  'words-of-bzip2-in-200-notes': [
    'a.zip',
    () => zipOf(Array.from({ length: 200 }, (_, i) => ({ name: `${i}/notes.txt`, data: BZIP2_WORDS }))),
  ],
  'text-about-archives': [
    'notes.txt',
    text('7z starts with 7z\u00bc\u00af, zip with PK\u0003\u0004, tar says ustar, cpio 070701.\n'),
  ],
  'digits-like-cpio': ['bits.dat', text(`${'0707070707'.repeat(20)}\n`)],
  hdf5: ['a.h5', () => hdf5File()],
  'hdf5-matlab-block': ['a.mat', () => hdf5File({ userBlock: Buffer.from('MATLAB 7.3 MAT-file, written by us') })],
  'hdf5-text-block': ['a.h5', () => hdf5File({ userBlock: Buffer.from('#!MZ measured values\n'.repeat(60)) })],
  'hdf5-no-extension': ['result', () => hdf5File()],
  step: ['part.stp', stepFile],
  'openfoam-field': ['0/p', () => openfoamField()],
  'openfoam-field-k': ['0/nut.k', () => openfoamField()],
  'openfoam-marker': ['case.foam', () => Buffer.alloc(0)],
  'openfoam-allrun': ['Allrun', text('#!/bin/sh\n. "$WM_PROJECT_DIR/bin/tools/RunFunctions"\nblockMesh\n')],
  empty: ['main.k', () => Buffer.alloc(0)],
  'empty-zip-name': ['case.zip', () => Buffer.alloc(0)],
  'd3plot-state': ['d3plot01', () => noise(5000)],
  'numbered-part': ['result.20', () => noise(5000)],
  sbatch: ['run.sh', sbatchScript],
  'sbatch-no-shebang': ['submit', text('#SBATCH -n 4\r\nsrun solver\r\n')],
  'abaqus-com': ['job.com', text('from driverConstants import *\noptions = {}\n')],
  udf: ['heat.c', text('#include "udf.h"\nDEFINE_SOURCE(q, c, t, dS, eqn) { return 0; }\n')],
  'gettext-like-modelica': ['Pump.mo', text('model Pump\n  Real p;\nend Pump;\n')],
  'java-class': ['A.class', javaClass],
  solidworks: ['part.SLDPRT', () => oleFile()],
  picture: ['plot.png', () => pngFile()],
  'picture-other-name': ['plot.jpg', () => pngFile()],
  'picture-padded': ['plot.png', () => pngFile(Buffer.alloc(300))],
  gif: ['plot.gif', () => gifFile()],
  pdf: ['report.pdf', () => pdfFile()],
  'pdf-updated': ['report.pdf', () => pdfFile(pdfFile())],
  'text-form': ['a.case', text('FORMAT\ntype: ensight gold\n')],
  'text-070707': ['a.txt', text('070707 first column\n')],
  'zlib-level-1': ['a.bin', () => Buffer.concat([Buffer.from('7801', 'hex'), noise(500)])],
  'latin-1': ['a.inp', () => Buffer.from('*Heading\n** Geh\u00e4use, gepr\u00fcft\n*Node\n1, 0., 0., 0.\n', 'latin1')],
  'utf-16': ['a.csv', () => Buffer.from('\ufeffzeit;kraft\r\n1;2\r\n', 'utf16le')],
  'deck-with-7z-behind-8-mib': [
    'a.k',
    () =>
      Buffer.concat([Buffer.alloc(8 * 1024 * 1024 + 1, '$ comment\n'), sevenZipOf([{ name: 'tool', data: deck() }])]),
  ],
  'colvar-fields': ['colvar.csv', text('#! FIELDS time d1 d2\n 0.0 1.2 3.4\n')],
  'label-file': ['labels.csv', text('#!MLF!#\n"a.lab"\n')],
  'shell-elements': ['mesh.csv', text('#!shell.elements 1 2\n')],
  'script-name-shebang': { file: ['table.csv', sbatchScript], warns: ['script_as_data'] },
  'batch-file': { file: ['run.bat', text('echo off\r\n')], warns: ['windows_script'] },
  'name-turns': { file: ['a\u202ecsv.k', deck], warns: ['odd_name'] },
}
