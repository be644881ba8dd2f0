import { expect, test } from 'vitest'
import { LIMITS } from '#shared/domain/limits.ts'
import { DEFAULT_POLICY } from '#shared/domain/policy.ts'
import { DIALECTS, RUN_BY_NAME } from '#shared/gate/active/dialects.ts'
import { isOutside } from '#shared/gate/active/outside-path.ts'
import { lsdynaDeck, openfoamField } from '../../support/archives/cae.ts'
import { gzipOf, tarOf } from '../../support/archives/tar.ts'
import { zipOf } from '../../support/archives/zip.ts'
import { judge, verdictOf } from './judge.ts'

const found = async (path: string, content: string | Buffer): Promise<string[]> => {
  const { findings } = await judge(path, typeof content === 'string' ? Buffer.from(content, 'latin1') : content)
  return findings.filter(({ code }) => code === 'active_content').map(({ place, detail }) => `${place} ${detail}`)
}

const FOAM = 'FoamFile\n{\n    class dictionary;\n}\n'
const ABAQUS = '** deck\n*Heading\n'
const NASTRAN = 'SOL 101\nCEND\nBEGIN BULK\n'

/** What is found: path, content, place and the beginning of the detail. */
test.each([
  ['system/controlDict', `${FOAM}x #codeStream\n{\n`, 'controlDict:5 #codeStream'],
  ['system/blockMeshDict', `${FOAM}n #calc "$a*2";\n`, 'blockMeshDict:5 #calc $a*2'],
  ['0/U', `${FOAM}inlet\n{\n    type codedFixedValue;\n`, 'U:7 type codedFixedValue'],
  ['0/U', `${FOAM}inlet { uniformValue\n coded;\n`, 'U:6 uniformValue coded'],
  ['0/T', `${FOAM}s { type scalarCodedSource; }\n`, 'T:5 type scalarCodedSource'],
  ['system/controlDict', `${FOAM}libs (forces "libx.so");\n`, 'controlDict:5 libs (forces "libx.so")'],
  [
    'system/controlDict',
    `${FOAM}functionObjectLibs\n(\n  "libx.so"\n);\n`,
    'controlDict:5 functionObjectLibs ( "libx.so" )',
  ],
  ['system/controlDict', `${FOAM}libs 1 ("libx.so");\n`, 'controlDict:5 libs ("libx.so"): loads'],
  ['system/controlDict', `${FOAM}libs 2{"libx.so"};\n`, 'controlDict:5 libs {"libx.so"}: loads'],
  ['system/controlDict', `${FOAM}libs (x${' '.repeat(3000)});\n`, 'controlDict:5 libs (x: loads'],
  ['system/controlDict', `${FOAM}libs List<word> 1(x);\n`, 'controlDict:5 libs (x): loads'],
  ['system/controlDict', `${FOAM}libs // mine\n /* a*b **/ (x);\n`, 'controlDict:5 libs (x): loads'],
  ['system/controlDict', `${FOAM}a { type systemCall; }\n`, 'controlDict:5 systemCall'],
  ['system/forces', 'forces1\n{\n    libs ("libforces.so");\n}\n', 'forces:3 libs ("libforces.so")'],
  ['controlDict', `${FOAM}note "http://a/*b"; libs (x);\n`, 'controlDict:5 libs (x)'],
  [
    'main.k',
    '*KEYWORD\n*INCLUDE\n$ comment\n/etc/passwd\n',
    'main.k:2 *INCLUDE of a file outside the case: /etc/passwd',
  ],
  [
    'main.k',
    '*KEYWORD\n*include_path\n../../other/ +\nuser\n',
    'main.k:2 *INCLUDE_PATH of a file outside the case: ../../other/user',
  ],
  ['main.k', '*KEYWORD\n*INCLUDE\na.k\n\\\\host\\b.k\n', 'main.k:2 *INCLUDE of a file outside the case: \\\\host\\b.k'],
  ['part.inc', '*INCLUDE\nC:\\x.k\n', 'part.inc:1 *INCLUDE of a file outside'],
  [
    'main.k',
    '*KEYWORD\n*MODULE_LOAD\nm1, title\nlibuser.so\n',
    'main.k:2 *MODULE_LOAD m1, title, libuser.so: a library',
  ],
  [
    'a.inp',
    `${ABAQUS}*INCLUDE, INPUT=/home/x/mesh.inp\n`,
    'a.inp:3 *INCLUDE of a file outside the case: /home/x/mesh.inp',
  ],
  [
    'a.inp',
    `${ABAQUS} *node , nset=all,\n input = ../mesh.inp\n`,
    'a.inp:4 *node of a file outside the case: ../mesh.inp',
  ],
  ['a.inp', `${ABAQUS}*User Subroutines\n`, 'a.inp:3 *USER SUBROUTINES'],
  ['a.bdf', `${NASTRAN}INCLUDE '/etc/x.bdf'\n`, 'a.bdf:4 INCLUDE of a file outside the case: /etc/x.bdf'],
  [
    'a.bdf',
    `${NASTRAN}include 'C:\\NASA\\Tank\n    \\Bolt.NAS'\n`,
    'a.bdf:4 INCLUDE of a file outside the case: C:\\NASA\\Tank\\Bolt.NAS',
  ],
  ['a.dat', `${NASTRAN}INCLUDE=../x.dat\r\n`, 'a.dat:4 INCLUDE of a file outside the case: ../x.dat'],
  ['a.fem', `LOADLIB,DRESP3,G1,/opt/lib.so\n${NASTRAN}`, 'a.fem:1 LOADLIB,DRESP3,G1,/opt/lib.so: loads a library'],
  ['a.bdf', `CONNECT SERVICE MYBEAM 'SCA.Uds'\n${NASTRAN}`, "a.bdf:1 CONNECT SERVICE MYBEAM 'SCA.Uds': loads"],
  ['a.inp', '/PREP7\n/sys,rm -rf x\n', 'a.inp:2 /sys,rm -rf x: runs a command'],
  ['a.inp', '/PREP7\na=1 $ /SYP,cp,a,b\n', 'a.inp:2 /SYP,cp,a,b: runs a command'],
  ['a.inp', '/PREP7\n/COM,x $ /SYS,ls\n', 'a.inp:2 /SYS,ls: runs a command'],
  ['a.inp', '/PREP7\n/TITLE,x $/sys,ls\n', 'a.inp:2 /sys,ls: runs a command'],
  ['a.mac', `/PREP7\n~eui,'exec ls'\n`, `a.mac:2 ~eui,'exec ls': runs Tcl`],
  ['a.mac', `/PREP7\nK,1 $ ~TCL,'exec ls'\n`, `a.mac:2 ~TCL,'exec ls': runs Tcl`],
  ['ds.dat', '/batch\n  /SYSTEM,ls\n', 'ds.dat:2 /SYSTEM,ls: runs a command'],
  ['a.mac', '/UPF,usermat.F\n', 'a.mac:1 /UPF,usermat.F: links a user routine'],
  [
    'x_0000.rad',
    '#RADIOSS STARTER\n#include ../../x.rad\n',
    'x_0000.rad:2 #include of a file outside the case: ../../x.rad',
  ],
  ['a.cas', '(0 "fluent")\n(37 (\n(udf/libname ("libudf" "lib2"))\n', 'a.cas:3 loads the UDF library "libudf" "lib2"'],
  ['run.jou', '!rm x\n; !ls\n(system "ls")\n', 'run.jou:1 runs a command of the system: rm x'],
  [
    'run.jou',
    '/define/user-defined/compiled-functions load "libudf"\n',
    'run.jou:1 compiles or loads a UDF library: compiled-functions load',
  ],
  ['udf.c', '/* x */\n#include "udf.h"\n', 'udf.c:2 Fluent UDF'],
  ['umat.f', '      SUBROUTINE UMAT(STRESS,STATEV)\n', 'umat.f:1 user subroutine, compiled into the solver: UMAT'],
  ['a.py', 'from abaqus import *\n', 'a.py:1 Python that the program runs: abaqus'],
  [
    's.pvsm',
    '<ParaView>\n<Proxy group="filters" type="ProgrammableFilter" id="1"/>\n',
    's.pvsm:2 Python inside the state: ProgrammableFilter',
  ],
  ['a.geo', 'Point(1) = {0,0,0};\nSystemCall "rm x";\n', 'a.geo:2 SystemCall runs a command of the system: "rm x"'],
  ['a.geo', 'Point(1) = {0,0,0};\nNonBlockingSystemCall Str("rm");\n', 'a.geo:2 SystemCall runs'],
  ['case.sif', 'Header\nEnd\n  Procedure = "./mylib" "Solve"\n', 'case.sif:3 loads a library: "./mylib" "Solve"'],
  [
    'a.npy',
    "\x93NUMPY\x01\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n",
    'a.npy:1 pickled Python objects',
  ],
  ['abaqus_v6.env', 'import os\n', ' Abaqus environment file'],
  ['j.wbjn', '# journal\n', ' Workbench journal'],
  ['a.comm', 'DEBUT()\n', ' Code_Aster command file'],
] as const)('finds active content in %s: %j', async (path, content, want) => {
  const all = await found(path, content)
  expect(all[0]?.startsWith(want) === true ? want : all).toBe(want)
})

