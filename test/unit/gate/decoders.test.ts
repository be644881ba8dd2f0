import { crc32, gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { DEFAULT_POLICY } from '#shared/domain/policy.ts'
import { missingDecoders, NO_DECODERS } from '#shared/gate/decoders/decoders.ts'
import { toolsForTests } from '../../support/archives/decoder-tools.ts'
import { elfFile } from '../../support/archives/executables.ts'
import { type CodecName, ForeignMaker } from '../../support/archives/foreign.ts'
import { tarOf } from '../../support/archives/tar.ts'
import { zipOf } from '../../support/archives/zip.ts'
import { makeTempFolder } from '../../support/temp.ts'
import { judge, summary, verdictOf } from './judge.ts'

const decoders = await toolsForTests()
const folder = await makeTempFolder('foreign')
afterAll(() => folder.remove())
const maker = new ForeignMaker(decoders, folder.path)

const deck = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `${i},${i * 0.5},${i % 7}\n`).join(''))
const CODECS = ['bz2', 'xz', 'zst', 'lz4', 'Z', 'lzma'] as const satisfies readonly CodecName[]
const found = async (path: string, bytes: Buffer) => summary((await judge(path, bytes, { decoders })).findings)
const details = async (path: string, bytes: Buffer) =>
  (await judge(path, bytes, { decoders })).findings.map(({ code, detail }) => `${code}: ${detail}`)

test.each(CODECS)('%s is decoded whole, and its name is the inner one', async (codec) => {
  const report = await judge(`deck.inp.${codec}`, maker.packed(codec, deck), { decoders })
  expect(summary(report.findings)).toEqual([])
  expect(report.coverage).toMatchObject({ bytes_decoded: deck.length, depth: 1, not_inspected: [] })
})

test.each(CODECS)('%s: an executable inside is one', async (codec) => {
  expect(await found(`x.${codec}`, maker.packed(codec, elfFile()))).toEqual(['executable'])
})

test.each(CODECS)('tar in %s is one layer, and its members are judged', async (codec) => {
  const tar = tarOf([
    { name: 'a/deck.k', data: deck },
    { name: 'a/solver', data: elfFile() },
  ])
  const report = await judge(`case.tar.${codec}`, maker.packed(codec, tar), { decoders })
  expect(summary(report.findings)).toEqual(['executable at a/solver'])
  expect(report.coverage.depth).toBe(1)
})

// .Z has no end and no check sum: whatever is cut off is simply not there.
test.each(CODECS.filter((codec) => codec !== 'Z'))(
  '%s cut off or followed by other bytes is held back',
  async (codec) => {
    const whole = maker.packed(codec, deck)
    expect(await found(`x.${codec}`, whole.subarray(0, whole.length - 20))).toEqual(['not_inspectable'])
    const [more] = await found(`x.${codec}`, Buffer.concat([whole, Buffer.from('more bytes behind the end')]))
    expect(['not_inspectable', 'ambiguous_archive']).toContain(more)
  },
)

test.each(['bz2', 'xz', 'zst', 'lz4'] as const)(
  '%s: all frames are read, and each may begin an executable',
  async (codec) => {
    const two = Buffer.concat([maker.packed(codec, deck), maker.packed(codec, deck)])
    const report = await judge(`x.inp.${codec}`, two, { decoders })
    expect([summary(report.findings), report.coverage.bytes_decoded]).toEqual([[], 2 * deck.length])
    const hidden = Buffer.concat([maker.packed(codec, deck), maker.packed(codec, elfFile())])
    expect(await details(`x.inp.${codec}`, hidden)).toEqual([
      expect.stringMatching(/^executable: .* in a later frame$/),
    ])
  },
)

test.each(['bz2', 'xz', 'zst', 'lz4'] as const)(
  '%s filled up with zeros, as bsdtar leaves a pipe, is good',
  async (codec) => {
    const packed = Buffer.concat([maker.packed(codec, deck), Buffer.alloc(5001)])
    const report = await judge(`x.inp.${codec}`, packed, { decoders })
    expect([summary(report.findings), report.coverage.bytes_decoded]).toEqual([[], deck.length])
  },
)

