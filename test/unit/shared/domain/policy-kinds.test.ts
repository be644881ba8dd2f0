import { describe, expect, test } from 'vitest'
import { adviceOf } from '#shared/domain/finding-kinds.ts'
import type { FindingCode } from '#shared/domain/findings.ts'
import { DEFAULT_POLICY, type NativeKind, type Policy } from '#shared/domain/policy.ts'
import { decideVerdict, severityOf } from '#shared/domain/verdict.ts'
import { BZIP2_DECK } from '../../../support/adversary/formats/packed.ts'
import { elfFile, peFile } from '../../../support/archives/executables.ts'
import { zipOf } from '../../../support/archives/zip.ts'
import { judge } from '../../gate/judge.ts'

/** The words of finding-kinds.ts are the gate's: so everything here goes through the gate. */
async function verdict(path: string, bytes: Buffer, policy: Policy) {
  const report = await judge(path, bytes, { policy })
  return decideVerdict(report, policy, '2026-01-01T00:00:00Z')
}
const codes = (list: readonly { code: FindingCode }[]) => list.map(({ code }) => code)
const allowing = (...allowNative: NativeKind[]): Policy => ({ ...DEFAULT_POLICY, allowNative })

describe('compiled code of a user subroutine', () => {
  const [library, object, program] = [
    elfFile({ kind: 'shared' }),
    elfFile({ kind: 'object' }),
    elfFile({ kind: 'executable' }),
  ]
  const zipped = zipOf([
    { name: 'case/deck.k', data: '*KEYWORD\n*END\n' },
    { name: 'case/lib/umat.so.2', data: library },
  ])
  const cases: [string, string, Buffer, Policy, 'complete' | 'quarantined'][] = [
    ['a library where none is allowed', 'umat.so', library, DEFAULT_POLICY, 'quarantined'],
    ['a library', 'umat.so', library, allowing('so'), 'complete'],
    ['a library with a version', 'lib/umat.so.1.2', library, allowing('so'), 'complete'],
    ['a library in a zip', 'case.zip', zipped, allowing('so'), 'complete'],
    ['a library in a zip where objects are', 'case.zip', zipped, allowing('o'), 'quarantined'],
    ['an object file', 'umat.o', object, allowing('o'), 'complete'],
    ['an object file where libraries are', 'umat.o', object, allowing('so'), 'quarantined'],
    ['an object file named as a library', 'umat.so', object, allowing('so', 'o'), 'quarantined'],
    ['a program named as a library', 'umat.so', program, allowing('so', 'o'), 'quarantined'],
    ['a library under the name of data', 'mesh.dat', library, allowing('so', 'o'), 'quarantined'],
    ['a library that is only called so', '.so', library, allowing('so'), 'quarantined'],
    [
      'a library beside a Windows program',
      'x.zip',
      zipOf([
        { name: 'a.so', data: library },
        { name: 'b', data: peFile() },
      ]),
      allowing('so'),
      'quarantined',
    ],
  ]
  test.each(cases)('%s', async (_name, path, bytes, policy, outcome) => {
    const { notes, reasons, ...rest } = await verdict(path, bytes, policy)
    expect(rest.outcome).toBe(outcome)
    expect(codes(outcome === 'complete' ? notes : reasons)).toContain(
      outcome === 'complete' ? 'allowed_native_code' : 'executable',
    )
  })
})

test.each([
  ['umat.so', elfFile({ kind: 'shared' }), 'native library (ELF shared object)'],
  ['umat.o', elfFile({ kind: 'object' }), 'native object file (ELF)'],
])('%s is called what it is where it may come in', async (path, bytes, label) => {
  expect((await verdict(path, bytes, allowing('so', 'o'))).detected_type).toBe(label)
})

describe('what the user should do where nobody can look into it', () => {
  const adviceFor = async (path: string, bytes: Buffer) => {
    const [reason] = (await verdict(path, bytes, DEFAULT_POLICY)).reasons
    return adviceOf(reason as NonNullable<typeof reason>)
  }
  test('a site without the decoder says so', async () => {
    const { advice, adviceKo } = await adviceFor('deck.k.bz2', BZIP2_DECK)
    expect(advice).toMatch(/no decoder.*zip or tar\.gz.*administrator/)
    expect(adviceKo).toMatch(/디코더.*zip.*관리자/)
  })
  test('nobody need be asked for what has no reader', async () => {
    const { advice } = await adviceFor('a.lzo', Buffer.from('894c5a4f000d0a1a0a0000000000', 'hex'))
    expect(advice).toMatch(/zip or tar\.gz/)
    expect(advice).not.toMatch(/administrator|unencrypted/)
  })
  test('what is encrypted is to be sent unencrypted', async () => {
    const { advice } = await adviceFor('a.zip', zipOf([{ name: 'deck.k', data: '*KEYWORD\n', flags: 1 }]))
    expect(advice).toMatch(/unencrypted/)
  })
})