/** What looks alike and runs nothing. */
test.each([
  ['U', `${FOAM}// libs (x);\n/* #codeStream\n type coded;\n*/\n/* a */ x 1;\n`],
  ['U', `${FOAM}codedInlet { type fixedValue; }\nmylibs (a);\nlibs ();\n#calculate "x";\n#include "a"\n`],
  ['U', `${FOAM}/*---*\\\n  libs ("x");\n\\*---*/\n`],
  ['controlDict', `${FOAM}systemCalls 3;\nname systemCall;\n`],
  ['main.k', '*KEYWORD\n*INCLUDE\nmesh.k\n../case/a.k'.replace('../case', 'sub/../case')],
  ['main.k', '*KEYWORD\n$*INCLUDE\n$/etc/passwd\n$ *MODULE_LOAD\n*NODE\n'],
  ['main.k', '*KEYWORD\n*TITLE\nsee *INCLUDE\n/etc\n'],
  ['main.k', '*KEYWORD\n*INCLUDE_TRANSFORM\nmesh.k\n       0       0\n*NODE\n'],
  ['a.inp', `${ABAQUS}*INCLUDE, INPUT=mesh.inp\n**INCLUDE, INPUT=/etc/x\n** *USER SUBROUTINES\n`],
  ['a.inp', `${ABAQUS}*Node\n1, 0., input=/etc\n`],
  ['a.bdf', `${NASTRAN}INCLUDE 'mesh.bdf'\n$ INCLUDE '/etc/x'\n$LOADLIB,a,b,/c\nPARAM,POST,-1 $ see include '/etc'\n`],
  ['a.inp', '/PREP7\n! /SYS,ls\n/COM, use /SYS,ls or ~eui\n/TITLE,a /SYS,x\nC*** ~tcl /sys\nx=a/sys\n~satin,a\n'],
  ['controlDict', `${FOAM}libs { a 1; }\nlibs 0();\nlibs 3;\n`],
  ['a.inp', '/PREP7\nET,1,186 ! $ /SYS,ls\n'],
  ['x_0000.rad', '#RADIOSS STARTER\n#include part.rad\n# #include /etc/x\n'],
  ['a.cas', '(0 "fluent")\n(udf/libname ())\n(udf/relax-fcn "none")\n'],
  ['run.jou', '; !ls\n/file/read-case a.cas\n;(system "ls")\n(display "!")\n'],
  ['u.c', '// #include "udf.h"\n/*\n#include "udf.h"\n*/\n'],
  ['u.f', 'C     SUBROUTINE UMAT(A)\n!  SUBROUTINE UMAT(A)\n      SUBROUTINE UMATH(A)\n      CALL UMAT(A)\n'],
  ['a.py', '# import abaqus\nimport numpy\nx = "from abaqus import"\n'],
  ['s.pvsm', '<ParaView>\n<!-- <Proxy type="ProgrammableFilter"/> -->\n<Proxy type="Contour"/>\n'],
  ['a.geo', 'Point(1) = {0,0,0};\n// SystemCall "ls";\n/*\nSystemCall "ls";\n*/\nMySystemCall = 1;\n'],
  ['case.sif', 'Header\n! Procedure = "a" "b"\n'],
  ['a.npy', "\x93NUMPY\x01\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n"],
  ['.env', 'A=1\n'],
  ['table.csv', 'libs (x);\n/SYS,ls\n*INCLUDE\n/etc\n'],
  ['notes.md', 'use #calc and libs ("x"); in OpenFOAM\n'],
] as const)('stays silent on %s: %j', async (path, content) => expect(await found(path, content)).toEqual([]))