test('a codec is decoded once: what looks like another one inside is a layer of its own', async () => {
  const report = await judge('x.k.bz2.xz', maker.packed('xz', maker.packed('bz2', deck)), { decoders })
  expect(report.coverage.depth).toBe(2)
  const mail = Buffer.from(`notes\nbegin 644 prog\n#0V%T\n\`\nend\n${'text\n'.repeat(100)}`)
  expect((await judge('mail.txt.xz', maker.packed('xz', mail), { decoders })).coverage.bytes_decoded).toBe(mail.length)
})

test.each([
  ['7zip', 'x.7z'],
  ['newc', 'x.cpio'],
  ['odc', 'x.cpio'],
  ['ar', 'libx.a'],
] as const)('%s: members are judged one by one', async (format, path) => {
  const good = maker.archive(format, [
    { name: 'deck.k', data: deck },
    { name: 'notes.txt', data: Buffer.from('hi\n') },
  ])
  const report = await judge(path, good, { decoders })
  expect([summary(report.findings), report.coverage.entries]).toEqual([[], 2])
  const bad = maker.archive(format, [
    { name: 'deck.k', data: deck },
    { name: 'prog', data: elfFile() },
  ])
  expect(await found(path, bad)).toEqual(['executable at prog'])
})

test('7z: encrypted, cut off, with bytes behind it, of an unknown method: each says which', async () => {
  const members = [{ name: 'deck.k', data: deck }]
  expect(await details('x.7z', maker.bySevenZip('7z', members, '-psecret'))).toEqual(['not_inspectable: encrypted'])
  const hidden = maker.bySevenZip('7z', members, '-psecret', '-mhe=on')
  expect(await details('x.7z', hidden)).toEqual(['not_inspectable: encrypted'])
  const whole = maker.bySevenZip('7z', members)
  expect(await details('x.7z', whole.subarray(0, 200))).toEqual([expect.stringMatching(/^not_inspectable: cut off/)])
  expect(await found('x.7z', Buffer.concat([whole, Buffer.from('tail')]))).toEqual(['ambiguous_archive'])
  const unknown = maker.bySevenZip('7z', members, '-m0=Deflate64')
  expect(await details('x.7z', unknown)).toEqual([expect.stringMatching(/method that is not supported \(Deflate64\)/)])
})

test.each(['Deflate64', 'BZip2', 'LZMA', 'XZ'])('zip method %s is decoded and checked', async (method) => {
  const members = [
    { name: 'deck.k', data: deck },
    { name: 'prog', data: elfFile() },
  ]
  const good = maker.bySevenZip('zip', members.slice(0, 1), `-mm=${method}`)
  const report = await judge('x.zip', good, { decoders })
  expect([summary(report.findings), report.coverage.bytes_decoded]).toEqual([[], deck.length])
  expect(await found('x.zip', maker.bySevenZip('zip', members, `-mm=${method}`))).toEqual(['executable at prog'])
})

test('zip method 93, and a CRC that does not fit', async () => {
  const raw = maker.packed('zst', deck)
  const member = { name: 'deck.k', raw, method: 93, size: deck.length, crc: crc32(deck) }
  expect(await found('x.zip', zipOf([member]))).toEqual([])
  expect(await found('x.zip', zipOf([{ ...member, crc: 1 }]))).toEqual(['not_inspectable at deck.k'])
  expect(await found('x.zip', zipOf([{ ...member, size: 100 }]))).toEqual(['ambiguous_archive at deck.k'])
})

test('a tar.xz in a zip in a 7z is followed to its end, and leaves no decoder behind', async () => {
  const xz = maker.packed('xz', tarOf([{ name: 'bin/solver', data: elfFile() }]))
  const outer = maker.bySevenZip('7z', [{ name: 'inner.zip', data: zipOf([{ name: 'case.tar.xz', data: xz }]) }])
  expect(await found('x.7z', outer)).toEqual(['executable at inner.zip › case.tar.xz › bin/solver'])
})

