import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GIB } from '#shared/domain/limits.ts'
import { zipBomb } from '../support/archives/bombs.ts'
import { lsdynaDeck } from '../support/archives/cae.ts'
import { elfFile, peFile } from '../support/archives/executables.ts'
import { zipOf } from '../support/archives/zip.ts'
import { bareEnv } from '../support/bare-env.ts'
import { EICAR, startFakeClamd } from '../support/fake-clamd.ts'
import { REPOSITORY } from '../support/repository.ts'
import { makeTempFolder, type TempFolder } from '../support/temp.ts'

let folder: TempFolder
const files: Record<string, Buffer> = {
  'case/main.k': lsdynaDeck(),
  'case/sub/empty.foam': Buffer.alloc(0),
  'table.csv': Buffer.from('#!/bin/sh\necho\n'),
  'solver.exe': peFile(),
  'umat.so': elfFile({ kind: 'shared' }),
  'secret.zip': zipOf([{ name: 'deck.k', data: '*KEYWORD\n', flags: 1 }]),
  'zeros.zip': zipBomb({ expanded: 10 * GIB }),
  'eicar.txt': EICAR,
  'line\n\u001b[2J.k': lsdynaDeck(),
  'policy.json': Buffer.from('{"version": "site-1", "groups": {"dev": {"allow_native": ["so"]}}}'),
  'lenient.json': Buffer.from('{"severities": {"not_inspectable.encrypted": "warning"}}'),
  'bad.json': Buffer.from('{"version": "hunter2 !", "budgets": {"max_depth": 0}, "x": 1}'),
}
beforeAll(async () => {
  folder = await makeTempFolder('cli')
  for (const [name, bytes] of Object.entries(files)) {
    const file = join(folder.path, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes)
  }
  await symlink('main.k', join(folder.path, 'case/link.k'))
})
afterAll(() => folder.remove())

type Result = { code: number; out: string; err: string }

const airlock = (args: readonly string[], env: Record<string, string> = {}): Promise<Result> =>
  new Promise((resolve) => {
    const options = { cwd: folder.path, env: { ...bareEnv(), ...env } }
    const main = join(REPOSITORY, 'services/cli/main.ts')
    const child = execFile(process.execPath, [main, ...args], options, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })

describe('scan ends with the worst of its files', () => {
  const cases: [string, string[], number, RegExp][] = [
    ['a deck', ['case/main.k'], 0, /^clean +14\.3 KiB {2}case\/main\.k {2}\(LS-DYNA keyword deck\)\n$/],
    ['a folder', ['case'], 0, /2 files: 2 clean/],
    ['a script as data', ['table.csv'], 1, /warnings +script_as_data/],
    ['a program', ['solver.exe'], 2, /quarantine +executable_name/],
    ['a bomb', ['zeros.zip'], 2, /archive_bomb/],
    ['an encrypted archive', ['secret.zip'], 3, /not_inspectable +deck\.k: .* – encrypted/],
    [
      'an encrypted archive and a warning',
      ['secret.zip', 'table.csv'],
      3,
      /2 files: 1 with warnings, 1 for quarantine/,
    ],
    ['an encrypted archive and a program', ['secret.zip', 'solver.exe'], 2, /2 files: 2 for quarantine/],
    ['a digest that is another', ['--sha256', 'ab'.repeat(32), 'case/main.k'], 2, /digest_mismatch/],
    ['a library', ['--policy', 'policy.json', 'umat.so'], 2, /executable/],
    [
      'a library of those who may',
      ['--policy', 'policy.json', '--group', 'x', '--group', 'dev', 'umat.so'],
      0,
      /allowed_native_code/,
    ],
    ['encryption that is allowed', ['--policy', 'lenient.json', 'secret.zip'], 1, /warnings +not_inspectable/],
    [
      'a scanner that is down',
      ['--clamd', 'unix:///nowhere/clamd.ctl', 'case/main.k'],
      70,
      /held .*main\.k: .*scanner does not answer/,
    ],
  ]
  test.each(cases)('%s', async (_name, args, code, out) => {
    const result = await airlock(['scan', ...args])
    expect(result).toMatchObject({ code, err: args[0] === 'case' ? 'skipped: case/link.k: a symbolic link\n' : '' })
    expect(result.out).toMatch(out)
  })

  test('a digest that is right', async () => {
    const sha256 = createHash('sha256').update(lsdynaDeck()).digest('hex').toUpperCase()
    expect((await airlock(['scan', '--sha256', sha256, 'case/main.k'])).code).toBe(0)
  })

  test('with a virus scanner', async () => {
    const clamd = await startFakeClamd()
    expect(await airlock(['scan', 'eicar.txt'], { CLAMD_URL: clamd.url })).toMatchObject({
      code: 2,
      out: expect.stringMatching(/malware .*Eicar-Signature/),
    })
    await clamd.stop()
  })

  test('in Korean, with the same columns', async () => {
    const { out } = await airlock(['scan', 'case', 'table.csv'], { LANG: 'ko_KR.UTF-8' })
    expect(out).toMatch(/^정상 .*case\/main\.k/)
    expect(out).toContain('데이터 파일 이름을 가진 스크립트입니다')
    expect(out).toContain('파일 3개: 정상 2, 경고 1')
  })

  test('a name does nothing to the terminal', async () => {
    const { out } = await airlock(['scan', 'line\n\u001b[2J.k'])
    expect(out).toContain('line\\u{a}\\u{1b}[2J.k')
  })
})

test('--json: one line for each file, the verdict as the API gives it', async () => {
  const { code, out } = await airlock(['scan', '--json', '--policy', 'policy.json', 'case', 'solver.exe'])
  expect(code).toBe(2)
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ path }) => path)).toEqual(['case/main.k', 'case/sub/empty.foam', 'solver.exe'])
  expect(lines[0]).toMatchObject({
    safe: true,
    outcome: 'complete',
    reasons: [],
    warnings: [],
    notes: [],
    detected_type: 'LS-DYNA keyword deck',
    sha256: createHash('sha256').update(lsdynaDeck()).digest('hex'),
    coverage: { bytes_total: lsdynaDeck().length },
    policy_version: 'site-1',
  })
  expect(lines[2]).toMatchObject({ safe: false, outcome: 'quarantined', reasons: [{ code: 'executable_name' }] })
})

