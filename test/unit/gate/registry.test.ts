import { expect, test } from 'vitest'
import { detect, FORMATS } from '#shared/gate/types/detect.ts'
import { Sample } from '#shared/gate/types/sample.ts'
import { ZIP_KINDS } from '#shared/gate/types/zip-kinds.ts'
import { noise, u16, u32 } from '../../support/archives/bytes.ts'
import { hdf5File } from '../../support/archives/cae.ts'
import { oleFile } from '../../support/archives/executables.ts'

const hex = (pairs: string) => Buffer.concat([Buffer.from(pairs.replaceAll(' ', ''), 'hex'), Buffer.alloc(64)])
const labelOf = (content: Buffer | string, name: string) => {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
  return detect(new Sample(bytes, bytes.length), name).label.en
}
const links = (...names: string[]) => hdf5File({ links: names })
const ole = (stream: string) => Buffer.concat([oleFile(), Buffer.from(stream, 'utf16le'), Buffer.alloc(300)])
const mapdl = (file: number) =>
  Buffer.concat([hex('64000000 00000080').subarray(0, 8), u32(file), u32(0xffffffff), Buffer.alloc(64)])
const words = (...values: number[]) => Buffer.concat(values.map(u32))
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap32()
const title = Buffer.from('crash of a car'.padEnd(40))
const d3plot = Buffer.concat([title, u32(0), u32(1), u32(0), Buffer.from('R712'), Buffer.alloc(64)])
const mat4 = Buffer.concat([words(0, 2, 3, 0, 4), Buffer.from('abc\0'), Buffer.alloc(48)])
const op4 = Buffer.concat([words(24, 10, 20, 6, 2), Buffer.from('KAA     '), u32(24), Buffer.alloc(64)])

/** What the rest of the suite does not name: kinds inside a family, and formats known by arithmetic or by name. */
test.each([
  ['Fluent case or mesh (CFF)', 'a.cas.h5', links('meshes', 'settings')],
  ['Fluent data (CFF)', 'a.dat.h5', links('results', 'settings')],
  ['CGNS (HDF5)', 'a.cgns', links('HDF5 MotherNode')],
  ['Nastran results (HDF5)', 'a.h5', links('NASTRAN')],
  ['MED mesh or fields', 'a.med', links('ENS_MAA')],
  ['Salome study', 'a.hdf', links('STUDY_STRUCTURE')],
  ['VTK HDF', 'a.vtkhdf', links('VTKHDF')],
  ['Ansys part manager database', 'a.pmdb', links('Part Manager Stream')],
  ['Ansys ACP lay-up model', 'a.acph5', links('ACP Lay-up Model')],
  ['Ansys composite id mapping', 'a.mapping', links('ModelAssemblerIdMapping')],
  ['MOAB mesh (h5m)', 'a.h5m', links('tstt')],
  ['NetCDF-4', 'a.nc', links('_NCProperties')],
  ['Exodus II (NetCDF-4)', 'a.e', links('_Netcdf4Dimid', 'num_dim', 'num_nodes')],
  ['MATLAB 7.3 data', 'a.mat', hdf5File({ userBlock: Buffer.from('MATLAB 7.3 MAT-file') })],
  ['SolidWorks document (OLE2)', 'a.sldprt', ole('swXmlContents')],
  ['Ansys DesignModeler geometry', 'a.agdb', ole('AGDB Header')],
  ['Word document (97–2003)', 'a.doc', ole('WordDocument')],
  ['PowerPoint presentation (97–2003)', 'a.ppt', ole('PowerPoint Document')],
  ['Outlook message', 'a.msg', ole('__substg1.0_0037001F')],
  ['Ansys MAPDL element matrices (emat)', 'file.emat', mapdl(2)],
  ['Ansys MAPDL element saved data (esav)', 'file.esav', mapdl(3)],
  ['Ansys MAPDL assembled matrices (full)', 'file.full', mapdl(4)],
  ['Ansys MAPDL superelement matrices (sub)', 'file.sub', mapdl(8)],
  ['Ansys MAPDL mode shapes (mode)', 'file.mode', mapdl(9)],
  ['Ansys MAPDL reduced harmonic results (rfrq)', 'file.rfrq', mapdl(10)],
  ['Ansys MAPDL results', 'file.rth', mapdl(12)],
  ['Ansys MAPDL database', 'file.db', mapdl(16)],
  ['Ansys MAPDL binary file', 'file.x', mapdl(99)],
  ['LS-DYNA d3plot', 'd3plot', d3plot],
  ['Exodus II (NetCDF)', 'a.ex2', Buffer.concat([hex('43444601'), Buffer.from('num_dim num_nodes')])],
  ['Cart3D surface (binary)', 'a.tri', Buffer.concat([words(8, 100, 200, 8, 1200), Buffer.alloc(1300)])],
  ['Cart3D surface (binary)', 'a.tri', swapped(Buffer.concat([words(8, 100, 200, 8, 1200), Buffer.alloc(1300)]))],
  ['Nastran OP4 matrix', 'a.op4', op4],
  ['MATLAB 4 data', 'a.mat', mat4],
  ['PLOT3D grid or solution (binary)', 'a.xyz', Buffer.concat([words(12, 4, 5, 6, 12), Buffer.alloc(80)])],
  ['PLOT3D grid or solution (binary)', 'a.bin', Buffer.concat([words(4, 5, 6), Buffer.alloc(3 * 4 * 120)])],
  ['Ansys reduced-order snapshot', 'T.bin', Buffer.concat([words(50, 0), noise(400)])],
  ['CATIA V5 document', 'a.CATPart', Buffer.concat([Buffer.from('V5_CFV2\0'), noise(90)])],
  ['Creo part or assembly', 'a.prt', '#UGC:2 PART 1\n'],
  ['3D Studio mesh', 'a.3ds', Buffer.concat([u16(0x4d4d), u32(100), noise(94)])],
  ['BMP picture', 'a.bmp', Buffer.concat([Buffer.from('BM'), words(60, 0, 54, 40), Buffer.alloc(42)])],
  ['Fluent Meshing size field', 'a.psf', '(1 "ANSYS(R) TGLib(TM) 3D, revision 23.2.0")\n(0 "Size Field File")\n'],
  [
    'Fluent Meshing part mesh (pmdat)',
    'a.pmdat',
    '\n(0 "Machine Config:")\n(4 (60 0 0 1))\n(0 face-based grid (binary)\n',
  ],
  ['Fluent mesh, case or data', 'a.cas', '(0 "fluent23.2.0")\n\n(0 "Machine Config:")\n'],
  ['Fluent views', 'a.vw', '(38 ((\n(view-list (\n'],
  ['Fluent project', 'a.flprj', '<Project type="object" class="PFolder">\n'],
  ['EnSight case', 'a.case', '# \n# EnSight\n\nFORMAT\ntype: ensight gold\n'],
  ['EnSight geometry (text)', 'a.geo', 'title\nmore\nnode id off\nelement id off\n'],
  ['Gmsh geometry script', 'a.geo', '// square\nh = 1;\nPoint(1) = {0,0,0};\n'],
  ['Nastran printed results (F06)', 'a.f06', '0\n      E I G E N V A L U E  A N A L Y S I S\n'],
  ['CalculiX printed results', 'a.dat', '\n displacements (vx,vy,vz) for set NLOAD and time  0.1E+01\n'],
  ['Abaqus log', 'a.sta', '1\n\n   Abaqus/Standard 2023\n'],
  ['ParaView state', 'a.pvsm', '<ParaView>\n  <ServerManagerState version="5.11">\n'],
  ['VTK file series', 'a.vtu.series', '{\n  "file-series-version" : "1.0",\n'],
  ['Jupyter notebook', 'a.ipynb', '{\n "cells": [],\n "nbformat": 4\n}'],
  ['Code_Aster commands', 'a.comm', '# study\nDEBUT(LANG="FR")\n'],
  ['PLY2 mesh', 'a.ply2', '3\n1\n0 0 0\n'],
  ['Fortran source', 'umat.for', '      END\n'],
  ['Python script', 'a.py', 'x = 1\n'],
  ['IBIS model', 'a.ibs', '| comment\n[IBIS Ver] 5.0\n'],
  ['Touchstone network data', 'a.s4p', '! made by\n# GHZ S MA R 50\n'],
  ['film or sound (RIFF)', 'a.wav', Buffer.concat([Buffer.from('RIFF\x24\0\0\0WAVE'), Buffer.alloc(40)])],
] as const)('%s: %s', (label, name, content) => expect(labelOf(content, name)).toBe(label))