test('a bomb is one by what comes out, in bounded memory; a window beyond the budget before anything does', async () => {
  const zeros = maker.packed('zst', Buffer.alloc(96 * 1024 * 1024))
  const policy = { ...DEFAULT_POLICY, budgets: { ...DEFAULT_POLICY.budgets, ratioFreeBytes: 64 * 1024 * 1024 } }
  const before = process.memoryUsage.rss()
  const report = await judge('x.dat.zst', zeros, { decoders, policy })
  expect(report.findings.map(({ code }) => code)).toEqual(['archive_bomb'])
  expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 1024 * 1024)
  const wide = Buffer.from('28b52ffd04a00100', 'hex')
  expect(await details('x.zst', Buffer.concat([wide, Buffer.alloc(64)]))).toEqual([
    'not_inspectable: needs a window of 1.0 GiB to decode; the limit is 128.0 MiB: pack it without --long or a dictionary of that size',
  ])
})

test('what slow decoders give has a lower floor for the ratio, and fast ones are not held to it', async () => {
  const budgets = { ...DEFAULT_POLICY.budgets, slowRatioFreeBytes: 4 * 1024 * 1024 }
  const zeros = Buffer.alloc(8 * 1024 * 1024)
  const member = [{ name: 'x.dat', data: zeros }]
  for (const [path, bytes, bombs] of [
    ['x.dat.gz', gzipSync(zeros), 0],
    ['x.dat.zst', maker.packed('zst', zeros), 0],
    ['x.dat.bz2', maker.packed('bz2', zeros), 1],
    ['x.dat.xz', maker.packed('xz', zeros), 1],
    ['x.7z', maker.bySevenZip('7z', member), 1],
    ['x.zip', maker.bySevenZip('zip', member, '-mm=BZip2'), 1],
    ['x.zip', maker.bySevenZip('zip', member, '-mm=Deflate64'), 1],
    ['x.zip', maker.bySevenZip('zip', member), 0],
  ] as const) {
    const { findings } = await judge(path, bytes, { decoders, policy: { ...DEFAULT_POLICY, budgets } })
    expect([path, findings.map(({ code }) => code)]).toEqual([path, Array(bombs).fill('archive_bomb')])
    for (const { detail } of findings) expect(detail).toMatch(/the limit is 250 times above (4.0 MiB|512.0 KiB)$/)
  }
})

test.each(['sevenZip', 'bsdcat'] as const)('bzip2 needs 7zz or bsdcat: it is read without %s', async (absent) => {
  const others = { ...decoders, [absent]: null }
  const two = Buffer.concat([maker.packed('bz2', deck), maker.packed('bz2', elfFile())])
  const report = await judge('x.bz2', two, { decoders: others })
  expect(summary(report.findings)).toEqual(['executable'])
  expect(report.coverage.not_inspected).toEqual([])
  expect(missingDecoders(others).flatMap(({ formats }) => formats)).not.toContain('bzip2')
})

test('without decoders these formats are held back, each by its name, and nothing else is', async () => {
  for (const [path, bytes] of [
    ['x.k.xz', maker.packed('xz', deck)],
    ['x.7z', maker.archive('7zip', [{ name: 'deck.k', data: deck }])],
    ['x.zip', maker.bySevenZip('zip', [{ name: 'deck.k', data: deck }], '-mm=BZip2')],
  ] as const) {
    const report = await judge(path, bytes)
    expect(report.findings.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
      expect.stringMatching(/^not_inspectable: no decoder for (?:xz|7z|bzip2) on this system$/),
    ])
    expect(report.coverage.not_inspected).toHaveLength(1)
    expect(verdictOf(report).outcome).toBe('quarantined')
  }
  expect(missingDecoders(NO_DECODERS)).toEqual([
    { tool: 'prlimit', formats: ['bzip2', 'xz', 'lz4', 'zstd with windows above 8 MiB', '7z', 'rar', 'cab', 'lzma'] },
  ])
  expect(missingDecoders(decoders)).toEqual([])
})
