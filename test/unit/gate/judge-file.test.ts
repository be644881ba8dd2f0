import { createHash } from 'node:crypto'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_POLICY, type Policy } from '#shared/domain/policy.ts'
import { type GateProgress, judgeFile } from '#shared/gate/judge-file.ts'
import { deflatedZeros, gzipBomb } from '../../support/archives/bombs.ts'
import { noise } from '../../support/archives/bytes.ts'
import { lsdynaDeck, sbatchScript } from '../../support/archives/cae.ts'
import { peFile } from '../../support/archives/executables.ts'
import { gzipOf, tarOf } from '../../support/archives/tar.ts'
import { zipOf } from '../../support/archives/zip.ts'
import { judge, summary, verdictOf } from './judge.ts'

const MIB = 1024 * 1024
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const lenient = (...codes: (keyof Policy['severities'])[]): Policy => ({
  ...DEFAULT_POLICY,
  severities: Object.fromEntries(codes.map((code) => [code, 'warning' as const])),
})

test('coverage says what was looked at', async () => {
  const inner = zipOf([{ name: 'a.k', data: lsdynaDeck(20) }])
  const file = gzipOf(
    tarOf([
      { name: 'in.zip', data: inner },
      { name: 'b.k', data: 'b' },
    ]),
  )
  const { coverage } = await judge('case.tar.gz', file)
  expect(coverage).toEqual({
    bytes_total: file.length,
    bytes_read: file.length,
    bytes_decoded: 10_240 + lsdynaDeck(20).length,
    entries: 3,
    depth: 2,
    engines: ['name', 'executable', 'type', 'gzip', 'tar', 'zip', 'active', 'sha256'],
    limits_hit: [],
    not_inspected: [],
  })
})

test('the digest is that of the file, also where a zip is read out of order', async () => {
  const stored = { name: 'b', data: noise(3 * MIB), method: 0 }
  const file = zipOf([
    { name: 'a', data: noise(5 * MIB, 7) },
    stored,
    { name: 'c.zip', data: zipOf([stored]), method: 0 },
  ])
  const report = await judge('case.zip', file)
  expect(report.findings).toEqual([])
  expect(report.sha256).toBe(sha256(file))
  expect(report.coverage.bytes_read).toBe(file.length)
})

test('the first reason for quarantine ends the judging; the digest is that of the whole file all the same', async () => {
  const file = Buffer.concat([peFile(), noise(30 * MIB)])
  const report = await judge('deck.k', file)
  expect(report.sha256).toBe(sha256(file))
  expect(report.detected_type).toBe('Windows program or library (PE)')
  expect(report.coverage.bytes_read).toBeLessThan(5 * MIB)
  const byName = await judge('solver.exe', file)
  expect([byName.coverage.bytes_read, byName.sha256]).toEqual([0, sha256(file)])
})

test('a policy that lets findings pass has everything looked at', async () => {
  const file = zipOf([
    { name: 'a', data: peFile() },
    { name: 'b', data: 'x', flags: 1 },
    { name: 'c', data: 'abc', crc: 1 },
    { name: 'd.gz', data: gzipOf(noise(100)).subarray(0, -8) },
    { name: 'e.sh', data: sbatchScript() },
  ])
  const policy = lenient('executable', 'not_inspectable')
  const report = await judge('case.zip', file, { policy })
  expect(verdictOf(report, policy).outcome).toBe('complete')
  expect(summary(report.findings)).toEqual([
    'executable at a',
    'not_inspectable at b',
    'not_inspectable at c',
    'not_inspectable at d.gz',
    'script at e.sh',
  ])
  expect(report.coverage.not_inspected).toEqual(['b', 'c', 'd.gz'])
  expect(report.coverage.entries).toBe(5)
  expect(report.sha256).toBe(sha256(file))
})

