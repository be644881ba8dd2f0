import { noise } from './bytes.ts'
import { elfFile, machoFile, peFile } from './executables.ts'
import { type ZipMember, zipOf } from './zip.ts'

/** A LS-DYNA deck with `nodes` nodes (80-column lines). */
export function lsdynaDeck(nodes = 200): Buffer {
  const lines = ['$# LS-DYNA keyword deck', '*KEYWORD', '*TITLE', 'plate under pressure', '*NODE']
  for (let id = 1; id <= nodes; id++) {
    const [x, y, z] = [id * 0.125, (id % 17) * 1.5, -id / 3].map((value) => value.toFixed(6).padStart(16))
    lines.push(`${String(id).padStart(8)}${x}${y}${z}       0       0`)
  }
  return Buffer.from(`${[...lines, '*END'].join('\n')}\n`)
}

/** A table of section forces whose first column is MZ (a moment), so the file begins like a DOS program. */
export function momentsCsv(rows = 50): Buffer {
  const lines = Array.from({ length: rows }, (_, i) => `${i * 1.25},${-i},${i / 7},station ${i}`)
  return Buffer.from(`MZ,MY,MX,note\n${lines.join('\n')}\n`)
}

/** Binary STL: 80 free bytes, the number of triangles, 50 bytes each. */
export function binaryStl(triangles = 100, head: Buffer | string = 'exported by a CAD tool'): Buffer {
  const out = Buffer.alloc(84 + 50 * triangles)
  Buffer.from(head).copy(out, 0, 0, 80)
  out.writeUInt32LE(triangles, 80)
  for (let i = 0; i < triangles; i++) {
    for (let k = 0; k < 12; k++) out.writeFloatLE(Math.sin(i * 12 + k) * 100, 84 + 50 * i + 4 * k)
  }
  return out
}

const HDF5_MAGIC = Buffer.from('894844460d0a1a0a', 'hex')
/** The superblock and some data; `userBlock` puts free bytes in front, as the format allows at 512·2^k. */
export function hdf5File(options: { userBlock?: Buffer; links?: readonly string[]; size?: number } = {}): Buffer {
  const links = (options.links ?? ['mesh', 'results']).map((link) => `${link}\0\0\0\0`).join('')
  const body = Buffer.concat([
    HDF5_MAGIC,
    Buffer.alloc(88),
    Buffer.from(`HEAP\0\0\0\0${links}`),
    noise(options.size ?? 4096),
  ])
  if (options.userBlock === undefined) return body
  let at = 512
  while (at < options.userBlock.length) at *= 2
  return Buffer.concat([options.userBlock, Buffer.alloc(at - options.userBlock.length), body])
}

const MODEL_DESCRIPTION = '<?xml version="1.0"?>\n<fmiModelDescription fmiVersion="2.0" modelName="pump" guid="{1}"/>\n'
/** An FMU: a zip with a model description and native libraries for three platforms; `more` adds members. */
export const fmuLike = (more: readonly ZipMember[] = []): Buffer =>
  zipOf([
    { name: 'modelDescription.xml', data: MODEL_DESCRIPTION },
    { name: 'binaries/win64/pump.dll', data: peFile() },
    { name: 'binaries/linux64/pump.so', data: elfFile({ kind: 'shared' }) },
    { name: 'binaries/darwin64/pump.dylib', data: machoFile() },
    { name: 'resources/table.csv', data: momentsCsv() },
    ...more,
  ])

export const sbatchScript = (): Buffer =>
  Buffer.from('#!/bin/bash\n#SBATCH --job-name=crash\n#SBATCH --ntasks=64\nsrun ls-dyna i=main.k memory=200m\n')

/** One unformatted Fortran record of 23,117 bytes: its mark is 4D 5A 00 00. */
export function fortranRecord(length = 23_117): Buffer {
  const out = Buffer.alloc(length + 8)
  out.writeUInt32LE(length, 0)
  for (let at = 4; at + 8 <= length; at += 8) out.writeDoubleLE(Math.cos(at) * 1e3, at)
  out.writeUInt32LE(length, length + 4)
  return out
}

export const openfoamField = (cells = 100): Buffer =>
  Buffer.from(
    `FoamFile\n{\n    version 2.0;\n    format ascii;\n    class volScalarField;\n    object p;\n}\ninternalField uniform ${cells};\n`,
  )

export const stepFile = (): Buffer =>
  Buffer.from("ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('part'),'2;1');\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n")

/** Begins and ends as a PNG of one pixel; `after` is put behind its end. */
export const pngFile = (after: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([
    Buffer.from(
      '89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082',
      'hex',
    ),
    after,
  ])
