import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { NGINX_DEFAULTS, renderSite } from '../../../infra/nginx/render-site.ts'

const TEMPLATE = readFileSync(new URL('../../../infra/nginx/airlock.conf.template', import.meta.url), 'utf8')

test('renderSite puts in every value and leaves what is nginx’s own', () => {
  const site = renderSite(TEMPLATE, NGINX_DEFAULTS)
  expect(site).not.toContain('${')
  expect(site).toContain('server 127.0.0.1:5010;')
  expect(site).toContain('proxy_set_header X-Real-IP $remote_addr;')
})

test('every value is used, and none is missing', () => {
  const asked = new Set([...TEMPLATE.matchAll(/\$\{(AIRLOCK_[A-Z_]+)\}/g)].map(([, name]) => name))
  expect([...asked].sort()).toEqual(Object.keys(NGINX_DEFAULTS).sort())
  expect(() => renderSite(`$\{AIRLOCK_TYPO}`, NGINX_DEFAULTS)).toThrow('no value for AIRLOCK_TYPO')
})

test('no log line holds a query string: it may hold a token', () => {
  const logFormat = /log_format[^;]*;/.exec(TEMPLATE)?.[0] ?? ''
  expect(logFormat).not.toMatch(/\$(request|request_uri|args|query_string|http_referer|is_args)\b/)
})