test('a spent budget ends the decoding whatever the policy says of it', async () => {
  const budgets = { ...DEFAULT_POLICY.budgets, ratioFreeBytes: MIB }
  const policy = { ...lenient('archive_bomb'), budgets }
  const file = gzipBomb(256 * MIB)
  const report = await judge('zeros.gz', file, { policy })
  expect(summary(report.findings)).toEqual(['archive_bomb'])
  expect(report.coverage.bytes_decoded).toBeLessThan(70 * MIB)
  expect(report.sha256).toBe(sha256(file))
})

test('findings of one kind are kept up to a limit, and the rest is counted', async () => {
  const file = zipOf(Array.from({ length: 120 }, (_, i) => ({ name: `${i}.sh`, data: 'echo' })))
  const { findings } = await judge('case.zip', file)
  expect(findings).toHaveLength(51)
  expect(findings.at(-1)).toEqual({ code: 'script', place: '', detail: 'and 70 more of this kind' })
})

test('progress grows up to the whole file and names the stage', async () => {
  const seen: GateProgress[] = []
  const file = noise(9 * MIB)
  await judge('field.bin', file, { onProgress: (progress) => seen.push(progress) })
  expect(seen.length).toBeGreaterThan(3)
  expect(seen.map(({ bytes }) => bytes)).toEqual(seen.map(({ bytes }) => bytes).toSorted((a, b) => a - b))
  expect(seen.at(-1)).toMatchObject({ bytes: file.length, total: file.length, stage: 'type' })
})

test('an abort ends the judging with its reason', async () => {
  const abort = new AbortController()
  const reason = new Error('stopping')
  const judging = judge('field.bin', noise(9 * MIB), { signal: abort.signal, onProgress: () => abort.abort(reason) })
  await expect(judging).rejects.toBe(reason)
})

test.each([
  ['plain', () => noise(5 * MIB)],
  [
    'zip',
    () =>
      zipOf([
        { name: 'a', ...deflatedZeros(64 * MIB) },
        { name: 'b', data: noise(5 * MIB) },
      ]),
  ],
  ['gzip', () => gzipOf(noise(5 * MIB))],
] as const)('a fault of the disk is thrown and never becomes a verdict: %s', async (kind, bytes) => {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-gate-'))
  try {
    const file = join(folder, 'staged')
    await writeFile(file, bytes())
    const handle = await open(file, 'r')
    const { size } = await handle.stat()
    // The handle goes while the file is read: what an unmounted file system or a dead disk looks like.
    const onProgress = () => void handle.close()
    const judging = judgeFile(
      { handle, size, path: `a.${kind === 'gzip' ? 'gz' : kind}` },
      { policy: DEFAULT_POLICY, onProgress },
    )
    await expect(judging).rejects.toThrow(/EBADF|closed/)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a file that is shorter than it was when it was received is a fault of the disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-gate-'))
  try {
    const file = join(folder, 'staged')
    await writeFile(file, noise(1000))
    await using handle = await open(file, 'r')
    const judging = judgeFile({ handle, size: 2000, path: 'a.bin' }, { policy: DEFAULT_POLICY })
    await expect(judging).rejects.toThrow('it ends at 1000 of 2000 bytes')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a nested archive beyond the spool is not inspectable', async () => {
  const policy = { ...DEFAULT_POLICY, budgets: { ...DEFAULT_POLICY.budgets, maxSpoolBytes: MIB } }
  const file = zipOf([{ name: 'in.zip', data: zipOf([{ name: 'a', data: noise(2 * MIB) }]) }])
  const report = await judge('case.zip', file, { policy })
  expect(summary(report.findings)).toEqual(['not_inspectable at in.zip'])
  expect(report.coverage.limits_hit).toEqual(['maxSpoolBytes'])
})

test('a nested archive larger than memory allows goes through a spool file and leaves none behind', async () => {
  const file = zipOf([
    {
      name: 'in.zip',
      data: zipOf([
        { name: 'a.k', data: noise(20 * MIB) },
        { name: 'b', data: peFile() },
      ]),
    },
  ])
  expect(summary((await judge('case.zip', file)).findings)).toEqual(['executable at in.zip › b'])
})
