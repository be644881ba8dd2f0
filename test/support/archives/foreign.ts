import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Decoders } from '#shared/gate/decoders/decoders.ts'
import { runTool } from './decoder-tools.ts'

export type ForeignMember = { readonly name: string; readonly data: Buffer }
const CODEC_FLAGS = {
  bz2: '--bzip2',
  xz: '--xz',
  zst: '--zstd',
  lz4: '--lz4',
  Z: '--compress',
  lzma: '--lzma',
} as const
export type CodecName = keyof typeof CODEC_FLAGS

/** Archives made by the tools themselves, in a folder that is theirs. */
export class ForeignMaker {
  readonly #tools: Decoders
  readonly #folder: string
  constructor(tools: Decoders, folder: string) {
    this.#tools = tools
    this.#folder = folder
  }

  #write(members: readonly ForeignMember[]): string[] {
    for (const { name, data } of members) writeFileSync(join(this.#folder, name), data)
    return members.map(({ name }) => name)
  }

  /** The content alone in a codec, without a tar around it. */
  packed(codec: CodecName, data: Buffer): Buffer {
    const [name] = this.#write([{ name: 'content', data }]) as [string]
    return this.#made('--format=raw', CODEC_FLAGS[codec], name)
  }

  /** 7zip, cpio, odc, ar…: whatever bsdtar writes. */
  archive(format: string, members: readonly ForeignMember[], ...more: string[]): Buffer {
    return this.#made(`--format=${format}`, ...more, ...this.#write(members))
  }

  /** Into a file: what it writes to a pipe it fills up with zeros. */
  #made(...args: string[]): Buffer {
    runTool(this.#tools.bsdtar, ['-cf', 'made', ...args], this.#folder)
    return readFileSync(join(this.#folder, 'made'))
  }

  /** By 7zz, e.g. `-p` for a password or `-mm=` for a method; `type` is 7z or zip. */
  bySevenZip(type: '7z' | 'zip', members: readonly ForeignMember[], ...more: string[]): Buffer {
    const file = join(this.#folder, `made.${type}`)
    rmSync(file, { force: true })
    runTool(this.#tools.sevenZip, ['a', `-t${type}`, '-y', ...more, file, ...this.#write(members)], this.#folder)
    return readFileSync(file)
  }
}
