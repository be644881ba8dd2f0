import { access, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FindingCode } from '#shared/domain/findings.ts'
import { GIB } from '#shared/domain/limits.ts'
import { zipBomb, zipThatDeclaresLess } from '../support/archives/bombs.ts'
import { binaryStl, fmuLike, hdf5File, lsdynaDeck, momentsCsv, sbatchScript } from '../support/archives/cae.ts'
import { elfFile, peFile } from '../support/archives/executables.ts'
import { zipOf } from '../support/archives/zip.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, send, settled } from '../support/tus.ts'

let site: Site
let api: string
const token = testToken({ sub: 'engineer' })
beforeAll(async () => {
  site = await startSite({ scans: 2 })
  api = site.apis[0]?.url ?? ''
})
afterAll(async () => {
  expect(await site.stop()).toEqual([0, 0, 0])
})

const userFiles = async () => {
  const names = await readdir(join(site.root, 'users/engineer/jobs'), { recursive: true }).catch(() => [])
  return names.map((name) => name.normalize('NFC'))
}

describe('quarantined, with the right code, out of the reach of the owner', () => {
  const bad: [string, string, () => Buffer, FindingCode][] = [
    ['a PE as solver.exe', 'solver.exe', peFile, 'executable_name'],
    ['a PE as deck.txt', 'deck.txt', peFile, 'executable'],
    ['a PE as report.txt.exe', 'report.txt.exe', peFile, 'executable_name'],
    [
      'a PE in a zip',
      'case.zip',
      () =>
        zipOf([
          { name: 'a.k', data: lsdynaDeck() },
          { name: 'tools/x', data: peFile() },
        ]),
      'executable',
    ],
    [
      'a PE in a zip in a zip',
      'outer.zip',
      () => zipOf([{ name: 'in.zip', data: zipOf([{ name: 'x.dat', data: peFile() }]) }]),
      'executable',
    ],
    ['an ELF without an extension', 'solver', elfFile, 'executable'],
    ['10 GiB of zeros in 10 MB', 'zeros.zip', () => zipBomb({ expanded: 10 * GIB }), 'archive_bomb'],
    ['a zip that lies about its sizes', 'liar.zip', () => zipThatDeclaresLess(), 'ambiguous_archive'],
    [
      'a zip with ../ members',
      'climb.zip',
      () => zipOf([{ name: '../../.ssh/authorized_keys', data: 'x' }]),
      'unsafe_member',
    ],
  ]
  test.each(bad)('%s', async (_name, filename, make, code) => {
    const { id, response } = await send(api, token, make(), { filename, job_id: 'bad' })
    expect(response.status).toBe(201)
    const view = await settled(api, token, id)
    expect(view).toMatchObject({ state: 'quarantined', verdict: { safe: false, outcome: 'quarantined' } })
    expect(view.verdict?.reasons.map((reason) => reason.code)).toContain(code)

    const content = await fetch(`${api}${FILES_PATH}/uploads/${id}/content`, { headers: bearer(token) })
    expect(content.status).toBe(403)
    expect(await content.json()).toMatchObject({ code: 'quarantined' })
    expect((await userFiles()).filter((path) => path.startsWith('bad/'))).toEqual([])
    const kept = await stat(join(site.root, 'quarantine/engineer', `${id}.data`))
    expect(kept.mode & 0o777).toBe(0o400)
    await expect(access(join(site.root, 'users/engineer/.airlock', `${id}.data`))).rejects.toThrow(/ENOENT/)
  })
})

describe('complete', () => {
  const good: [string, string, () => Buffer][] = [
    ['a LS-DYNA deck', 'main.k', lsdynaDeck],
    ['a CSV whose first column is MZ', 'moments.csv', momentsCsv],
    ['a binary STL', 'wing.stl', binaryStl],
    ['an HDF5 file', 'result.h5', hdf5File],
    ['an FMU with native code under binaries/', 'controller.fmu', fmuLike],
    ['an sbatch script', 'submit.sh', sbatchScript],
    ['an empty .foam', 'case.foam', () => Buffer.alloc(0)],
    ['a name in Hangul', '해석 결과 #1.inp', () => Buffer.from('*HEADING\n충돌 해석\n*NODE\n1,0.,0.,0.\n')],
    [
      'a file without extension',
      'controlDict',
      () => Buffer.from('FoamFile\n{\n    version 2.0;\n    format ascii;\n}\n'),
    ],
  ]
  test.each(good)('%s', async (_name, filename, make) => {
    const body = make()
    const { id } = await send(api, token, body, { filename, job_id: 'good' })
    const view = await settled(api, token, id)
    expect(view).toMatchObject({
      state: 'complete',
      job_id: 'good',
      path: filename.normalize('NFC'),
      verdict: { safe: true, reasons: [], warnings: [] },
    })
    expect(view.verdict?.coverage).toMatchObject({ bytes_read: body.length, bytes_total: body.length })
    const content = await fetch(`${api}${FILES_PATH}/uploads/${id}/content`, { headers: bearer(token) })
    expect(content.headers.get('content-disposition')).toContain(
      `filename*=UTF-8''${encodeURIComponent(filename).replaceAll('(', '%28')}`,
    )
    expect(content.headers.get('x-content-type-options')).toBe('nosniff')
    expect(Buffer.from(await content.arrayBuffer()).equals(body)).toBe(true)
  })

  test('a note tells of native code in an FMU', async () => {
    const { id } = await send(api, token, fmuLike(), { filename: 'plant.fmu' })
    expect((await settled(api, token, id)).verdict?.notes.map(({ code }) => code)).toContain('contains_native_code')
  })
})

test('a declared digest is compared: other bytes are quarantined, the same are complete', async () => {
  const body = lsdynaDeck()
  const wrong = await send(api, token, body, { filename: 'd.k', sha256: 'ab'.repeat(32) })
  expect((await settled(api, token, wrong.id)).verdict?.reasons).toMatchObject([{ code: 'digest_mismatch' }])
  const sha256 =
    (await settled(api, token, (await send(api, token, body, { filename: 'd.k' })).id)).verdict?.sha256 ?? ''
  const right = await send(api, token, body, { filename: 'd.k', sha256 })
  expect((await settled(api, token, right.id)).state).toBe('complete')
})

test('a file is never reachable before its verdict', async () => {
  const { id } = await send(api, token, lsdynaDeck(), { filename: 'early.k', job_id: 'early' })
  const response = await fetch(`${api}${FILES_PATH}/uploads/${id}/content`, { headers: bearer(token) })
  expect([200, 409]).toContain(response.status)
  await settled(api, token, id)
})