describe('what is encrypted, apart from what is damaged', () => {
  const encrypted = zipOf([{ name: 'deck.k', data: '*KEYWORD\n', flags: 1 }])
  const unknown = zipOf([{ name: 'deck.k', data: '*KEYWORD\n', method: 99 }])
  const lenient: Policy = { ...DEFAULT_POLICY, severities: { 'not_inspectable.encrypted': 'warning' } }
  test('both are held back by default', async () => {
    expect((await verdict('a.zip', encrypted, DEFAULT_POLICY)).reasons).toMatchObject([
      { code: 'not_inspectable', detail: 'encrypted' },
    ])
    expect((await verdict('a.zip', unknown, DEFAULT_POLICY)).outcome).toBe('quarantined')
  })
  test('a site lets the one through with a warning, and not the other', async () => {
    expect(await verdict('a.zip', encrypted, lenient)).toMatchObject({
      outcome: 'complete',
      warnings: [{ code: 'not_inspectable', place: 'deck.k' }],
    })
    expect((await verdict('a.zip', unknown, lenient)).outcome).toBe('quarantined')
  })
  test('the finer key wins, both ways', async () => {
    const strict: Policy = {
      ...DEFAULT_POLICY,
      severities: { not_inspectable: 'warning', 'not_inspectable.encrypted': 'quarantine' },
    }
    expect((await verdict('a.zip', encrypted, strict)).outcome).toBe('quarantined')
    expect((await verdict('a.zip', unknown, strict)).outcome).toBe('complete')
  })
})

describe('more of a kind than a verdict lists', () => {
  const many = (count: number, name: (i: number) => string, data: Buffer | string, more: object = {}) =>
    Array.from({ length: count }, (_, i) => ({ name: name(i), data, method: 0, ...more }))
  const scripts = many(10_000, (i) => `run/${i}.py`, 'print()\n')

  test('10,000 notes do not hide the one finding that a policy quarantines for', async () => {
    const coded = '#codeStream\n{\n  code #{ #};\n}\n'
    const field = `FoamFile\n{\n  version 2.0;\n  format ascii;\n  class dictionary;\n  object p;\n}\n${coded}`
    const policy: Policy = { ...DEFAULT_POLICY, severities: { active_content: 'quarantine' } }
    const zip = zipOf([...scripts, { name: 'z/p', data: field }])
    expect(await verdict('a.zip', zip, policy)).toMatchObject({
      outcome: 'quarantined',
      reasons: [{ code: 'active_content', place: expect.stringContaining('z/p') }],
    })
    const { outcome, notes } = await verdict('a.zip', zip, DEFAULT_POLICY)
    expect([outcome, ...new Set(codes(notes))]).toEqual(['complete', 'script', 'active_content'])
    expect(notes.at(-1)).toEqual({ code: 'script', place: '', detail: 'and 9,950 more of this kind' })
  })
  test('hundreds of allowed libraries are complete, and a program behind them is not', async () => {
    const library = elfFile({ kind: 'shared' })
    const libraries = many(300, (i) => `lib${i}.so`, library)
    const { outcome, notes } = await verdict('a.zip', zipOf(libraries), allowing('so'))
    expect([outcome, notes.at(-1)?.detail]).toEqual(['complete', 'and 250 more of this kind'])
    const bad = zipOf([...libraries, { name: 'tool', data: elfFile() }])
    expect((await verdict('a.zip', bad, allowing('so'))).reasons).toMatchObject([{ code: 'executable', place: 'tool' }])
  })
  test('hundreds of encrypted members are complete where they may be, and one that is damaged is not', async () => {
    const lenient: Policy = { ...DEFAULT_POLICY, severities: { 'not_inspectable.encrypted': 'warning' } }
    const encrypted = many(300, (i) => `${i}.k`, '*KEYWORD\n', { flags: 1 })
    const { outcome, warnings } = await verdict('a.zip', zipOf(encrypted), lenient)
    expect([outcome, warnings.at(-1)?.detail]).toEqual(['complete', 'and 250 more encrypted'])
    const damaged = zipOf([...encrypted, { name: 'z.k', data: '*KEYWORD\n', crc: 1 }])
    expect((await verdict('a.zip', damaged, lenient)).reasons).toMatchObject([{ place: 'z.k' }])
  })
})

test('what lies beyond the antivirus engine has one setting', () => {
  const of = (aboveLimit: Policy['antivirus']['aboveLimit']) =>
    severityOf('antivirus_skipped', { ...DEFAULT_POLICY, antivirus: { maxBytes: 1, aboveLimit } })
  expect([of('warning'), of('quarantine'), of('ignore')]).toEqual(['warning', 'quarantine', 'ignore'])
})
