import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Decoders, Program } from './decoders.ts'

type FindDecoders = {
  /** The PATH of the environment. */
  readonly path: string | undefined
  /** Where Debian's packages were unpacked, if they were. */
  readonly folder: string | null
}

/** Long enough for a cold disk. */
const PROBE_LIMIT_MS = 10_000

/** Looks for the decoders on PATH, then in the folder, and runs each once: a program without its libraries is none. */
export async function findDecoders({ path, folder }: FindDecoders): Promise<Decoders> {
  const unpacked = folder === null ? null : { bin: join(folder, 'usr/bin'), libraryPath: libraryPathOf(folder) }
  const places = [
    ...[...(path ?? '').split(delimiter), '/usr/bin', '/bin']
      .filter((bin) => bin !== '')
      .map((bin) => ({ bin, libraryPath: '' })),
    ...(unpacked === null ? [] : [unpacked]),
  ]
  const find = (names: readonly string[], ...probe: string[]) => firstThatRuns(places, names, probe)
  const [bsdcat, bsdtar, sevenZip, prlimit, setpriv] = await Promise.all([
    find(['bsdcat'], '--version'),
    find(['bsdtar'], '--version'),
    find(['7zz', '7zzs', '7z'], 'i'),
    find(['prlimit'], '--version'),
    // An older one knows no --pdeathsig: then the others must do.
    find(['setpriv'], '--no-new-privs', '--pdeathsig', 'KILL', '--', '/bin/true'),
  ])
  return { bsdcat, bsdtar, sevenZip, prlimit, setpriv }
}

type Place = { readonly bin: string; readonly libraryPath: string }

async function firstThatRuns(places: readonly Place[], names: readonly string[], probe: readonly string[]) {
  for (const { bin, libraryPath } of places) {
    for (const name of names) {
      const program = { file: join(bin, name), libraryPath }
      if (isExecutableFile(program.file) && (await runs(program, probe))) return program
    }
  }
  return null
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

const runs = ({ file, libraryPath }: Program, args: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(file, [...args], { env: decoderEnv(libraryPath), timeout: PROBE_LIMIT_MS }, (error) =>
      resolve(error === null),
    )
  })

/** All a decoder is told of its surroundings. Without a UTF-8 locale libarchive refuses names that are not ASCII. */
export const decoderEnv = (libraryPath: string): NodeJS.ProcessEnv => ({
  LC_ALL: 'C.UTF-8',
  ...(libraryPath === '' ? {} : { LD_LIBRARY_PATH: libraryPath }),
})

function libraryPathOf(folder: string): string {
  const bases = ['usr/lib', 'lib'].map((base) => join(folder, base)).filter((base) => existsSync(base))
  const nested = bases.flatMap((base) =>
    readdirSync(base)
      .filter((name) => name.endsWith('-linux-gnu'))
      .map((name) => join(base, name)),
  )
  return [...nested, ...bases].join(delimiter)
}
