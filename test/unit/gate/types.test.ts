import { expect, test } from 'vitest'
import { detect, FORMATS } from '#shared/gate/types/detect.ts'
import { compareWithName } from '#shared/gate/types/name-agreement.ts'
import { Sample } from '#shared/gate/types/sample.ts'
import { judgeScript } from '#shared/gate/types/scripts.ts'
import { noise } from '../../support/archives/bytes.ts'

const bytes = (content: Buffer | string) => (typeof content === 'string' ? Buffer.from(content, 'latin1') : content)
const sampleOf = (content: Buffer | string) => new Sample(bytes(content), bytes(content).length)
const hex = (pairs: string) => Buffer.concat([Buffer.from(pairs.replaceAll(' ', ''), 'hex'), Buffer.alloc(64)])

/** One line per signature of formats.md: what the content is, whatever name it has. */
test.each([
  ['Abaqus ODB', 'x.odb', hex('48 4B 53 52 44 30 00')],
  ['Abaqus SIM', 'x.sim', hex('89 53 49 4D 0D 0A 1A 0A')],
  ['Abaqus results file (FIL)', 'x.fil', hex('00100000 09000000 00000000 81070000 00000000')],
  ['LS-DYNA binout', 'binout', hex('08 08 08 01 01 01 00')],
  ['Ansys MAPDL results', 'file.rst', hex('64000000 00000080 0c000000 ffffffff')],
  ['Ansys MAPDL element matrices (emat)', 'file.emat', hex('64000000 00000080 02000000 ffffffff')],
  ['Siemens NX part', 'x.prt', 'SPLMSSTR\0\0\0'],
  ['NetCDF', 'x.nc', hex('43 44 46 02')],
  ['HDF4', 'x.hdf', hex('0E 03 13 01')],
  ['CGNS (ADF)', 'x.cgns', '@(#)ADF Database Version B02012>'],
  ['Tecplot data', 'x.plt', '#!TDV112\x01\0\0\0\0\0'],
  ['gettext catalogue', 'x.mo', hex('de 12 04 95')],
  ['LS-DYNA keyword deck', 'main.k', '$ comment\n\n$\n*KEYWORD LONG=S\n*NODE\n'],
  ['LS-DYNA keyword deck', 'include.k', '$ included\n*NODE\n       1\n'],
  ['Abaqus or CalculiX input', 'x.inp', '** made by hand\n*Heading\n'],
  ['Ansys APDL input', 'x.inp', '/PREP7\nET,1,186\n'],
  ['Nastran bulk data', 'x.bdf', '$ mesh\nSOL 101\nCEND\nBEGIN BULK\n'],
  ['OpenFOAM dictionary or field', 'U', '/*---*\\\n\\*---*/\nFoamFile\n{\n}\n'],
  ['Gmsh mesh', 'x.msh', '$MeshFormat\n4.1 0 8\n'],
  ['Fluent mesh, case or data', 'x.msh', '(0 "GAMBIT to Fluent File")\n'],
  ['STL (text)', 'x.stl', 'solid part\n facet normal 0 0 1\n'],
  ['STEP model', 'x.stp', 'ISO-10303-21;\n'],
  ['VTK (legacy)', 'x.vtk', '# vtk DataFile Version 3.0\n'],
  ['VTK XML', 'x.vtu', '<?xml version="1.0"?>\n<VTKFile type="UnstructuredGrid">'],
  ['EnSight case', 'x.case', 'FORMAT\ntype: ensight gold\n'],
  ['PLY mesh', 'x.ply', 'ply\r\nformat binary_little_endian 1.0\r\n'],
  ['I-deas universal file (UNV)', 'x.unv', '    -1\n  2411\n'],
  ['Parasolid (text)', 'x.x_t', '**ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\n'],
  ['Radioss deck', 'x_0000.rad', '#RADIOSS STARTER\n'],
  ['SU2 mesh', 'x.su2', '% mesh\nNDIME= 2\n'],
  ['MFEM mesh', 'x.mesh', 'MFEM mesh v1.0\n'],
  ['JSON', 'x.json', '{"a": 1}'],
  ['technical file, format unknown (text)', 'notes', 'MZ,MY,MX\n1,2,3\n'],
  ['technical file, format unknown (text)', 'FORMAT.txt', 'FORMAT of the result table\n'],
  ['technical file, format unknown (binary)', 'x.raw', Buffer.concat([Buffer.from('7801', 'hex'), noise(200)])],
] as const)('detects %s as %s', (label, name, content) => expect(detect(sampleOf(content), name).label.en).toBe(label))

