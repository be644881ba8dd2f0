import { expect, test } from 'vitest'
import { DEFAULT_POLICY } from '#shared/domain/policy.ts'
import { decodeName } from '#shared/gate/names/decode-name.ts'
import { LinkMap } from '#shared/gate/names/links.ts'
import { normalisePath, unsafePath } from '#shared/gate/names/member-path.ts'
import { judgeComName, judgeName } from '#shared/gate/names/name-rules.ts'

const codes = (name: string) => judgeName(name).map(({ code }) => code)

test.each([
  ['main.k', []],
  ['차체_충돌 #2 (최종).k', []],
  ['Träger-Öffnung.inp', []],
  ['수식.xlsx', []],
  ['모델.k', []], // NFD, as macOS writes it
  ['result.0001', []],
  ['Allrun', []],
  ['exe', []],
  ['a.exe.k', []],
  ['solver.EXE', ['executable_name']],
  ['solver.exe. . ', ['executable_name']],
  ['solver．ｅｘｅ', ['executable_name', 'odd_name']],
  ['solver。exe', ['executable_name']],
  ['a.exe::$DATA', ['executable_name']],
  ['a.k:payload.dll', ['executable_name']],
  ['a.e\u200bxe', ['executable_name', 'odd_name']],
  ['a.exe\u200b', ['executable_name', 'odd_name']],
  ['a\u202egpj.exe', ['executable_name', 'odd_name']],
  ['a\u202eexe.k', ['odd_name']],
  ['a\ufeff.k', ['odd_name']],
  ['x.msi', ['executable_name']],
  ['x.hta', ['executable_name']],
  ['x.lnk', ['executable_name']],
  ['run.bat', ['windows_script']],
  ['run.ps1', ['windows_script']],
  ['link.url', ['windows_script']],
  ['job.com', []],
] as const)('judgeName %s', (name, want) => expect(codes(name)).toEqual(want))

test('.com is a program unless it is text', () => {
  expect(judgeComName('job.com', true)).toEqual([])
  expect(judgeComName('job.COM', false).map(({ code }) => code)).toEqual(['executable_name'])
  expect(judgeComName('job.k', false)).toEqual([])
})

test.each([
  ['a/b.k', null],
  ['./a/b.k', null],
  ['a\\b.k', null],
  ['..a/b..k', null],
  ['../a', 'climbs'],
  ['a/../../b', 'climbs'],
  ['a\\..\\b', 'climbs'],
  ['a/.. /b', 'climbs'],
  ['/a', 'absolute'],
  ['\\a', 'absolute'],
  ['//host/a', 'network'],
  ['\\\\host\\a', 'network'],
  ['C:\\a', 'drive'],
  ['c:a', 'drive'],
  ['a\0b', 'NUL'],
  ['a\u001bb', 'control'],
  [`${'a/'.repeat(300)}b`, 'levels'],
  ['n'.repeat(5000), '5000 bytes'],
] as const)('unsafePath %j', (path, want) => {
  const said = unsafePath(path, Buffer.byteLength(path), DEFAULT_POLICY.budgets)
  if (want === null) expect(said).toBeNull()
  else expect(said).toContain(want)
})

test('normalisePath gives the path every tool extracts to', () => {
  expect(normalisePath('./a\\b/')).toEqual({ path: 'a/b', name: 'b', isDirectory: true })
  expect(normalisePath('a//./b.k')).toEqual({ path: 'a/b.k', name: 'b.k', isDirectory: false })
})

test.each([
  ['UTF-8', '한글.k', Buffer.from('한글.k')],
  ['CP949', '한글.k', Buffer.from('c7d1b1db2e6b', 'hex')],
  ['Shift-JIS with 0x5C as second byte', '表.k', Buffer.from('955c2e6b', 'hex')],
] as const)('decodeName %s', (_encoding, want, bytes) => expect(decodeName(bytes)).toBe(want))

const linked = (links: Record<string, string>, paths: string[]): string | null => {
  const map = new LinkMap()
  const reasons = Object.entries(links).map(([path, target]) => map.addSymbolic(path, target))
  for (const path of paths) map.addPath(path)
  return reasons.find((reason) => reason !== null) ?? map.conflict()?.[1] ?? null
}
test.each([
  ['a link to a sibling', { 'a/l': 'x' }, ['a/x'], null],
  ['a link up inside the root', { 'a/b/l': '../../x' }, ['x'], null],
  ['a link out of the root', { 'a/l': '../../x' }, [], 'a link that leaves the archive'],
  ['an absolute link', { l: '/etc/passwd' }, [], 'a link to an absolute path'],
  ['a drive', { l: 'C:\\x' }, [], 'a link to an absolute path'],
  ['a member below a link', { l: 'a' }, ['l/x'], 'written through the link l'],
  ['a member in the place of a link', { l: 'a' }, ['l'], 'a link and a file of the same name'],
  ['a link below a link', { l: 'a', 'l/m': 'b' }, [], 'written through the link l'],
  ['a chain that climbs', { 'd/up': '..', x: 'd/up/..' }, [], 'a link that climbs through another link'],
] as const)('LinkMap: %s', (_what, links, paths, want) => expect(linked(links, [...paths])).toBe(want))