test.each([
  ['/a', true],
  ['\\\\host\\a', true],
  ['C:a', true],
  ['~/a', true],
  ['$HOME/a', true],
  ['../a', true],
  ['a/../../b', true],
  ['a\\..\\..\\b', true],
  ['a/../b', false],
  ['./a', false],
  ['a..b/c', false],
  ['mesh.k', false],
] as const)('isOutside %s', (path, want) => expect(isOutside(path)).toBe(want))

const MIB = 1024 * 1024

test('finds the last line of a long deck, and names it by its number', async () => {
  const deck = lsdynaDeck(60_000).toString().replace('*END\n', '')
  const lines = deck.split('\n').length - 1
  expect(await found('main.k', `${deck}*INCLUDE\n/etc/x\n`)).toEqual([
    `main.k:${lines + 1} *INCLUDE of a file outside the case: /etc/x`,
  ])
})

test('behind 16 MiB the place is given in bytes', async () => {
  const line = `${' '.repeat(79)}\n`
  const head = `*KEYWORD\n${line.repeat(Math.ceil((40 * MIB) / 80))}`
  expect(await found('main.k', `${head}*INCLUDE\n/etc/x\n`)).toEqual([
    `main.k (byte ${head.length}) *INCLUDE of a file outside the case: /etc/x`,
  ])
})

