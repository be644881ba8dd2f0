import jwt from 'jsonwebtoken'
import { expect, test } from 'vitest'
import { backoffMs } from '../../../infra/dev/backoff.ts'
import { consoleLine } from '../../../infra/dev/child-log.ts'
import { curlLine, ENGINEER, originOf, signedInLink } from '../../../infra/dev/links.ts'
import { readDevSettings } from '../../../infra/dev/settings.ts'
import { runCommand } from '../../../infra/process/run-command.ts'

const LINES: [name: string, line: string, want: string | undefined][] = [
  ['info is for the file', '{"level":30,"msg":"ready"}', undefined],
  ['a warning is told', '{"level":40,"msg":"redis away"}', 'warning: redis away'],
  [
    'an error with the first line of its reason',
    '{"level":50,"msg":"failed","err":{"message":"a\\nb"}}',
    'error: failed (a)',
  ],
  ['what is not JSON is told as it is', 'Cannot start: 2 problems', 'Cannot start: 2 problems'],
  ['nor is a bare value', '42', '42'],
]
test.each(LINES)('consoleLine: %s', (_name, line, want) => expect(consoleLine(line)).toBe(want))

test('backoffMs doubles up to half a minute', () => {
  expect([1, 2, 3, 4].map(backoffMs)).toEqual([500, 1_000, 2_000, 4_000])
  expect(backoffMs(50)).toBe(30_000)
})

const ORIGINS: [host: string, want: string][] = [
  ['127.0.0.1', 'http://127.0.0.1:5010'],
  ['0.0.0.0', 'http://gate:5010'],
  ['::1', 'http://[::1]:5010'],
  ['login7', 'http://login7:5010'],
]
test.each(ORIGINS)('originOf %s', (host, want) => expect(originOf(host, 5010, 'gate')).toBe(want))

test('signedInLink carries a token of half a day in the fragment', () => {
  const secret = 'x'.repeat(40)
  const url = new URL(signedInLink(ENGINEER, { origin: 'http://127.0.0.1:5010', secret }))
  expect(url.search).toBe('')
  const claims = jwt.verify(url.hash.slice('#token='.length), secret) as jwt.JwtPayload
  expect(claims).toMatchObject({ sub: 'engineer', groups: [], permissions: ['dashboard'] })
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(12 * 3_600)
})

test('curlLine survives a path with a quote and blanks', async () => {
  const line = curlLine(ENGINEER, "/tmp/it's here/a b.k", { origin: 'http://x', secret: 'x'.repeat(40) })
  const name = line.slice(0, line.indexOf(';'))
  expect((await runCommand('sh', ['-c', `${name}; printf %s "$f"`])).output).toBe("/tmp/it's here/a b.k")
})

test.each(['0', '65536', 'http', '-1'])('readDevSettings refuses API_PORT=%s', (API_PORT) => {
  expect(() => readDevSettings('/repo', { API_PORT })).toThrow('API_PORT must be a port from 1 to 65535')
})
