import { constants } from 'node:fs'
import { open, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Decoders, Program } from '#shared/gate/decoders/decoders.ts'
import { findOnPath } from '../../../../infra/process/find-on-path.ts'
import { runCommand } from '../../../../infra/process/run-command.ts'

/** A file that a tool made of an archive, by its first bytes. */
export type Extracted = { readonly path: string; readonly head: Buffer; readonly file: Buffer }
export type Extraction = { readonly archive: string; readonly into: string }
export type Extractor = { readonly tool: string; readonly program: Program; readonly command: string }

const EACH_SECONDS = 20
const BATCH_MS = 240_000
/** No tool may write more into one file than any good case holds; in the units of `ulimit -f`. */
const FILE_BLOCKS = (64 * 1024 * 1024) / 512
const HEAD = 64 * 1024

/** What is run in a shell, with the program as $P, the archive as $a and the folder as $i. */
const EXTRACTORS: readonly (readonly [tool: string, command: string])[] = [
  ['unzip', '"$P" -o -qq -P "" "$a" -d "$i"'],
  ['bsdtar', '"$P" -xf "$a" -C "$i" --no-same-owner --no-same-permissions'],
  ['7zz', '"$P" x -y -p "-o$i" "$a"'],
  ['tar', '"$P" -xf "$a" -C "$i" --no-same-owner --no-same-permissions'],
  ['gzip', '"$P" -dc "$a"'],
]

/** The tools that are here, and the names of those that are not. */
export function findExtractors(decoders: Decoders): { found: Extractor[]; missing: string[] } {
  const found: Extractor[] = []
  const missing: string[] = []
  for (const [tool, command] of EXTRACTORS) {
    const program = programOf(tool, decoders)
    if (program === null) missing.push(tool)
    else found.push({ tool, program, command })
  }
  return { found, missing }
}

function programOf(tool: string, decoders: Decoders): Program | null {
  if (tool === 'bsdtar') return decoders.bsdtar
  if (tool === '7zz') return decoders.sevenZip
  const file = findOnPath([tool], process.env.PATH)
  return file === undefined ? null : { file, libraryPath: '' }
}

/** One shell for a whole list: starting each program from here takes longer than what it does. */
const scriptOf = (command: string): string =>
  [
    `ulimit -f ${FILE_BLOCKS}`,
    'while IFS= read -r a && IFS= read -r i; do',
    `  mkdir -p "$i" && timeout -k 1 ${EACH_SECONDS} ${command} </dev/null >"$i/.out" 2>/dev/null`,
    'done <"$1"',
  ].join('\n')

/** Runs one tool over archives, each into a folder of its own; what it says of them does not count. */
export async function extractAll(
  { program, command }: Extractor,
  list: readonly Extraction[],
  work: string,
): Promise<void> {
  const file = join(work, 'list')
  await writeFile(file, list.map(({ archive, into }) => `${archive}\n${into}\n`).join(''))
  const library = program.libraryPath === '' ? {} : { LD_LIBRARY_PATH: program.libraryPath }
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', P: program.file, ...library }
  const { code, output } = await runCommand('/bin/sh', ['-c', scriptOf(command), 'sh', file], {
    env,
    limitMs: BATCH_MS,
  })
  if (code === null || code === 127) throw new Error(`Cannot extract by ${program.file}: ${output}`)
}

/** What lies in a folder afterwards. */
export const filesIn = (folder: string): Promise<Extracted[]> => filesUnder(Buffer.from(folder), '')

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
