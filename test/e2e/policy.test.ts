import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import { lsdynaDeck } from '../support/archives/cae.ts'
import { elfFile } from '../support/archives/executables.ts'
import { zipOf } from '../support/archives/zip.ts'
import { EICAR, type FakeClamd, startFakeClamd } from '../support/fake-clamd.ts'
import { startProcess } from '../support/processes.ts'
import { type Site, startSite } from '../support/site.ts'
import { makeTempFolder, type TempFolder } from '../support/temp.ts'
import { testToken } from '../support/tokens.ts'
import { send, settled } from '../support/tus.ts'
import { until } from '../support/until.ts'

let folder: TempFolder
let policyFile: string
let clamd: FakeClamd
let site: Site
let api: string

const policy = (version: string, more: object = {}) =>
  writeFile(policyFile, JSON.stringify({ version, groups: { 'solver-dev': { allow_native: ['so'] } }, ...more }))

beforeAll(async () => {
  folder = await makeTempFolder('policy')
  policyFile = join(folder.path, 'policy.json')
  await policy('site-1')
  clamd = await startFakeClamd()
  site = await startSite({ scans: 1, env: { POLICY_FILE: policyFile, CLAMD_URL: clamd.url, SCAN_ATTEMPTS: '2' } })
  api = site.apis[0]?.url ?? ''
})
afterAll(async () => {
  expect(await site.stop()).toEqual([0, 0])
  await clamd.stop()
  await folder.remove()
})

const developer = testToken({ sub: 'dev', groups: ['users', 'solver-dev'] })
const engineer = testToken({ sub: 'engineer', groups: ['users'] })
const library = elfFile({ kind: 'shared' })

async function judged(token: string, filename: string, body: Buffer): Promise<UploadView> {
  const { id } = await send(api, token, body, { filename })
  return settled(api, token, id)
}

describe('the policy of the owner’s group', () => {
  test('a shared library is complete for one group, and quarantined for the other', async () => {
    expect(await judged(developer, 'umat.so', library)).toMatchObject({
      state: 'complete',
      verdict: { notes: [{ code: 'allowed_native_code' }], warnings: [], policy_version: 'site-1' },
    })
    expect(await judged(engineer, 'umat.so', library)).toMatchObject({
      state: 'quarantined',
      verdict: { reasons: [{ code: 'executable' }], policy_version: 'site-1' },
    })
  })
  test('also inside an archive, but no program and no other name', async () => {
    const zip = (name: string, data: Buffer) =>
      zipOf([
        { name: 'deck.k', data: lsdynaDeck() },
        { name, data },
      ])
    expect((await judged(developer, 'a.zip', zip('lib/umat.so.1', library))).state).toBe('complete')
    expect((await judged(developer, 'b.zip', zip('lib/umat', library))).state).toBe('quarantined')
    expect((await judged(developer, 'c.zip', zip('umat.so', elfFile()))).state).toBe('quarantined')
  })
})

describe('the antivirus', () => {
  test('one that says OK to what it does not read is reported at start', async () => {
    const report = () => site.scans[0]?.process.logs.find((line) => line.includes('AlertExceedsMax'))
    expect(await until('the report', report)).toContain('clamav 1.4.3/27000')
  })
  test('is asked about what passed the gate, and what it finds is quarantined', async () => {
    expect(await judged(engineer, 'deck.k', lsdynaDeck())).toMatchObject({
      state: 'complete',
      verdict: { coverage: { engines: expect.arrayContaining(['clamav 1.4.3/27000']) } },
    })
    const streams = clamd.streams.length
    expect(await judged(engineer, 'tool.exe', elfFile())).toMatchObject({ state: 'quarantined' })
    expect(clamd.streams.length).toBe(streams)
    expect(await judged(engineer, 'note.txt', EICAR)).toMatchObject({
      state: 'quarantined',
      verdict: { reasons: [{ code: 'malware', detail: 'Eicar-Signature (clamav 1.4.3/27000)' }] },
    })
  })
  test('a file beyond its limit is complete with a warning that says so', async () => {
    clamd.behave({ streamMaxLength: 10 })
    expect(await judged(engineer, 'large.k', lsdynaDeck())).toMatchObject({
      state: 'complete',
      verdict: { warnings: [{ code: 'antivirus_skipped' }], coverage: { limits_hit: ['antivirus.max_bytes'] } },
    })
    clamd.behave({})
  })
  test('while it gives no sensible answer, uploads are tried again and then held', async () => {
    clamd.behave({ answer: () => 'stream: Out of memory ERROR' })
    const asked = clamd.streams.length
    const view = await judged(engineer, 'held.k', lsdynaDeck())
    expect(view).toMatchObject({ state: 'held', verdict: null, held_reason: expect.stringMatching(/antivirus/) })
    expect(clamd.streams.length - asked).toBe(2)
    clamd.behave({})
  })
})

describe('SIGHUP', () => {
  const hangUp = async (line: string) => {
    const scan = site.scans[0]?.process
    const from = scan?.logs.length ?? 0
    scan?.kill('SIGHUP')
    return until(line, () => scan?.logs.slice(from).find((entry) => entry.includes(`"${line}"`)))
  }
  test('a changed policy holds from the next scan on', async () => {
    await policy('site-2', { severities: { script: 'quarantine' } })
    expect(await hangUp('policy reloaded')).toContain('site-2')
    expect(await judged(engineer, 'run.sh', Buffer.from('#!/bin/sh\n'))).toMatchObject({
      state: 'quarantined',
      verdict: { reasons: [{ code: 'script' }], policy_version: 'site-2' },
    })
  })
  test('a bad one is logged with its problems, and the old one stays', async () => {
    await writeFile(policyFile, '{"version": "site-3", "budgets": {"max_depth": "hunter2"}}')
    const line = await hangUp('policy not reloaded')
    expect(line).toContain('$.budgets.max_depth must be a whole number')
    expect(line).not.toContain('hunter2')
    expect((await judged(engineer, 'run.sh', Buffer.from('#!/bin/sh\n'))).verdict?.policy_version).toBe('site-2')
  })
})

test('a bad policy stops the start: exit code 78, every problem with its path', async () => {
  const bad = join(folder.path, 'bad.json')
  await writeFile(bad, '{"severities": {"script": "hunter2"}, "groups": {"a": {"allow_native": ["dll"]}}}')
  const started = startProcess('workers/scan/main.ts', { ...site.env, POLICY_FILE: bad })
  const message = await started.then(
    () => '',
    (error: Error) => error.message,
  )
  expect(message).toContain('code 78')
  expect(message).toContain('POLICY_FILE: $.severities.script must be one of')
  expect(message).toContain('POLICY_FILE: $.groups.a.allow_native[0] must be one of')
  expect(message).not.toContain('hunter2')
})
