import type { FindingCode } from '#shared/domain/findings.ts'

export type NameFinding = { readonly code: FindingCode; readonly detail: string }

/** Run by Windows on a double click, whatever they hold (scan.md §1). */
const EXECUTABLE = new Set('exe dll sys drv cpl msi hta vbs vbe wsf scf lnk scr pif'.split(' '))
const WINDOWS_SCRIPT = new Set('bat cmd ps1 psm1 js jse url'.split(' '))

/** Change the direction of the text around them, so that a name reads other than it is. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
/** Take no room: two names that look the same may differ. */
const ZERO_WIDTH =
  /\u00ad|\u034f|[\u115f\u1160]|[\u17b4\u17b5]|[\u180b-\u180e]|[\u200b-\u200d]|[\u2060-\u2064]|[\u206a-\u206f]|\u3164|\ufeff|\uffa0/
const INVISIBLE = new RegExp(`${BIDI.source}|${ZERO_WIDTH.source}`, 'g')
/** Full stops that other systems or fonts make a dot of; NFKC covers the full-width ones. */
const OTHER_DOTS = /[\u3002\uff61]/g

/** ASCII without a colon, and without a dot or a blank at its end: it becomes nothing else, and nearly every name is such a one. */
const PLAIN = /^[ -9;-~]*[!--/-9;-~]$/

/** The names a name may become: NFKC, without what is invisible, per NTFS stream, without trailing dots and spaces. */
function becomes(name: string): string[] {
  if (PLAIN.test(name)) return [name.toLowerCase()]
  const plain = name.normalize('NFKC').replace(INVISIBLE, '').replace(OTHER_DOTS, '.')
  return plain.split(':').map((part) => part.replace(/[.\s]+$/u, '').toLowerCase())
}

export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot === -1 ? '' : name.slice(dot + 1).toLowerCase()
}

/** What a file name says by itself, on any system it may be brought to. */
export function judgeName(name: string): NameFinding[] {
  const findings: NameFinding[] = []
  const extensions = becomes(name).map(extensionOf)
  const executable = extensions.find((extension) => EXECUTABLE.has(extension))
  if (executable !== undefined) {
    const hidden = extensionOf(name) === executable ? '' : ', hidden'
    findings.push({ code: 'executable_name', detail: `ends in .${executable}${hidden}` })
  }
  const script = extensions.find((extension) => WINDOWS_SCRIPT.has(extension))
  if (script !== undefined) findings.push({ code: 'windows_script', detail: `ends in .${script}` })
  if (PLAIN.test(name)) return findings
  if (BIDI.test(name)) findings.push({ code: 'odd_name', detail: 'holds characters that turn the reading direction' })
  else if (ZERO_WIDTH.test(name)) findings.push({ code: 'odd_name', detail: 'holds characters that cannot be seen' })
  else if (/[\uff01-\uff5e]/.test(name) && name.normalize('NFKC').lastIndexOf('.') !== name.lastIndexOf('.'))
    findings.push({ code: 'odd_name', detail: 'holds a full-width dot' })
  return findings
}

/** `.com` is a DOS program only if it is not text: Abaqus writes Python of that name. */
export function judgeComName(name: string, isText: boolean): NameFinding[] {
  const com = !isText && becomes(name).some((part) => extensionOf(part) === 'com')
  return com ? [{ code: 'executable_name', detail: 'ends in .com and is not text' }] : []
}
