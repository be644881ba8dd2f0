import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { selfSigned } from '../../../infra/tls/self-signed.ts'

const YEARS: [name: string, from: string][] = [
  ['in the years of UTCTime', '2026-02-03T04:05:06Z'],
  ['and after them', '2050-02-03T04:05:06Z'],
]

test.each(YEARS)('selfSigned makes a certificate that verifies, %s', (_name, from) => {
  const { certificate, key } = selfSigned(['gate.example.org', 'localhost', '127.0.0.1'], new Date(from), 30)
  const parsed = new X509Certificate(certificate)
  expect(parsed.verify(parsed.publicKey)).toBe(true)
  expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true)
  expect(parsed.subject).toBe('CN=gate.example.org')
  expect(parsed.checkHost('localhost')).toBe('localhost')
  expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(new Date(parsed.validFrom).toISOString()).toBe(`${from.slice(0, -1)}.000Z`)
  expect(Date.parse(parsed.validTo) - Date.parse(parsed.validFrom)).toBe(30 * 86_400_000)
})
