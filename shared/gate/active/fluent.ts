import { pattern } from './patterns.ts'
import type { Dialect } from './rule.ts'

export const FLUENT: Dialect = {
  id: 'fluent',
  formats: ['fluent'],
  names: null,
  lineComment: null,
  blockComments: false,
  anchors: ['udf/libname'],
  rules: [
    {
      needles: ['(udf/libname'],
      judge: pattern(/^\(udf\/libname\s+\(?\s*("[^")]+"[^)]*)\)/, 'loads the UDF library'),
      source:
        'ANSYS Fluent UDF Manual 1.5: a shared library is loaded at run time by dynamic loading; a case keeps the link and loads it when it is read again',
    },
  ],
}

export const JOURNAL: Dialect = {
  id: 'fluent-journal',
  formats: ['journal'],
  names: /\.(?:jou|scm)$/i,
  lineComment: ';',
  blockComments: false,
  anchors: [],
  rules: [
    {
      needles: ['\n!'],
      judge: pattern(/^!([^\r\n]+)/, 'runs a command of the system:'),
      source: 'ANSYS Fluent Text Command List, "!": "system command interface"',
    },
    {
      needles: ['(system'],
      judge: pattern(/^\(system\s+([^)\r\n]*)/, 'runs a command of the system:'),
      source: 'Scheme procedure "system" of ANSYS Fluent, used in journals',
    },
    {
      needles: ['compiled-functions'],
      judge: pattern(/^(compiled-functions\s+(?:compile|load)[^\r\n]*)/i, 'compiles or loads a UDF library:'),
      source: 'https://www.afs.enea.it/project/neptunius/docs/fluent/html/udf/node9.htm, compiled UDFs',
    },
  ],
}

const SOURCE_OF_UDF =
  'https://www.afs.enea.it/project/neptunius/docs/fluent/html/udf/node9.htm, 1.5 Interpreting and compiling UDFs'

export const C_SOURCE: Dialect = {
  id: 'c-source',
  formats: ['c-source'],
  names: /\.(?:c|cc|cpp|cxx|h)$/i,
  lineComment: '//',
  blockComments: true,
  anchors: [],
  rules: [
    {
      needles: ['#include'],
      judge: pattern(/^#include\s*["<]udf\.h[">]/, 'Fluent UDF: compiled or interpreted into the solver'),
      source: SOURCE_OF_UDF,
    },
  ],
}
