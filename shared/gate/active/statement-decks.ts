import { isOutside } from './outside-path.ts'
import { type Dialect, type Hit, lineOf, quote } from './rule.ts'

/** A quoted path may go on over several lines; the break and the blanks around it do not belong to it. */
function nastranPath(after: string): string {
  const quoted = /^\w+\s*=?\s*(['"])([^'"]{0,1000})/.exec(after)?.[2]
  if (quoted !== undefined) return quoted.replaceAll(/\s*\r?\n\s*/g, '')
  return /^\w+\s*=?\s*([^\s'"$]*)/.exec(after)?.[1] ?? ''
}

const beginsLine = (hit: Hit): boolean => hit.lead.trim() === ''

function nastranInclude(hit: Hit): string | null {
  if (!beginsLine(hit) || !/^INCLUDE[\s='"]/i.test(hit.after)) return null
  const path = nastranPath(hit.after)
  return isOutside(path) ? `INCLUDE of a file outside the case: ${quote(path)}` : null
}

const statement =
  (pattern: RegExp, what: string) =>
  (hit: Hit): string | null =>
    beginsLine(hit) && pattern.test(hit.after) ? `${quote(lineOf(hit))}: ${what}` : null

export const NASTRAN: Dialect = {
  id: 'nastran',
  formats: ['nastran'],
  names: /\.(?:bdf|dat|nas|inc|blk|fem)$/i,
  lineComment: '$',
  blockComments: false,
  anchors: ['/', '\\', "'", 'LOADLIB', 'loadlib'],
  rules: [
    {
      needles: ['include'],
      judge: nastranInclude,
      source:
        'https://help.autodesk.com/cloudhelp/2022/ENU/NSTRN-Reference/files/GUID-2FBD4369-CAEB-4BE9-BF19-EAA98F0DA9CB.htm: anywhere in the file, over several lines, quotes optional; OptiStruct also with "="',
    },
    {
      needles: ['loadlib'],
      judge: statement(/^LOADLIB[\s,]/i, 'loads a library'),
      source:
        'https://help.altair.com/hwsolvers/os/topics/solvers/os/loadlib_io_r.htm: "external libraries and external files to be loaded into OptiStruct"',
    },
    {
      needles: ['connect'],
      judge: statement(/^CONNECT\s*,?\s*SERVICE\b/i, 'loads a user-defined service'),
      source: "MSC Nastran User Defined Services User's Guide, CONNECT SERVICE",
    },
  ],
}

/**
 * A command begins a line or follows the delimiter `$`, also behind a comment (/COM) or a title: the manual names no exception.
 * Only its first four characters count.
 */
function apdl(what: string) {
  return (hit: Hit): string | null => {
    if (!/(?:^|\$)\s*$/.test(hit.lead)) return null
    return `${quote(hit.after.split(/[\r\n]/)[0] as string)}: ${what}`
  }
}

const SHELL =
  'https://mapdl.docs.pyansys.com, Mapdl.sys (/SYS) and Mapdl.syp (/SYP): "Passes a command string to the operating system for execution"'

export const APDL: Dialect = {
  id: 'apdl',
  formats: ['mapdl-input', 'mapdl-deck'],
  names: /\.(?:inp|dat|mac|apdl|ans|anf|txt|cdb)$|^[^.]+$/i,
  lineComment: '!',
  blockComments: false,
  anchors: ['/', '~'],
  rules: [
    { needles: ['/sys', '/syp'], judge: apdl('runs a command of the system'), source: SHELL },
    {
      needles: ['~eui', '~tcl', '~tk,'],
      judge: apdl('runs Tcl, which can run commands of the system'),
      source:
        'https://www.scribd.com/document/59211270/5-ANSYS-Program-Interaction: "three default ways of invoking Tcl/Tk from inside of ANSYS", ~tcl, ~tk and ~eui',
    },
    {
      needles: ['/upf'],
      judge: apdl('links a user routine into the solver'),
      source: "Ansys Mechanical APDL Programmer's Reference, linking user-programmable features, /UPF",
    },
  ],
}

function radiossInclude(hit: Hit): string | null {
  const path = /^#include\s+(\S+)/i.exec(hit.after)?.[1] ?? ''
  return hit.lead === '' && isOutside(path) ? `#include of a file outside the case: ${quote(path)}` : null
}

export const RADIOSS: Dialect = {
  id: 'radioss',
  formats: ['radioss'],
  names: /\.(?:rad|inc)$/i,
  lineComment: null,
  blockComments: false,
  anchors: ['#'],
  rules: [
    {
      needles: ['#include'],
      judge: radiossInclude,
      source: 'https://2021.help.altair.com/2021.1/hwsolvers/rad/topics/solvers/rad/include_starter_r.htm',
    },
  ],
}
