import { createHash } from 'node:crypto'
import { copyFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { Decoders } from '#shared/gate/decoders/decoders.ts'
import { type Extractor, extracted, findExtractors } from './extractors.ts'
import { isProgram } from './program.ts'
import { type PythonReaders, startPython } from './python.ts'

/** A file the gate let pass, though this tool makes a program of it. */
export type Disagreement = { readonly tool: string; readonly member: string }

/** Codec, then archive, then one more: as far as people unpack. */
const DEPTH = 3

export type Differential = {
  readonly tools: readonly string[]
  readonly missing: readonly string[]
  /** Programs that common tools get out of `bytes`, which the gate is said to have let pass. */
  programsIn(path: string, bytes: Buffer): Promise<Disagreement[]>
  close(): void
}

export function openDifferential(decoders: Decoders, folder: string): Differential {
  const { found, missing } = findExtractors(decoders)
  const python = startPython()
  let round = 0
  return {
    tools: [...found.map(({ tool }) => tool), ...(python === null ? [] : ['python3'])],
    missing: [...missing, ...(python === null ? ['python3'] : [])],
    async programsIn(path, bytes) {
      const work = join(folder, String(round++))
      const archive = `${work}-archive${extname(path)}`
      await writeFile(archive, bytes)
      try {
        const byTools = await Promise.all(found.map((tool) => programs(tool, archive, join(work, tool.tool), DEPTH)))
        return [...byTools.flat(), ...(python === null ? [] : await byPython(python, archive))]
      } finally {
        await rm(work, { recursive: true, force: true })
        await rm(archive)
      }
    },
    close: () => python?.close(),
  }
}

async function programs(extractor: Extractor, archive: string, into: string, depth: number): Promise<Disagreement[]> {
  const files = await extracted(extractor, archive, into)
  const found = files.filter(({ head }) => isProgram(head)).map(({ path }) => ({ tool: extractor.tool, member: path }))
  if (depth === 1) return found
  const inner = files.filter(({ head }) => isArchive(head))
  for (const [i, { file, path }] of inner.entries()) {
    // Under a name every tool takes, with the ending it has.
    const copy = `${into}-${i}${extname(path)}`
    await copyFile(file, copy)
    const deeper = await programs(extractor, copy, `${into}-${i}-files`, depth - 1)
    found.push(...deeper.map(({ tool, member }) => ({ tool, member: `${path} › ${member}` })))
  }
  return found
}

const isArchive = (head: Buffer): boolean =>
  /^(?:PK\x03\x04|\x1f\x8b|7z\xbc\xaf|\xfd7zXZ|BZh|\x28\xb5\x2f\xfd)/.test(head.toString('latin1', 0, 6)) ||
  head.toString('latin1', 257, 262) === 'ustar'

async function byPython(python: PythonReaders, archive: string): Promise<Disagreement[]> {
  const members = await python.read(archive)
  return members.filter(({ head }) => isProgram(head)).map(({ by, name }) => ({ tool: `python ${by}`, member: name }))
}

/** Keeps a file for whoever looks into the disagreement; returns its path. */
export async function keepReproducer(path: string, bytes: Buffer): Promise<string> {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12)
  const file = join(tmpdir(), `airlock-adversary-${digest}${extname(path)}`)
  await writeFile(file, bytes)
  return file
}
