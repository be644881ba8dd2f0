import { createHash } from 'node:crypto'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAntivirus } from '#shared/antivirus/antivirus.ts'
import { createClamd } from '#shared/antivirus/clamd.ts'
import type { ClamdAddress } from '#shared/config/clamd.ts'
import { MIB } from '#shared/domain/limits.ts'
import { DEFAULT_POLICY, type Policy } from '#shared/domain/policy.ts'
import { decideVerdict, type GateReport } from '#shared/domain/verdict.ts'
import { EICAR, type FakeClamd, startFakeClamd } from '../support/fake-clamd.ts'
import { plainCoverage } from '../support/plain-verdict.ts'
import { freePort } from '../support/ports.ts'
import { type ClamdProgram, findClamd, type RealClamd, startRealClamd } from '../support/real-clamd.ts'
import { makeTempFolder, type TempFolder } from '../support/temp.ts'

/** What the gate says about a file that passed. */
const passed: GateReport = {
  findings: [],
  detected_type: null,
  sha256: 'ab',
  coverage: plainCoverage(1, ['type']),
}

let folder: TempFolder
let fake: FakeClamd
beforeAll(async () => {
  folder = await makeTempFolder('clamd')
  fake = await startFakeClamd()
})
afterAll(async () => {
  await fake.stop()
  await folder.remove()
})
beforeEach(() => {
  fake.behave({})
  for (const list of [fake.commands, fake.streams, fake.pieces]) list.length = 0
})

const fileOf = async (bytes: Buffer): Promise<{ file: string; size: number }> => {
  const file = join(folder.path, createHash('sha256').update(bytes).digest('hex'))
  await writeFile(file, bytes)
  return { file, size: bytes.length }
}
/** A hole of zeros: large without being there. */
const sparseFile = async (size: number): Promise<{ file: string; size: number }> => {
  const { file } = await fileOf(Buffer.from(`sparse ${size}`))
  await truncate(file, size)
  return { file, size }
}
type Options = {
  policy?: Policy
  signal?: AbortSignal
  address?: ClamdAddress
  onBytes?: (sent: number) => void
  probeMs?: number
}
/** For answers that come, however busy the machine is; and for those that never do. */
const [LONG_MS, SHORT_MS] = [20_000, 300]

function ask(given: { file: string; size: number }, options: Options = {}): Promise<GateReport> {
  const { policy = DEFAULT_POLICY, signal = new AbortController().signal, onBytes = () => undefined } = options
  const antivirus = createAntivirus(
    createClamd(options.address ?? fake.address, { probeMs: options.probeMs ?? LONG_MS }),
  )
  return antivirus(passed, { ...given, policy }, { signal, onBytes })
}
const verdict = async (given: { file: string; size: number }, options: Options = {}) =>
  decideVerdict(await ask(given, options), options.policy ?? DEFAULT_POLICY, 'now')

const skipped = {
  outcome: 'complete',
  warnings: [{ code: 'antivirus_skipped', place: '' }],
  coverage: { engines: ['type'], limits_hit: ['antivirus.max_bytes'], not_inspected: ['antivirus: not_scanned: size'] },
}
const unavailable = (code: string) => ({ kind: 'unavailable', code })

