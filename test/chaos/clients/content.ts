import { createHash } from 'node:crypto'
import { GIB, KIB, MIB } from '#shared/domain/limits.ts'
import { zipBomb } from '../../support/archives/bombs.ts'
import { binaryStl, fmuLike, hdf5File, lsdynaDeck, momentsCsv } from '../../support/archives/cae.ts'
import { elfFile, peFile } from '../../support/archives/executables.ts'
import { zipOf } from '../../support/archives/zip.ts'
import { createRandom, type Random } from '../random.ts'

/** The bytes of one file, made where they are asked for: a head, and behind it a filler that begins somewhere of its own. */
export type Content = {
  readonly size: number
  readonly extension: string
  /** What the gate must say. */
  readonly good: boolean
  slice(start: number, end: number): Buffer
}

/** Prime lengths: bytes put at a wrong place are never right by chance. */
const NOISE_BYTES = 8_388_593
const PIECE = 4 * MIB

let noiseBlock: Buffer | undefined
function noise(): Buffer {
  if (noiseBlock !== undefined) return noiseBlock
  const random = createRandom(42)
  noiseBlock = Buffer.alloc(NOISE_BYTES)
  for (let i = 0; i + 4 <= NOISE_BYTES; i += 4) noiseBlock.writeUInt32LE(Math.floor(random.next() * 2 ** 32), i)
  return noiseBlock
}

let textBlock: Buffer | undefined
/** Comment lines of 80 columns. */
function text(): Buffer {
  if (textBlock !== undefined) return textBlock
  const digits = noise()
    .subarray(0, 4 * MIB)
    .toString('hex')
  const lines: string[] = []
  for (let at = 0; at + 77 < digits.length; at += 77) lines.push(`$ ${digits.slice(at, at + 77)}\n`)
  textBlock = Buffer.from(lines.join('')).subarray(0, 8_388_587)
  return textBlock
}

function filled(size: number, wantedHead: Buffer, block: Buffer, shift: number): Content['slice'] {
  const head = wantedHead.subarray(0, size)
  return (start, end) => {
    const out = Buffer.allocUnsafe(Math.max(0, Math.min(end, size) - start))
    let at = start < head.length ? head.copy(out, 0, start, Math.min(head.length, start + out.length)) : 0
    while (at < out.length) {
      const from = (start + at - head.length + shift) % block.length
      at += block.copy(out, at, from, Math.min(block.length, from + out.length - at))
    }
    return out
  }
}

const whole = (extension: string, good: boolean, bytes: Buffer): Content => ({
  ...{ extension, good, size: bytes.length },
  slice: (start, end) => Buffer.from(bytes.subarray(start, end)),
})

let bomb: Buffer | undefined
const theBomb = () => (bomb ??= zipBomb({ expanded: 6 * GIB }))

type Maker = (size: number, random: Random) => Content

const deck: Maker = (size, random) => {
  const head = Buffer.from(`*KEYWORD\n$ ${random.int(0, 2 ** 31)}\n`)
  return { size, extension: 'k', good: true, slice: filled(size, head, text(), random.int(0, 90_000) * 80) }
}
/** Results of a solver: nobody knows the format. */
const results: Maker = (size, random) => {
  const head = Buffer.from(`results ${random.int(0, 2 ** 31)}\n`)
  return { size, extension: 'dat', good: true, slice: filled(size, head, noise(), random.int(0, NOISE_BYTES)) }
}
const program: Maker = (size, random) => {
  const head = Buffer.concat([random.chance(0.5) ? elfFile() : peFile(), Buffer.from(`${random.int(0, 2 ** 31)}`)])
  const full = Math.max(size, head.length)
  return { size: full, extension: 'dat', good: false, slice: filled(full, head, noise(), random.int(0, NOISE_BYTES)) }
}
const smallGood: Maker = (_size, random) =>
  random.pick([
    () => whole('k', true, lsdynaDeck(random.int(10, 3_000))),
    () => whole('csv', true, momentsCsv(random.int(10, 3_000))),
    () => whole('stl', true, binaryStl(random.int(10, 3_000), `part ${random.int(0, 2 ** 31)}`)),
    () => whole('h5', true, hdf5File({ size: random.int(4 * KIB, 64 * KIB) })),
    () => whole('fmu', true, fmuLike([{ name: 'resources/n.txt', data: String(random.int(0, 2 ** 31)) }])),
    () => whole('zip', true, zipOf([{ name: 'main.k', data: lsdynaDeck(random.int(10, 3_000)) }])),
  ])()
const smallBad: Maker = (_size, random) =>
  random.pick([
    () => whole('zip', false, zipOf([{ name: `tool-${random.int(0, 2 ** 31)}.dat`, data: peFile() }])),
    () => whole('zip', false, theBomb()),
    () => whole('k', false, Buffer.concat([elfFile(), Buffer.from(`${random.int(0, 2 ** 31)}`)])),
  ])()

const SIZES: readonly (readonly [number, readonly [number, number]])[] = [
  [45, [1, 64 * KIB]],
  [30, [64 * KIB, 2 * MIB]],
  [14, [2 * MIB, 16 * MIB]],
  [4, [16 * MIB, 64 * MIB]],
  [1, [64 * MIB, 200 * MIB]],
]

/** A file to send: mostly small, mostly good. */
export function drawContent(random: Random): Content {
  if (random.chance(0.05)) return whole('dat', true, Buffer.alloc(0))
  const [min, max] = random.weighted(SIZES)
  const make = random.weighted<Maker>([
    [30, deck],
    [30, results],
    [12, program],
    [20, smallGood],
    [8, smallBad],
  ])
  return make(random.int(min, max), random)
}

/** SHA-256 of the whole content, hex; gives the event loop a turn between pieces. */
export async function digestOf(content: Content): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < content.size; at += PIECE) {
    hash.update(content.slice(at, at + PIECE))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return hash.digest('hex')
}
