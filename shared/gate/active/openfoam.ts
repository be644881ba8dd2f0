import { type Dialect, type Hit, quote } from './rule.ts'

/** The whole word around the needle. */
const wordAt = ({ before, after }: Hit): string =>
  (/[\w#]*$/.exec(before)?.[0] ?? '') + (/^[\w#]*/.exec(after)?.[0] ?? '')

/** `#calc` and `#codeStream` are directives of the dictionary reader, whatever stands in front of them. */
function directive(hit: Hit): string | null {
  const word = wordAt(hit)
  if (word === '#codeStream') return '#codeStream: C++ that is compiled and run when the file is read'
  if (word !== '#calc') return null
  const what = /^#calc\s*(?:#\{([^}]*)|"([^"]*)|([^;\n]*))/.exec(hit.after)
  return `#calc ${quote(what?.[1] ?? what?.[2] ?? what?.[3] ?? '')}: C++ that is compiled and run when the file is read`
}

/** `type codedFixedValue;`, `uniformValue coded;`: a value, behind a key and in front of a semicolon. */
function coded(hit: Hit): string | null {
  const word = wordAt(hit)
  if (!/^(?:coded|(?:vector|scalar|tensor|symmTensor|sphericalTensor)Coded)[A-Z]?\w*$/.test(word)) return null
  const key = /(\w+)\s+"?\w*$/.exec(hit.before)?.[1]
  const ends = /^\w*"?\s*;/.test(hit.after)
  return key !== undefined && ends ? `${key} ${word}: C++ that is compiled and run with the case` : null
}

/** A list, with its type and length in front or not; in braces it is one value, so many times. Comments may stand between. */
const LIST =
  /^\w*(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*\n)*(?:List<\w+>\s*)?(?:\d+\s*(?=[({]))?(\([^)]{1,1000}\)?|(?<=\d\s*)\{[^}]{1,300}\}|"[^"]{1,300}")/

function libraries(hit: Hit): string | null {
  const word = wordAt(hit)
  if (word !== 'libs' && word !== 'functionObjectLibs') return null
  const list = LIST.exec(hit.after)?.[1]
  return list === undefined || /^[({]\s*[)}]$/.test(list) ? null : `${word} ${quote(list)}: loads libraries`
}

function systemCall(hit: Hit): string | null {
  const isType = wordAt(hit) === 'systemCall' && /\btype\s+"?$/.test(hit.before)
  return isType ? 'systemCall: runs commands of the system' : null
}

export const OPENFOAM: Dialect = {
  id: 'openfoam',
  formats: ['openfoam'],
  // Pieces that are included have no FoamFile header, and mostly no extension.
  names: /^[^.]+$|\.(?:orig|foam|cfg|inc|include|dict)$/i,
  lineComment: '//',
  blockComments: true,
  anchors: ['#', ';'],
  rules: [
    {
      needles: ['#codestream', '#calc'],
      judge: directive,
      source:
        'https://cpp.openfoam.org/v13/codeStream_8H_source.html: "Dictionary entry that contains C++ OpenFOAM code that is compiled to generate the entry itself"; #calc generates a #codeStream',
    },
    {
      needles: ['coded'],
      judge: coded,
      source:
        'https://cpp.openfoam.org/v14/classFoam_1_1codedFunctionObject-members.html: codedBase::createLibrary of dynamicCode, the base of codedFixedValue, codedMixed, codedSource, coded function objects and Function1',
    },
    {
      needles: ['libs'],
      judge: libraries,
      source:
        'OpenFOAM User Guide, controlDict: "libs: List of additional libraries to be loaded at run-time"; the forms of a list: cpp.openfoam.org, ListIO.C',
    },
    {
      needles: ['systemcall'],
      judge: systemCall,
      source: 'https://cpp.openfoam.org/v6/systemCall_8C_source.html: function object systemCall',
    },
  ],
}