describe('a fake that speaks the protocol', () => {
  test('a clean file: every byte arrives in bounded pieces, and the engine is named', async () => {
    const bytes = Buffer.alloc(MIB + 1, 'case ')
    const sent: number[] = []
    const { findings, coverage } = await ask(await fileOf(bytes), { onBytes: (count) => sent.push(count) })
    expect(findings).toEqual([])
    expect(coverage.engines).toEqual(['type', 'clamav 1.4.3/27000'])
    expect(fake.commands).toEqual(['zVERSION', 'zINSTREAM'])
    expect(fake.streams[0]?.equals(bytes)).toBe(true)
    expect(Math.max(...fake.pieces)).toBe(256 * 1024)
    expect(sent.at(-1)).toBe(bytes.length)
  })

  test('an empty file is a stream without a piece', async () => {
    expect(await verdict(await fileOf(Buffer.alloc(0)))).toMatchObject({ outcome: 'complete', warnings: [] })
    expect(fake.pieces).toEqual([])
    expect(fake.streams).toHaveLength(1)
  })

  test('a hit is malware, with the name of the signature', async () => {
    const found = await verdict(await fileOf(Buffer.concat([Buffer.alloc(300_000, 'x'), EICAR])))
    expect(found).toMatchObject({
      outcome: 'quarantined',
      reasons: [{ code: 'malware', place: '', detail: 'Eicar-Signature (clamav 1.4.3/27000)' }],
    })
  })

  test('the version is asked for once, not for each file', async () => {
    const clamd = createClamd(fake.address)
    const { signal } = new AbortController()
    await clamd.version(signal)
    await clamd.version(signal)
    expect(fake.commands).toEqual(['zVERSION'])
  })

  describe('what it does not read whole is never clean', () => {
    test('larger than the policy lets it have: it is not even asked', async () => {
      const policy = { ...DEFAULT_POLICY, antivirus: { maxBytes: 9, aboveLimit: 'warning' } as const }
      expect(await verdict(await fileOf(Buffer.alloc(10)), { policy })).toMatchObject(skipped)
      expect(fake.commands).toEqual([])
      expect(await verdict(await fileOf(Buffer.alloc(9)), { policy })).toMatchObject({ warnings: [] })
    })

    test('2 GiB and more are never sent', async () => {
      expect(await verdict(await sparseFile(2048 * MIB))).toMatchObject(skipped)
      expect(fake.commands).toEqual([])
    })

    test.each([1, 100_000, 5 * MIB, 20 * MIB])(
      'StreamMaxLength %i: it answers and closes while we write',
      async (max) => {
        fake.behave({ streamMaxLength: max })
        const file = await sparseFile(64 * MIB)
        for (let i = 0; i < 20; i++) expect(await verdict(file)).toMatchObject(skipped)
      },
    )

    test('its own limits, told as a heuristic', async () => {
      fake.behave({ answer: () => 'stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND' })
      expect(await verdict(await fileOf(EICAR))).toMatchObject(skipped)
    })

    test('an engine that says OK to what it leaves unread is believed only where it surely read', async () => {
      fake.behave({ streamMaxLength: 2 ** 31 })
      expect(await verdict(await sparseFile(25 * MIB))).toMatchObject({ warnings: [] })
      expect(await verdict(await sparseFile(25 * MIB + 1))).toMatchObject(skipped)
      const nested = (stream: Buffer) => stream.length < 100_000 && stream[0] === 0x1f
      const limit = 'stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND'
      fake.behave({ streamMaxLength: 2 ** 31, answer: (stream) => (nested(stream) ? limit : 'stream: OK') })
      expect(await verdict(await sparseFile(25 * MIB + 1))).toMatchObject({ outcome: 'complete', warnings: [] })
    })

    test.each(['quarantine', 'ignore'] as const)('the policy decides: %s', async (aboveLimit) => {
      const policy = { ...DEFAULT_POLICY, antivirus: { maxBytes: 1, aboveLimit } }
      const { outcome, reasons, warnings, coverage } = await verdict(await fileOf(EICAR), { policy })
      expect([outcome, reasons.length, warnings.length]).toEqual(
        aboveLimit === 'quarantine' ? ['quarantined', 1, 0] : ['complete', 0, 0],
      )
      expect(coverage.not_inspected).toEqual(['antivirus: not_scanned: size'])
    })

    test('encrypted, where the engine alerts on it', async () => {
      fake.behave({ answer: () => 'stream: Heuristics.Encrypted.Zip FOUND' })
      const file = await fileOf(EICAR)
      expect((await verdict(file)).reasons).toMatchObject([{ code: 'not_inspectable' }])
      const policy: Policy = { ...DEFAULT_POLICY, severities: { 'not_inspectable.encrypted': 'warning' } }
      expect(await verdict(file, { policy })).toMatchObject({ outcome: 'complete', warnings: [{}] })
    })
  })

  describe('no answer is no verdict, and another try may give one', () => {
    const slow: Policy = { ...DEFAULT_POLICY, budgets: { ...DEFAULT_POLICY.budgets, wallClockBaseMs: 300 } }
    test.each(['stream: OK and more', 'UNKNOWN COMMAND', 'stream: Out of memory ERROR', ''])('%j', async (answer) => {
      fake.behave({ answer: () => answer })
      await expect(ask(await fileOf(EICAR))).rejects.toMatchObject(unavailable('antivirus_fault'))
    })
    test('an answer without an end', async () => {
      fake.behave({ answer: () => 'x'.repeat(9000) })
      await expect(ask(await fileOf(EICAR))).rejects.toMatchObject(unavailable('antivirus_fault'))
    })
    test('it is not clamd', async () => {
      fake.behave({ version: 'HTTP/1.1 400 Bad Request' })
      await expect(ask(await fileOf(EICAR))).rejects.toMatchObject(unavailable('antivirus_fault'))
    })
    test('nobody listens', async () => {
      const address = { host: '127.0.0.1', port: await freePort() }
      await expect(ask(await fileOf(EICAR), { address })).rejects.toMatchObject(unavailable('antivirus_down'))
      const nowhere = { path: join(folder.path, 'no-socket') }
      await expect(ask(await fileOf(EICAR), { address: nowhere })).rejects.toMatchObject(unavailable('antivirus_down'))
    })
    test('it dies in the middle: that is not its limit', async () => {
      fake.behave({ closeAfter: 2 * MIB })
      await expect(ask(await sparseFile(64 * MIB), { probeMs: SHORT_MS })).rejects.toMatchObject(
        unavailable('antivirus_closed'),
      )
    })
    test('it never answers', async () => {
      fake.behave({ silent: true })
      await expect(ask(await fileOf(EICAR), { policy: slow })).rejects.toMatchObject(unavailable('antivirus_timeout'))
    })
    test('the worker stops', async () => {
      fake.behave({ silent: true })
      const stop = new AbortController()
      const asked = ask(await fileOf(EICAR), { signal: stop.signal, onBytes: () => stop.abort() })
      await expect(asked).rejects.toMatchObject(unavailable('scan_aborted'))
    })
    test('the file is shorter than it was', async () => {
      const { file, size } = await fileOf(EICAR)
      await expect(ask({ file, size: size + 1 })).rejects.toMatchObject(unavailable('file_unread'))
    })
  })
})

