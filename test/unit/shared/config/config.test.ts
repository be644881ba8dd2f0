import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Env, EnvReader } from '#shared/config/env.ts'
import { loadApiConfig } from '../../../../services/api/config.ts'
import { configOf } from '../../../support/config-problems.ts'
import { makeTempFolder } from '../../../support/temp.ts'

const SECRET = 'kX3v9QpLr2mT8wZc5nYb7dHf4gJs6aUe'
const good: Env = { UPLOAD_ROOT: '/data', REDIS_URL: 'redis://localhost:6379', JWT_SECRET_KEY: SECRET }

const { load, problems } = configOf(loadApiConfig)

test('defaults', () => {
  expect(load(good)).toMatchObject({
    port: 5010,
    host: '127.0.0.1',
    quotaBytes: null,
    production: true,
    uploadExpiryMs: 604_800_000,
  })
})

test('every problem at once, and no value repeated', () => {
  const found = problems({
    UPLOAD_ROOT: 'relative/root',
    REDIS_URL: 'http://hunter2@host',
    JWT_SECRET_KEY: 'hunter2',
    API_PORT: '70000',
    MAX_UPLOAD_BYTES: 'lots-hunter2',
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'loud',
  })
  expect(found.map((line) => line.split(' ')[0]).toSorted()).toEqual([
    'API_PORT',
    'JWT_SECRET_KEY',
    'LOG_LEVEL',
    'MAX_UPLOAD_BYTES',
    'RATE_LIMITS=off',
    'REDIS_URL',
    'UPLOAD_ROOT',
  ])
  expect(found.join()).not.toMatch(/hunter2|70000|loud|relative/)
})

test('a file that cannot be read is told once, and its variable is not called missing too', () => {
  const { JWT_SECRET_KEY: _secret, ...rest } = good
  expect(problems({ ...rest, JWT_SECRET_KEY_FILE: '/nowhere' })).toEqual([
    expect.stringMatching(/^JWT_SECRET_KEY_FILE /),
  ])
  expect(problems({ ...good, UPLOAD_ROOT_FILE: '/nowhere' })).toEqual([expect.stringMatching(/^UPLOAD_ROOT and /)])
})

describe('secrets', () => {
  test.each([
    undefined,
    'short',
    'your-secret-key-change-this-in-production',
    'dev-secret-key-for-local-production-use',
    'a'.repeat(40),
    'passwordpasswordpasswordpassword',
    '12345678901234567890123456789012',
  ])('%s stops a production start', (JWT_SECRET_KEY) => {
    expect(problems({ ...good, JWT_SECRET_KEY }).join()).toMatch(/JWT_SECRET_KEY/)
  })
  test('a short one is fine in development', () =>
    expect(problems({ ...good, JWT_SECRET_KEY: 'short', NODE_ENV: 'development' })).toEqual([]))
  test('from a file, without its last newline; not from both', async () => {
    const folder = await makeTempFolder()
    const file = join(folder.path, 'secret')
    writeFileSync(file, `${SECRET}\n`)
    expect(
      load({ ...good, JWT_SECRET_KEY: '', JWT_SECRET_KEY_FILE: file })
        .jwt.key.export()
        .toString(),
    ).toBe(SECRET)
    expect(problems({ ...good, JWT_SECRET_KEY_FILE: file }).join()).toMatch(/both set/)
    expect(problems({ ...good, JWT_SECRET_KEY: '', JWT_SECRET_KEY_FILE: `${file}x` }).join()).toMatch(/ENOENT/)
    await folder.remove()
  })
})

test('a public key fixes the algorithm: an HS256 token can never be made with it', () => {
  const pem = (type: 'rsa' | 'ec') =>
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString()
      : generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const base = { ...good, JWT_SECRET_KEY: undefined }
  expect(load({ ...base, JWT_PUBLIC_KEY: pem('rsa') }).jwt.algorithms).toEqual(['RS256'])
  expect(load({ ...base, JWT_PUBLIC_KEY: pem('ec') }).jwt.algorithms).toEqual(['ES256'])
  expect(problems({ ...base, JWT_PUBLIC_KEY: pem('rsa'), JWT_ALGORITHMS: 'HS256' }).join()).toMatch(/JWT_ALGORITHMS/)
  expect(problems({ ...good, JWT_ALGORITHMS: 'none' }).join()).toMatch(/JWT_ALGORITHMS/)
  expect(problems({ ...base, JWT_PUBLIC_KEY: 'nonsense' }).join()).toMatch(/PEM/)
})

test.each([
  ['1024', 1024],
  ['1KiB', 1024],
  ['2k', 2000],
  ['1.5GiB', 1_610_612_736],
  ['100GB', 100_000_000_000],
  ['1T', 1_000_000_000_000],
])('sizes: %s is %i bytes', (MAX_UPLOAD_BYTES, bytes) =>
  expect(load({ ...good, MAX_UPLOAD_BYTES }).maxUploadBytes).toBe(bytes),
)

test('misspelt variables are told, other programs’ are not', () => {
  const warnings = new EnvReader({
    ...good,
    JWT_SECRET: 'x',
    QUOTA_BYTE: '1',
    UPLOAD_DIR: '/x',
    PATH: '/bin',
    HOSTNAME: 'h',
    NODE_OPTIONS: '',
    REDIS_PORT: '1',
    API_PORT_5010_TCP: 'x',
  }).warnings()
  expect(warnings.map((line) => line.split(' ')[0])).toEqual(['JWT_SECRET', 'QUOTA_BYTE', 'UPLOAD_DIR'])
})

test('a key that could not verify a token is refused at the start, and so is a private one', () => {
  const base = { ...good, JWT_SECRET_KEY: undefined }
  const ed = generateKeyPairSync('ed25519')
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
  for (const { publicKey } of [ed, p384, short]) {
    expect(
      problems({ ...base, JWT_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString() }).join(),
    ).toMatch(/another kind or too short/)
  }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  expect(
    problems({ ...base, JWT_PUBLIC_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }).join(),
  ).toMatch(/private key/)
})
