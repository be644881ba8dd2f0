import { execFile } from 'node:child_process'
import { constants, createWriteStream } from 'node:fs'
import { mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Decoders, Program } from '#shared/gate/decoders/decoders.ts'
import { findOnPath } from '../../../../infra/process/find-on-path.ts'
import { runCommand } from '../../../../infra/process/run-command.ts'

/** A file that a tool made of an archive, by its first bytes. */
export type Extracted = { readonly path: string; readonly head: Buffer; readonly file: Buffer }
export type Extractor = { readonly tool: string; extract(archive: string, into: string): Promise<void> }

const LIMIT_MS = 20_000
/** No tool may write more into one file than any good case holds. */
const FILE_BYTES = 64 * 1024 * 1024
const HEAD = 64 * 1024

const EXTRACTORS: readonly (readonly [tool: string, args: (archive: string, into: string) => string[]])[] = [
  ['unzip', (archive, into) => ['-o', '-qq', '-P', '', archive, '-d', into]],
  ['bsdtar', (archive, into) => ['-xf', archive, '-C', into, '--no-same-owner', '--no-same-permissions']],
  ['7zz', (archive, into) => ['x', '-y', '-p', `-o${into}`, archive]],
  ['tar', (archive, into) => ['-xf', archive, '-C', into, '--no-same-owner', '--no-same-permissions']],
]

/** The tools that are here, and the names of those that are not. */
export function findExtractors(decoders: Decoders): { found: Extractor[]; missing: string[] } {
  const found: Extractor[] = []
  const missing: string[] = []
  for (const [tool, args] of EXTRACTORS) {
    const program = programOf(tool, decoders)
    if (program === null) missing.push(tool)
    else found.push({ tool, extract: (archive, into) => run(program, args(archive, into), decoders) })
  }
  const gzip = programOf('gzip', decoders)
  if (gzip === null) missing.push('gzip')
  else found.push({ tool: 'gzip', extract: (archive, into) => decompress(gzip, archive, join(into, 'content')) })
  return { found, missing }
}

function programOf(tool: string, decoders: Decoders): Program | null {
  if (tool === 'bsdtar') return decoders.bsdtar
  if (tool === '7zz') return decoders.sevenZip
  const file = findOnPath([tool], process.env.PATH)
  return file === undefined ? null : { file, libraryPath: '' }
}

const environment = ({ libraryPath }: Program) => ({
  PATH: process.env.PATH,
  LC_ALL: 'C.UTF-8',
  ...(libraryPath === '' ? {} : { LD_LIBRARY_PATH: libraryPath }),
})

async function run(program: Program, args: readonly string[], { prlimit }: Decoders): Promise<void> {
  const options = { env: environment(program), limitMs: LIMIT_MS }
  if (prlimit === null) await runCommand(program.file, args, options)
  else await runCommand(prlimit.file, [`--fsize=${FILE_BYTES}`, program.file, ...args], options)
}

function decompress(gzip: Program, archive: string, target: string): Promise<void> {
  return new Promise((resolve) => {
    const options = { env: environment(gzip), timeout: LIMIT_MS, maxBuffer: FILE_BYTES, encoding: 'buffer' as const }
    execFile(gzip.file, ['-dc', archive], options, (_error, stdout) => {
      if (stdout.length === 0) return resolve()
      createWriteStream(target).end(stdout, () => resolve())
    })
  })
}

/** Runs one tool in a folder of its own and looks at what lies there afterwards, whatever the tool said about it. */
export async function extracted(extractor: Extractor, archive: string, into: string): Promise<Extracted[]> {
  await mkdir(into, { recursive: true })
  await extractor.extract(archive, into)
  return filesUnder(Buffer.from(into), '')
}

/** Names are bytes: old archives hold some that are no UTF-8. Links are not followed. */
async function filesUnder(folder: Buffer, shown: string): Promise<Extracted[]> {
  const found: Extracted[] = []
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const file = Buffer.concat([folder, Buffer.from('/'), entry.name])
    const path = `${shown}${entry.name.toString('utf8')}`
    if (entry.isDirectory()) found.push(...(await filesUnder(file, `${path}/`)))
    else if (entry.isFile()) found.push({ path, head: await headOf(file), file })
  }
  return found
}

async function headOf(file: Buffer): Promise<Buffer> {
  await using handle = await open(file, constants.O_RDONLY)
  const length = Math.min(HEAD, (await handle.stat()).size)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0)
  return buffer.subarray(0, bytesRead)
}
