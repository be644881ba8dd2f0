import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseClamdUrl } from '#shared/config/clamd.ts'
import type { Env } from '#shared/config/env.ts'
import { DEFAULT_POLICY } from '#shared/domain/policy.ts'
import { loadScanConfig } from '../../../../workers/scan/config.ts'
import { configOf } from '../../../support/config-problems.ts'
import { makeTempFolder, type TempFolder } from '../../../support/temp.ts'

const good: Env = { UPLOAD_ROOT: '/data', REDIS_URL: 'redis://localhost:6379' }
const config = configOf(loadScanConfig)
const load = (env: Env) => config.load({ ...good, ...env })
const problems = (env: Env) => config.problems({ ...good, ...env })

test.each([
  ['tcp://clamd:3310', { host: 'clamd', port: 3310 }],
  ['tcp://clamd', { host: 'clamd', port: 3310 }],
  ['tcp://[::1]:99/', { host: '::1', port: 99 }],
  ['unix:///run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }],
  ['unix:///run/with%20space', { path: '/run/with space' }],
  ['unix://run/clamd.ctl', null],
  ['unix:///', null],
  ['unix:///%00', null],
  ['unix:///%zz', null],
  ['tcp://clamd:0', null],
  ['tcp://user@clamd:3310', null],
  ['tcp://clamd:3310/path', null],
  ['http://clamd:3310', null],
  ['clamd:3310', null],
  ['', null],
])('CLAMD_URL %s', (url, want) => expect(parseClamdUrl(url)).toEqual(want))

describe('POLICY_FILE', () => {
  let folder: TempFolder
  const file = (name: string, text: string) => {
    writeFileSync(join(folder.path, name), text)
    return join(folder.path, name)
  }
  beforeAll(async () => {
    folder = await makeTempFolder()
  })
  afterAll(() => folder.remove())

  test('none: the defaults, and no antivirus', () => {
    expect(load({})).toMatchObject({ policyFile: null, policy: { base: DEFAULT_POLICY, groups: [] }, clamd: null })
  })
  test('its version is the one it names, else a hash of its bytes', () => {
    expect(load({ POLICY_FILE: file('a', '{"version": "site-7"}') }).policy.base.version).toBe('site-7')
    const [one, other] = ['{}', '{ }'].map((text, i) => load({ POLICY_FILE: file(`v${i}`, text) }).policy.base.version)
    expect(one).toMatch(/^sha256-[0-9a-f]{12}$/)
    expect(other).not.toBe(one)
  })
  test('every problem of it at once, with those of the rest, and no value', () => {
    const found = problems({
      POLICY_FILE: file('bad', '{"version": "hunter2 !", "budgets": {"max_depth": "hunter2"}}'),
      CLAMD_URL: 'hunter2',
    })
    expect(found.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'POLICY_FILE: $.version',
      'POLICY_FILE: $.budgets.max_depth',
      'CLAMD_URL must',
    ])
    expect(found.join()).not.toContain('hunter2')
  })
  test('a file that is not there stops the start', () => {
    expect(problems({ POLICY_FILE: join(folder.path, 'none') }).join()).toMatch(/POLICY_FILE.*ENOENT/)
  })
})
