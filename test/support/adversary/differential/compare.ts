import { createHash } from 'node:crypto'
import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { Decoders } from '#shared/gate/decoders/decoders.ts'
import { type Extraction, type Extractor, extractAll, filesIn, findExtractors } from './extractors.ts'
import { isProgram } from './program.ts'
import { type PythonReaders, startPython } from './python.ts'

/** A file the gate let pass, though this tool makes a program of it. */
export type Disagreement = { readonly tool: string; readonly member: string }
export type Compared = { readonly path: string; readonly bytes: Buffer }

/** Codec, then archive, then one more: as far as people unpack. */
const DEPTH = 3
/** Archives whose content lies unpacked at the same time. */
const BATCH = 40

export type Differential = {
  readonly tools: readonly string[]
  readonly missing: readonly string[]
  /** For each file, the programs that common tools get out of it. */
  programsIn(files: readonly Compared[]): Promise<Disagreement[][]>
  close(): void
}

export function openDifferential(decoders: Decoders, folder: string): Differential {
  const { found, missing } = findExtractors(decoders)
  const python = startPython()
  return {
    tools: [...found.map(({ tool }) => tool), ...(python === null ? [] : ['python3'])],
    missing: [...missing, ...(python === null ? ['python3'] : [])],
    async programsIn(files) {
      const all: Disagreement[][] = []
      for (let at = 0; at < files.length; at += BATCH) {
        const work = join(folder, 'work')
        try {
          all.push(...(await compareBatch(files.slice(at, at + BATCH), found, python, work)))
        } finally {
          await rm(work, { recursive: true, force: true })
        }
      }
      return all
    },
    close: () => python?.close(),
  }
}

async function compareBatch(
  files: readonly Compared[],
  tools: readonly Extractor[],
  python: PythonReaders | null,
  work: string,
): Promise<Disagreement[][]> {
  await mkdir(work)
  const archives = files.map(({ path }, i) => join(work, `${i}${extname(path)}`))
  for (const [i, archive] of archives.entries()) await writeFile(archive, files[i]?.bytes ?? '')
  const found = files.map((): Disagreement[] => [])
  const jobs = archives.map((archive, index): Job => ({ index, archive, into: '', outer: '' }))
  await Promise.all(tools.map((tool) => byTool(tool, jobs, join(work, tool.tool), found)))
  if (python === null) return found
  for (const [i, archive] of archives.entries()) found[i]?.push(...(await byPython(python, archive)))
  return found
}

/** One archive to unpack: that of a case, or one that was found inside, with the path to it. */
type Job = Extraction & { readonly index: number; readonly outer: string }

async function byTool(tool: Extractor, first: readonly Job[], folder: string, found: Disagreement[][]): Promise<void> {
  await mkdir(folder)
  let jobs = first
  for (let depth = 0; depth < DEPTH && jobs.length > 0; depth++) {
    const list = jobs.map((job, i): Job => ({ ...job, into: join(folder, `${depth}-${i}`) }))
    await extractAll(tool, list, folder)
    jobs = (await Promise.all(list.map((job) => look(tool, job, found)))).flat()
  }
}

/** Notes the programs that came out of one archive; gives the archives among the rest. */
async function look({ tool }: Extractor, { index, into, outer }: Job, found: Disagreement[][]): Promise<Job[]> {
  const inner: Job[] = []
  for (const [i, { path, head, file }] of (await filesIn(into)).entries()) {
    if (isProgram(head)) found[index]?.push({ tool, member: `${outer}${path}` })
    if (!isArchive(head)) continue
    // Under a name every tool takes, with the ending it has.
    const archive = `${into}-${i}${extname(path)}`
    await link(file, archive)
    inner.push({ index, archive, into: '', outer: `${outer}${path} › ` })
  }
  return inner
}

const isArchive = (head: Buffer): boolean =>
  /^(?:PK\x03\x04|\x1f\x8b|7z\xbc\xaf|\xfd7zXZ|BZh|\x28\xb5\x2f\xfd|07070[127]|\xc7\x71)/.test(
    head.toString('latin1', 0, 6),
  ) || head.toString('latin1', 257, 262) === 'ustar'

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
