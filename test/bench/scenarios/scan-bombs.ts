import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib'
import type { Decoders } from '#shared/gate/decoders/decoders.ts'
import { BOMB_CASES } from '../../support/adversary/catalogue.ts'
import { crcRepeated } from '../../support/archives/bombs.ts'
import { tarOf } from '../../support/archives/tar.ts'
import { zipOf } from '../../support/archives/zip.ts'
import { lsDynaDeck } from '../deck.ts'
import { median } from '../statistics.ts'
import { fixed, mebibytes, table } from '../table.ts'
import { pinning, scanOnce } from './scan-measure.ts'
import type { ScanFigures } from './scan-process.ts'

const ROUNDS = 3
const MIB = 2 ** 20
const SHOWN = 8

async function scanBytes(folder: string, name: string, bytes: Buffer, decoders: Decoders): Promise<ScanFigures> {
  const file = join(folder, name)
  await writeFile(file, bytes)
  try {
    return await scanOnce({ file, decoders })
  } finally {
    await rm(file)
  }
}

/** Archives that are good, and large in one way. */
export async function memberTable(folder: string, decoders: Decoders): Promise<string> {
  const rows: string[][] = []
  for (const [name, file, make] of LARGE) {
    const bytes = make()
    const rounds: ScanFigures[] = []
    for (let round = 0; round < ROUNDS; round++) rounds.push(await scanBytes(folder, file, bytes, decoders))
    const seconds = median(rounds.map(({ ms }) => ms)) / 1000
    const peak = Math.max(...rounds.map((round) => round.peak))
    rows.push([name, rounds[0]?.outcome ?? '', `${fixed(seconds)} s`, `${mebibytes(peak)} MiB`])
  }
  const head = ['', 'verdict', 'time', 'peak']
  return `Large and good, ${pinning()}; medians of ${ROUNDS} rounds\n\n${table(head, rows)}`
}

const small = lsDynaDeck(600)
const members = Array.from({ length: 20_000 }, (_, i) => ({ name: `case/${i % 100}/${i}.k`, data: small }))
const LARGE: readonly (readonly [name: string, file: string, make: () => Buffer])[] = [
  ['20,000 members of 600 bytes, zip', 'members.zip', () => zipOf(members)],
  ['20,000 members of 600 bytes, tar', 'members.tar', () => tarOf(members)],
  ['20,000 members of 600 bytes, tar.gz', 'members.tar.gz', () => gzipSync(tarOf(members))],
  ['2 GiB of mesh text in one member', 'mesh.zip', repeatedMesh],
]

/** 16 KiB of mesh again and again: as far as deflate goes with text, and one member of 2 GiB without 2 GiB of work. */
function repeatedMesh(): Buffer {
  const block = Buffer.alloc(16 * MIB, lsDynaDeck(16_384))
  const part = deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH })
  const raw = Buffer.concat([...Array.from({ length: 128 }, () => part), Buffer.from([3, 0])])
  return zipOf([{ name: 'mesh.k', raw, size: 128 * block.length, crc: crcRepeated(crc32(block), block.length, 128) }])
}

/** Each bomb of the catalogue once. */
export async function bombTable(folder: string, decoders: Decoders): Promise<string> {
  const results: (ScanFigures & { name: string })[] = []
  for (const { name, path, bytes } of BOMB_CASES) {
    results.push({ name, ...(await scanBytes(folder, path, bytes(), decoders)) })
  }
  const times = results.map(({ ms }) => ms)
  const slowest = results.toSorted((a, b) => b.ms - a.ms).slice(0, SHOWN)
  const rows = slowest.map(({ name, outcome, ms, peak }) => [
    name,
    outcome,
    `${fixed(ms / 1000)} s`,
    `${mebibytes(peak)} MiB`,
  ])
  const passed = results.filter(({ outcome }) => outcome !== 'quarantined').map(({ name }) => name)
  const summary = [
    `${results.length} bombs, ${pinning()}: median ${fixed(median(times) / 1000, 3)} s, longest ${fixed(Math.max(...times) / 1000)} s,`,
    `${times.filter((ms) => ms < 100).length} below 0.1 s, peak ${mebibytes(Math.max(...results.map(({ peak }) => peak)))} MiB;`,
    passed.length === 0 ? 'all quarantined' : `NOT quarantined: ${passed.join(', ')}`,
  ].join(' ')
  return `${summary}\n\n${table([`the ${SHOWN} slowest`, 'verdict', 'time', 'peak'], rows)}`
}
