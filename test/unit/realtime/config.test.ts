import { expect, test } from 'vitest'
import { EnvReader } from '#shared/config/env.ts'
import { loadRealtimeConfig } from '../../../services/realtime/config.ts'

const BASE = { UPLOAD_ROOT: '/srv', REDIS_URL: 'redis://localhost', JWT_SECRET_KEY: 'k'.repeat(48), NODE_ENV: 'test' }

function load(env: Record<string, string>) {
  const read = new EnvReader({ ...BASE, ...env })
  const config = loadRealtimeConfig(read)
  read.finish()
  return config
}

test('defaults', () => {
  expect(load({})).toMatchObject({ host: '127.0.0.1', port: 5011, origins: [], quotaBytes: null })
})

test('origins come from CORS_ORIGINS and PUBLIC_URL', () => {
  const env = { CORS_ORIGINS: 'https://a.example.org/, http://b:3010', PUBLIC_URL: 'https://gate.example.org/upload' }
  expect(load(env).origins).toEqual(['https://a.example.org', 'http://b:3010', 'https://gate.example.org'])
  expect(load({ CORS_ORIGINS: '*' }).origins).toEqual(['*'])
})

test('the quota may have a unit', () => expect(load({ QUOTA_BYTES: '5GiB' }).quotaBytes).toBe(5 * 1024 ** 3))

test.each([
  [{ CORS_ORIGINS: 'portal.example.org' }, /CORS_ORIGINS/],
  [{ REALTIME_PORT: '70000' }, /REALTIME_PORT/],
  [{ PUBLIC_URL: 'gate' }, /PUBLIC_URL/],
])('%j is refused', (env, problem) => expect(() => load(env as Record<string, string>)).toThrow(problem))
