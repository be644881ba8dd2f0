import { lstat, readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { UsageError } from './command-line.ts'

export type WalkedFile = {
  /** As it is shown: what was named on the command line, and the path below it. */
  readonly path: string
  readonly file: string
  readonly size: number
}
export type Walked =
  | ({ readonly kind: 'file' } & WalkedFile)
  /** Not a regular file: nothing that an upload could hold. */
  | { readonly kind: 'skipped'; readonly path: string; readonly why: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly why: string }

/** Throws {@link UsageError} for a path that is not there, before anything is judged. */
export async function checkPaths(paths: readonly string[], cwd: string, singleFile: boolean): Promise<void> {
  for (const path of paths) {
    const found = await stat(resolve(cwd, path)).catch((error: NodeJS.ErrnoException) => error)
    if (found instanceof Error) throw new UsageError(`${path}: ${why(found)}`)
    if (!found.isFile() && !found.isDirectory()) throw new UsageError(`${path}: is neither a file nor a folder`)
    if (singleFile && !found.isFile()) throw new UsageError('--sha256 goes with a single FILE')
  }
}

/** Every file below the paths, folders in the order of their names; links in folders are not followed. */
export async function* walkFiles(paths: readonly string[], cwd: string): AsyncGenerator<Walked> {
  for (const path of paths) {
    const file = resolve(cwd, path)
    yield* (await stat(file)).isDirectory() ? walkFolder(path, file) : one(path, file, stat)
  }
}

async function* walkFolder(path: string, folder: string): AsyncGenerator<Walked> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => error)
  if (names instanceof Error) {
    yield { kind: 'unreadable', path, why: why(names) }
    return
  }
  for (const name of names.toSorted()) yield* one(join(path, name), join(folder, name), lstat)
}

async function* one(path: string, file: string, look: typeof lstat): AsyncGenerator<Walked> {
  const found = await look(file).catch((error: NodeJS.ErrnoException) => error)
  if (found instanceof Error) yield { kind: 'unreadable', path, why: why(found) }
  else if (found.isDirectory()) yield* walkFolder(path, file)
  else if (found.isFile()) yield { kind: 'file', path: path || basename(file), file, size: found.size }
  else yield { kind: 'skipped', path, why: found.isSymbolicLink() ? 'a symbolic link' : 'not a regular file' }
}

const WORDS: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EACCES: 'may not be read' }
const why = (error: NodeJS.ErrnoException): string => WORDS[error.code ?? ''] ?? `cannot be read (${error.code})`