test('a bitmap is one by its size field, not by two letters', () => {
  const header = Buffer.alloc(60)
  header.write('BM')
  header.writeUInt32LE(60, 2)
  header.writeUInt32LE(40, 14)
  expect(detect(sampleOf(header), 'x.bmp').id).toBe('bmp')
  expect(detect(sampleOf('BM1,BM2\n1,2\n'), 'x.csv').id).toBe('csv')
})

test('random bytes are no container, under no name', () => {
  for (let seed = 1; seed < 200; seed++) expect(detect(sampleOf(noise(2048, seed)), 'x.bin').known).toBe(false)
})

test('every format is labelled in both languages, and signatures stay fast on hostile text', () => {
  expect(FORMATS.filter(({ label }) => label.en === '' || label.ko === '')).toEqual([])
  const hostile = ['\n', ' \n', '$\n', '!\n', '** \n', '%\n', '{ ', '\t', '<', '#\n '].map((line) =>
    line.repeat(40_000),
  )
  // The time of the processor: what else the machine does is not counted.
  const start = process.cpuUsage()
  for (const content of hostile)
    for (const name of ['x.k', 'x.inp', 'x.bdf', 'x.mo', 'x']) detect(sampleOf(content), name)
  const { user, system } = process.cpuUsage(start)
  expect((user + system) / 1_000).toBeLessThan(5_000)
})

const compare = (name: string, content: Buffer | string) =>
  compareWithName(name, detect(sampleOf(content), name))?.code ?? null
const ZIP = hex('504b0304')
const GZIP = hex('1f8b0800 00000000 0003')
const OLE = hex('d0cf11e0a1b11ae1')
const HDF = hex('894844460d0a1a0a')
test.each([
  ['a.zip', ZIP, null],
  ['a.fmu', ZIP, null],
  ['a.docx', ZIP, null],
  ['a.k', ZIP, 'container_mismatch'],
  ['a.dat', ZIP, null],
  ['a.unheard-of', ZIP, null],
  ['a', ZIP, null],
  ['a.gz', ZIP, 'type_mismatch'],
  ['a.tar', GZIP, 'container_mismatch'],
  ['a.tar', 'text', 'type_mismatch'],
  ['a.7z', 'text', 'type_mismatch'],
  ['a.cas', HDF, null],
  ['a.cas.h5', HDF, null],
  ['a.nc', HDF, null],
  ['a.agdb', HDF, null],
  ['a.agdb', OLE, null],
  ['a.sldprt', OLE, null],
  ['a.csv', OLE, 'container_mismatch'],
  ['a.h5', 'no signature: a later member of a family', null],
  ['a.png', hex('ffd8ffe0'), null],
  ['a.csv', hex('89504e470d0a1a0a'), 'container_mismatch'],
  ['a.xls', ZIP, null],
  ['a.stl', 'solid', null],
] as const)('compareWithName %s', (name, content, want) => expect(compare(name, content)).toBe(want))

const script = (name: string, content: string) => judgeScript(sampleOf(content), name)?.code ?? null
test.each([
  ['run.sh', '#!/bin/bash\n', 'script'],
  ['run', '#!/usr/bin/env python3\r\n', 'script'],
  ['submit.txt', '#SBATCH -n 4\nsrun x\n', 'script'],
  ['umat.f', '      SUBROUTINE UMAT\n', 'script'],
  ['Allrun', 'cd x\n', 'script'],
  ['wing.stl', '#!/bin/sh\n', 'script_as_data'],
  ['table.csv', '#! /bin/sh\n', 'script_as_data'],
  ['table.csv', '#!bash\n', 'script_as_data'],
  ['wing.stl', '#! python3.11 -u\n', 'script_as_data'],
  ['data.plt', '#!TDV112 text\n', null],
  ['notes.txt', 'words\n', null],
] as const)('judgeScript %s', (name, content, want) => expect(script(name, content)).toBe(want))
