import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createDeflateRaw, createGzip } from 'node:zlib'
import type { Decoders } from '#shared/gate/decoders/decoders.ts'
import { findOnPath } from '../../../infra/process/find-on-path.ts'
import { tarOf } from '../../support/archives/tar.ts'
import { zipOf } from '../../support/archives/zip.ts'
import type { Command } from './scan-measure.ts'

export type BenchArchive = {
  readonly name: string
  readonly file: string
  readonly decoded: number
  /** The tool's own test of this archive; null where it is not on this machine. */
  readonly test: Command | null
}

const onPath = (name: string) => findOnPath([name], process.env.PATH)

/** The same mesh in every form that can be made here; a form whose packer is missing is left out. */
export async function buildArchives(folder: string, bytes: number, decoders: Decoders): Promise<BenchArchive[]> {
  const mesh = join(folder, 'mesh.k')
  const decoded = await writeMesh(mesh, bytes)
  const at = (name: string) => join(folder, name)
  const test = (tool: string, ...args: string[]): Command | null => {
    const file = onPath(tool)
    return file === undefined ? null : { file, args }
  }
  const made = [
    zip(mesh, at('mesh.zip')).then(() => ({
      name: 'zip',
      file: at('mesh.zip'),
      test: test('unzip', '-tqq', at('mesh.zip')),
    })),
    pipeline(tarOfMesh(mesh, decoded), createGzip(), createWriteStream(at('mesh.tar.gz'))).then(() => ({
      name: 'tar.gz',
      file: at('mesh.tar.gz'),
      test: test('gzip', '-t', at('mesh.tar.gz')),
    })),
    packed('tar.zst', ['zstd', '-q', '-3', '-T1', '-c'], at('mesh.tar.zst'), tarOfMesh(mesh, decoded)),
    packed('tar.xz', ['xz', '-3', '-T1', '-c'], at('mesh.tar.xz'), tarOfMesh(mesh, decoded)),
    packed('bz2', ['bzip2', '-c'], at('mesh.k.bz2'), createReadStream(mesh)),
    sevenZip(decoders, mesh, at('mesh.7z')),
  ]
  const archives = await Promise.all(made)
  return archives.filter((archive) => archive !== null).map((archive) => ({ ...archive, decoded }))
}

/** Node lines of a growing number, a plate of 1,000 by n: as large as asked, and the same each time. */
async function writeMesh(file: string, bytes: number): Promise<number> {
  const column = (value: number) => value.toFixed(6).padStart(16)
  function* lines() {
    let [text, written] = ['*KEYWORD\n*NODE\n', 0]
    for (let node = 1; written + text.length < bytes; node++) {
      const height = Math.sin(node / 977) * 12.5 + Math.cos(node / 31) / 8
      text += `${String(node).padStart(8)}${column((node % 1000) * 0.25)}${column(Math.floor(node / 1000) * 0.25)}${column(height)}\n`
      if (text.length < 256 * 1024) continue
      yield text
      written += text.length
      text = ''
    }
    yield `${text}*END\n`
  }
  await pipeline(Readable.from(lines()), createWriteStream(file))
  await using handle = await open(file)
  return (await handle.stat()).size
}

function tarOfMesh(mesh: string, size: number): Readable {
  const header = tarOf([{ name: 'case/mesh.k', size }], { end: false })
  return Readable.from(
    (async function* () {
      yield header
      yield* createReadStream(mesh)
      yield Buffer.alloc(((512 - (size % 512)) % 512) + 1024)
    })(),
  )
}

async function zip(mesh: string, target: string): Promise<void> {
  const parts: Buffer[] = []
  let [size, crc] = [0, 0]
  const count = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      size += chunk.length
      crc = crc32(chunk, crc)
      yield chunk
    }
  }
  for await (const part of createReadStream(mesh).compose(count).pipe(createDeflateRaw())) parts.push(part)
  await writeFile(target, zipOf([{ name: 'case/mesh.k', raw: Buffer.concat(parts), size, crc }]))
}

async function packed(name: string, [tool, ...args]: readonly [string, ...string[]], file: string, source: Readable) {
  const packer = onPath(tool)
  if (packer === undefined) return null
  const child = spawn(packer, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  await Promise.all([pipeline(source, child.stdin), pipeline(child.stdout, createWriteStream(file))])
  return { name, file, test: { file: packer, args: ['-q', '-t', file] } }
}

async function sevenZip({ sevenZip }: Decoders, mesh: string, file: string) {
  if (sevenZip === null) return null
  const env = sevenZip.libraryPath === '' ? {} : { LD_LIBRARY_PATH: sevenZip.libraryPath }
  const child = spawn(sevenZip.file, ['a', '-mx=3', '-bd', file, mesh], {
    stdio: 'ignore',
    env: { ...process.env, ...env },
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`Cannot pack ${file}: 7zz ended with ${code}`)
  return { name: '7z', file, test: { file: sevenZip.file, args: ['t', '-bd', file], env } }
}
