import { afterAll, beforeAll, describe, test } from 'vitest'
import { CHECKSUM } from '../support/conformance/checksum.ts'
import { CONCATENATION } from '../support/conformance/concatenation.ts'
import { CORE } from '../support/conformance/core.ts'
import { CREATION } from '../support/conformance/creation.ts'
import { type Conformance, TusClient } from '../support/conformance/tus-client.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'

let site: Site
let clients: Conformance
beforeAll(async () => {
  site = await startSite({ apis: 2, scans: 1, env: { MAX_UPLOAD_BYTES: '1000000' } })
  const [one = '', two = ''] = site.apis.map(({ url }) => url)
  const [kim, eve] = ['kim', 'eve'].map((sub) => testToken({ sub })) as [string, string]
  clients = { kim: new TusClient(one, kim), other: new TusClient(two, kim), eve: new TusClient(one, eve) }
})
afterAll(() => site.stop())

/** Every MUST and SHOULD that tus 1.0.0 lays on a server, one line each. */
describe.each([
  ['core', CORE],
  ['creation, expiration, termination', CREATION],
  ['checksum', CHECKSUM],
  ['concatenation', CONCATENATION],
] as const)('tus 1.0.0: %s', (_part, rules) => {
  test.each(rules)('%s', async (_rule, check) => check(clients))
})