/** Weak signatures on the content of something else, or under a foreign name, name nothing. */
test.each([
  ['a.bin', Buffer.concat([words(51, 0), noise(400)])],
  ['a.dat', mat4],
  ['a.bin', Buffer.concat([words(4, 5, 7), Buffer.alloc(3 * 4 * 120)])],
  ['a.3ds', Buffer.concat([u16(0x4d4d), u32(101), noise(94)])],
  ['a.tri', Buffer.concat([words(8, 100, 200, 8, 1204), Buffer.alloc(1300)])],
  ['d3plot01.k', noise(5000)],
  ['d3plot', noise(5000)],
  ['a.mat', noise(500)],
] as const)('%s stays unknown', (name, content) =>
  expect(labelOf(content, name)).toMatch(/^technical file, format unknown/),
)

test('the table is data: ids and extensions in one form, labels in both languages', () => {
  for (const { id, extensions, label } of FORMATS) {
    expect(id).toMatch(/^[a-z0-9-]+$/)
    for (const extension of extensions) expect(extension).toMatch(/^[a-z0-9_]+$/)
    expect(label.en.trim()).not.toBe('')
    // A product's name is the same in Korean; a sentence of more words is not.
    if (label.en === label.ko) expect(label.en).toMatch(/^[A-Z][\w-]*(?: [A-Z][\w()-]*| \([\w-]+\))*$/)
  }
  const probed = FORMATS.filter(({ probe }) => probe !== null).map(({ id, label }) => `${id} ${label.en}`)
  expect(new Set(probed).size).toBe(probed.length)
  expect(ZIP_KINDS.filter(({ label }) => label.en === '' || label.ko === '')).toEqual([])
})

test('random bytes are hardly ever given a name', () => {
  let named = 0
  for (let seed = 1; seed <= 250; seed++) {
    for (const name of ['a', 'a.bin', 'a.dat', 'a.mat', 'a.xyz', 'a.stl', 'a.rst']) {
      if (labelOf(noise(1500, seed), name) !== 'technical file, format unknown (binary)') named++
    }
  }
  expect(named).toBe(0)
})