describe('policy', () => {
  test('check says what is good', async () => {
    expect(await airlock(['policy', 'check', 'policy.json'])).toEqual({
      code: 0,
      out: 'policy.json: good, version site-1, groups: dev\n',
      err: '',
    })
  })
  test('check says everything that is bad, and no value', async () => {
    const { code, out, err } = await airlock(['policy', 'check', 'bad.json'])
    expect([code, out]).toEqual([78, ''])
    expect(err.match(/^- \$\S+/gm)).toEqual(['- $.x', '- $.version', '- $.budgets.max_depth'])
    expect(err).not.toContain('hunter2')
    expect((await airlock(['scan', '--policy', 'bad.json', 'case'])).code).toBe(78)
    expect((await airlock(['policy', 'check', 'none.json'])).code).toBe(78)
  })
  test('show prints a policy file that can be checked', async () => {
    const shown = await airlock(['policy', 'show', '--group', 'dev'], { POLICY_FILE: 'policy.json' })
    expect(JSON.parse(shown.out)).toMatchObject({ version: 'site-1', allow_native: ['so'], budgets: { max_depth: 6 } })
    await writeFile(join(folder.path, 'shown.json'), (await airlock(['policy', 'show'])).out)
    expect((await airlock(['policy', 'check', 'shown.json'])).out).toContain('version default-1')
  })
})

describe('a wrong command line ends with 64 and says why', () => {
  test.each([
    [['scna'], /commands are scan/],
    [['scan'], /needs a FILE/],
    [['scan', '--fast', 'x'], /--fast/],
    [['scan', 'nowhere'], /nowhere: there is no such file/],
    [['scan', '--sha256', 'xyz', 'case/main.k'], /64 hex digits/],
    [['scan', '--sha256', 'ab'.repeat(32), 'case'], /single FILE/],
    [['scan', '--clamd', 'http://x', 'case'], /tcp:/],
    [['policy'], /commands are scan/],
    [['policy', 'check'], /one FILE/],
    [['policy', 'check', '--json', 'policy.json'], /not an option of policy check/],
    [['policy', 'show', 'policy.json'], /--policy/],
  ])('%j', async (args, message) => {
    const { code, out, err } = await airlock(args)
    expect([code, out]).toEqual([64, ''])
    expect(err).toMatch(message)
  })
  test('help is no mistake', async () => {
    for (const args of [[], ['--help'], ['scan', '-h']]) expect((await airlock(args)).code).toBe(0)
    expect((await airlock(['--help'])).out).toContain('Exit codes')
  })
})

test('it leaves what it reads as it was', async () => {
  for (const [name, bytes] of Object.entries(files))
    expect((await readFile(join(folder.path, name))).equals(bytes), name).toBe(true)
})
