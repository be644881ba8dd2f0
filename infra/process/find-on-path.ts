import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where daemons live though an ordinary user's PATH does not name it. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin']

/** The first of `names` that is an executable file on `path`, or undefined. */
export function findOnPath(names: readonly string[], path: string | undefined): string | undefined {
  const folders = [...(path ?? '').split(delimiter).filter((folder) => folder !== ''), ...SYSTEM_FOLDERS]
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutableFile)
}

function isExecutableFile(file: string): boolean {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