const program = await findClamd()
describe.skipIf(program === undefined)('the real clamd, with one signature of ours', () => {
  let real: RealClamd
  beforeAll(async () => {
    if (program !== undefined)
      real = await startRealClamd(program, ['StreamMaxLength 4M', 'MaxFileSize 4M', 'AlertExceedsMax yes'])
  })
  afterAll(() => real.stop())

  test('EICAR is found, also in the middle of a file; a deck is clean', async () => {
    const address = { path: real.path }
    const found = await verdict(await fileOf(Buffer.concat([Buffer.alloc(MIB, 'x'), EICAR])), { address })
    expect(found.reasons).toMatchObject([{ code: 'malware', detail: expect.stringContaining('Eicar-Own.UNOFFICIAL') }])
    const clean = await verdict(await fileOf(Buffer.from('*KEYWORD\n*END\n')), { address })
    expect(clean).toMatchObject({ outcome: 'complete', warnings: [] })
    expect(clean.coverage.engines.at(-1)).toMatch(/^clamav \d+\.\d+\.\d+/)
  })

  test('beyond StreamMaxLength it closes while we write: skipped, every time', async () => {
    const file = await sparseFile(64 * MIB)
    for (let i = 0; i < 20; i++) expect(await verdict(file, { address: { path: real.path } })).toMatchObject(skipped)
  })

  test('the length alone is answered where it is too much, and not where it is not', async () => {
    const clamd = (probeMs: number) => createClamd({ path: real.path }, { probeMs })
    const { signal } = new AbortController()
    expect(await clamd(LONG_MS).isBeyondLimit(4 * MIB + 1, signal)).toBe(true)
    expect(await clamd(SHORT_MS).isBeyondLimit(4 * MIB, signal)).toBe(false)
  })

  test('whether it tells of its limits shows', async () => {
    const { signal } = new AbortController()
    expect(await createClamd({ path: real.path }).tellsLimits(signal)).toBe(true)
    const silent = await startRealClamd(program as ClamdProgram, ['StreamMaxLength 64M', 'MaxFileSize 1M'])
    expect(await createClamd({ path: silent.path }).tellsLimits(signal)).toBe(false)
    expect(await verdict(await sparseFile(32 * MIB), { address: { path: silent.path } })).toMatchObject(skipped)
    await silent.stop()
  })
})
