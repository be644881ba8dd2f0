import type { Budgets } from '#shared/domain/policy.ts'

/** C0, DEL and C1; a NUL cuts the name off for programs written in C. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** A member's path with `/` between components and without `.` ones, as every tool would extract it. */
export type MemberPath = { readonly path: string; readonly name: string; readonly isDirectory: boolean }

export function normalisePath(raw: string): MemberPath {
  const unified = raw.replaceAll('\\', '/')
  const parts = unified.split('/').filter((part) => part !== '' && part !== '.')
  return { path: parts.join('/'), name: parts.at(-1) ?? '', isDirectory: unified.endsWith('/') }
}

/** What makes a member's name dangerous to extract, or null. */
export function unsafePath(raw: string, byteLength: number, budgets: Budgets): string | null {
  if (raw.includes('\0')) return 'a name with a NUL inside'
  if (CONTROL.test(raw)) return 'a name with control characters'
  if (/^(\\\\|\/\/)/.test(raw)) return 'a network path'
  if (/^[/\\]/.test(raw)) return 'an absolute path'
  // A drive, also without a slash: C:x is relative to the drive's own directory. A stream (a.txt:b) has a longer head.
  if (/^[A-Za-z]:/.test(raw)) return 'a path with a drive'
  const parts = raw.split(/[/\\]/)
  if (parts.some((part) => /^\.\.[. ]*$/.test(part))) return 'a path that climbs out with ".."'
  if (byteLength > budgets.maxNameBytes) return `a name of ${byteLength} bytes; the limit is ${budgets.maxNameBytes}`
  if (parts.length > budgets.maxNameComponents)
    return `a path of ${parts.length} levels; the limit is ${budgets.maxNameComponents}`
  return null
}