test('a comment that spans chunks hides what is in it, and an instruction across chunks is found', async () => {
  const filler = 'value 1.0e-3;\n'.repeat(200_000)
  expect(await found('U', `${FOAM}/*\n${filler}libs (a);\n${filler}*/\nlibs (b);\n`)).toHaveLength(1)
  for (const shift of [-9, -8, -5, -1, 0, 1]) {
    // 2 MiB is one read of the file.
    const head = `${FOAM}${' '.repeat(2 * MIB + shift - FOAM.length)}`
    expect(await found('U', `${head}libs ("libx.so");\n`)).toEqual(['U:5 libs ("libx.so"): loads libraries'])
  }
})

test('the search in one file ends after a limited number of findings', async () => {
  const { findings } = await judge('U', Buffer.from(FOAM + 'libs (a);\n'.repeat(5000)))
  expect(findings).toHaveLength(LIMITS.findings)
  expect(findings.at(-1)?.detail).toBe('libs (a): loads libraries; the search ended here')
})

test('members of archives are named with their path', async () => {
  const zip = zipOf([{ name: 'duct/system/controlDict', data: `${FOAM}libs (a);\n` }])
  expect(await found('duct.zip', zip)).toEqual(['duct/system/controlDict:5 libs (a): loads libraries'])
  const tar = gzipOf(
    tarOf([
      { name: 'in.zip', data: zip },
      { name: 'p', data: openfoamField() },
    ]),
  )
  expect(await found('c.tar.gz', tar)).toEqual(['in.zip › duct/system/controlDict:5 libs (a): loads libraries'])
  expect(await found('main.k.gz', gzipOf('*KEYWORD\n*INCLUDE\n/etc/x\n'))).toHaveLength(1)
})

test('it is a note by default, and policy can make it a reason', async () => {
  const content = Buffer.from(`${FOAM}libs (a);\n`)
  const policy = { ...DEFAULT_POLICY, severities: { active_content: 'quarantine' as const } }
  expect(verdictOf(await judge('U', content))).toMatchObject({ outcome: 'complete', warnings: [] })
  const strict = verdictOf(await judge('U', content, { policy }), policy)
  expect(strict).toMatchObject({ outcome: 'quarantined', reasons: [{ code: 'active_content', place: 'U:5' }] })
})

test('every rule says where it is documented, and its words are written in lower case', () => {
  const rules = DIALECTS.flatMap((dialect) => dialect.rules)
  expect(
    rules.filter(({ source, needles }) => source === '' || needles.some((word) => word !== word.toLowerCase())),
  ).toEqual([])
  expect(RUN_BY_NAME.filter(({ source }) => source === '')).toEqual([])
})

/** A search that backtracks would not come to an end in hours. */
test('hostile text made of near misses comes to an end', { timeout: 120_000 }, async () => {
  for (const [name, line] of [
    ['a.inp', '! /SYS,\n'],
    ['main.k', '*INCLUDE\n'],
    ['U', '//libs;\n'],
    ['a.bdf', "$include '/\n"],
  ] as const) {
    const head = { 'a.inp': '/PREP7\n', 'main.k': '*KEYWORD\n', U: FOAM, 'a.bdf': NASTRAN }[name]
    const places = await found(name, head + line.repeat(100_000))
    expect([name, places.length > 1000]).toEqual([name, false])
  }
})
