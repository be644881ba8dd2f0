import { isOutside } from './outside-path.ts'
import { type Dialect, firstLine, type Hit, lineOf, quote } from './rule.ts'

/** Data lines of a LS-DYNA card: up to the next keyword, without comments; " +" at the end joins the next line. */
function cardLines(after: string): string[] {
  const keyword = after.indexOf('\n*')
  const card = keyword === -1 ? after : after.slice(0, keyword)
  const data = card
    .split(/\r?\n/)
    .slice(1)
    .filter((line) => !line.startsWith('$') && line.trim() !== '')
  return data
    .join('\n')
    .replaceAll(/ \+\s*\n/g, '')
    .split('\n')
}

/** Keywords begin in the first column, in any case; a comment has `$` there. */
const isKeyword = (hit: Hit): boolean => hit.lead === ''
const keywordOf = (hit: Hit): string => firstLine(hit.after).trim().toUpperCase()

function dynaInclude(hit: Hit): string | null {
  if (!isKeyword(hit)) return null
  const outside = cardLines(hit.after).find(isOutside)
  return outside === undefined ? null : `${keywordOf(hit)} of a file outside the case: ${quote(outside)}`
}

function dynaModule(hit: Hit): string | null {
  if (!isKeyword(hit)) return null
  const data = cardLines(hit.after).map(quote).join(', ')
  return `${keywordOf(hit)} ${quote(data)}: a library that is loaded into the solver`
}

export const LSDYNA: Dialect = {
  id: 'lsdyna',
  formats: ['lsdyna', 'lsdyna-include'],
  names: /\.(?:k|key|dyn|inc|asc)$/i,
  lineComment: null,
  blockComments: false,
  anchors: ['*'],
  rules: [
    {
      needles: ['*include'],
      judge: dynaInclude,
      source: 'LS-DYNA Keyword User\'s Manual I, *INCLUDE: file names follow on the cards, continued by " +"',
    },
    {
      needles: ['*module_load', '*module_path'],
      judge: dynaModule,
      source:
        "LS-DYNA Keyword User's Manual I, *MODULE; http://lsdyna-china.com/3g/info/68798.html: user subroutines as dynamic libraries that the solver loads",
    },
  ],
}

/** The keyword line around a hit; one that ends with a comma goes on on the next (input syntax rules). */
function abaqusLine(hit: Hit): string | null {
  const lines = hit.before.split(/\r?\n/)
  let line = lines.pop() ?? ''
  while (!/^\s*\*/.test(line)) {
    const previous = lines.pop()
    if (previous === undefined || !/,\s*$/.test(previous)) return null
    line = previous + line
  }
  return /^\s*\*\*/.test(line) ? null : line + firstLine(hit.after)
}

function abaqusInput(hit: Hit): string | null {
  const line = abaqusLine(hit)
  const input = line === null ? null : /,\s*INPUT\s*=\s*(?:"([^"]*)"|([^,\s]*))/i.exec(line)
  const path = input?.[1] ?? input?.[2] ?? ''
  if (line === null || !isOutside(path)) return null
  return `${/^\s*(\*[^,]*)/.exec(line)?.[1]?.trim()} of a file outside the case: ${quote(path)}`
}

function abaqusSubroutines(hit: Hit): string | null {
  const isOption = /^\s*\*\s*USER\s*SUBROUTINE/i.test(lineOf(hit))
  return isOption ? '*USER SUBROUTINES: Fortran that is compiled into the solver' : null
}

const SYNTAX = 'https://docs.software.vt.edu/abaqusv2024/English/SIMACAEMODRefMap/simamod-c-inputsyntax.htm'

export const ABAQUS: Dialect = {
  id: 'abaqus',
  formats: ['abaqus'],
  names: /\.(?:inp|inc|nam)$/i,
  lineComment: null,
  blockComments: false,
  anchors: ['=', '*'],
  rules: [
    {
      needles: ['input'],
      judge: abaqusInput,
      source: `${SYNTAX}: keyword lines, case, blanks, comments; https://2017.help.altair.com/2017/hm/support_of_includes_abaqus.htm: "file names can include a full or relative path name"`,
    },
    {
      needles: ['subroutine'],
      judge: abaqusSubroutines,
      source: 'ABAQUS/Standard User\'s Manual 5.x, *USER SUBROUTINE; newer releases take the file by "user=" instead',
    },
  ],
}
