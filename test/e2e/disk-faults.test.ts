import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OwnMounts, openOwnMounts, whyNoMounts } from '../support/own-mounts.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, encodeMetadata, FILES_PATH, idOf, send, settled, tus, viewOf } from '../support/tus.ts'
import { until } from '../support/until.ts'

const MIB = 1024 * 1024
const alice = testToken({ sub: 'alice' })
const [bob, dave, erin] = [testToken({ sub: 'bob' }), testToken({ sub: 'dave' }), testToken({ sub: 'erin' })]
const deck = (bytes: number): Buffer =>
  Buffer.from(`*KEYWORD\n${randomBytes(bytes / 2).toString('hex')}`.slice(0, bytes))

const why = whyNoMounts()
if (why !== undefined) process.stderr.write(`disk faults: NOT tried on this machine: ${why}\n`)

/** One site for all: its upload root is a tmpfs of 24 MiB; in it dave has a file system of his own, and erin's jobs lie on another. */
const MOUNTS = `
  mkdir "$F/../disk" "$F/../backing" && mount -t tmpfs -o size=24m none "$F/../disk" && mount --bind "$F/../disk" "$F"
  : > "$F/.airlock-root"
  mkdir -p "$F/users/dave" "$F/users/erin/jobs" && mount -t tmpfs none "$F/users/erin/jobs"
  mount -t tmpfs -o size=3m none "$F/../backing" && truncate -s 64m "$F/../backing/image"
  mkfs.ext4 -q -O ^has_journal -E lazy_itable_init=0 "$F/../backing/image"
  mount -o loop "$F/../backing/image" "$F/users/dave"`

let mounts: OwnMounts
let site: Site
let api: string
beforeAll(async () => {
  if (why !== undefined) return
  mounts = await openOwnMounts()
  await mounts.run(MOUNTS)
  site = await startSite({
    ...{ scans: 1, sweeps: 1, env: { SCAN_ATTEMPTS: '1' } },
    ...{ root: mounts.folder, execPath: mounts.execPath },
  })
  api = site.apis[0]?.url ?? ''
})
afterAll(async () => {
  await site?.stop()
  await mounts?.close()
})

const create = async (token: string, length: number, filename: string): Promise<string> => {
  const metadata = encodeMetadata({ filename })
  const response = await tus(api, token, 'POST', '', { 'Upload-Length': String(length), 'Upload-Metadata': metadata })
  expect(response.status).toBe(201)
  return idOf(response)
}
const patch = (token: string, id: string, offset: number, body: Buffer) =>
  tus(
    api,
    token,
    'PATCH',
    `/${id}`,
    { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' },
    body,
  )
const offsetOf = async (token: string, id: string): Promise<number> => {
  const response = await tus(api, token, 'HEAD', `/${id}`)
  expect(response.status).toBe(200)
  return Number(response.headers.get('upload-offset'))
}
const problem = async (response: Response) => ({
  status: response.status,
  retry: Number(response.headers.get('retry-after')) > 0,
  code: ((await response.json()) as { code: string }).code,
})
const placed = (user: string, file: string): Promise<Buffer> =>
  readFile(mounts.outside(`${mounts.folder}/users/${user}/jobs/inbox/${file}`))

describe.skipIf(why !== undefined)('a file system that', () => {
  test('runs full in the middle of a body: 507, what fits is kept, others go on, and the upload too', async () => {
    const body = deck(4 * MIB)
    const id = await create(alice, body.length, 'full.k')
    const { id: small } = await send(api, bob, deck(10_000), { filename: 'small.k' })
    await settled(api, bob, small)
    await mounts.run('dd if=/dev/zero of="$F/ballast" bs=64k count=352 2>/dev/null')

    expect(await problem(await patch(alice, id, 0, body))).toEqual({ status: 507, retry: true, code: 'no_space' })
    const kept = await offsetOf(alice, id)
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(body.length)
    expect(await problem(await patch(alice, id, kept, body.subarray(kept)))).toMatchObject({ status: 507 })
    const refused = await tus(api, bob, 'POST', '', { 'Upload-Length': '500000' })
    expect(await problem(refused)).toMatchObject({ status: 507, retry: true })
    expect((await fetch(`${api}${FILES_PATH}/uploads/${small}/content`, { headers: bearer(bob) })).status).toBe(200)

    await mounts.run('rm "$F/ballast"')
    const from = await offsetOf(alice, id)
    expect((await patch(alice, id, from, body.subarray(from))).status).toBe(204)
    expect((await settled(api, alice, id)).state).toBe('complete')
    expect((await placed('alice', 'full.k')).equals(body)).toBe(true)
  })

  test('is full when a scan is to be settled: it waits, uncharged, and is settled when there is room', async () => {
    await site.scans[0]?.process.stop()
    const body = deck(100_000)
    const { id } = await send(api, alice, body, { filename: 'waits.k' })
    await mounts.run('dd if=/dev/zero of="$F/ballast" bs=4k 2>/dev/null || true')
    const worker = await site.scans[0]?.start()
    if (worker === undefined || site.scans[0] === undefined) throw new Error('no worker')
    site.scans[0].process = worker
    await until('the worker to meet the full disk', () =>
      worker.logs.find((line) => line.includes('waits for the file')),
    )
    expect(['received', 'scanning']).toContain((await viewOf(api, alice, id)).state)
    await mounts.run('rm "$F/ballast"')
    expect((await settled(api, alice, id)).state).toBe('complete')
    expect((await placed('alice', 'waits.k')).equals(body)).toBe(true)
  })

  test('turns read-only: 503, and goes on when it can be written again', async () => {
    const body = deck(MIB)
    const id = await create(alice, body.length, 'readonly.k')
    expect((await patch(alice, id, 0, body.subarray(0, 1000))).status).toBe(204)
    await mounts.run('mount -o remount,ro "$F"')
    expect(await problem(await patch(alice, id, 1000, body.subarray(1000)))).toMatchObject({ status: 503, retry: true })
    expect(await problem(await tus(api, alice, 'POST', '', { 'Upload-Length': '5' }))).toMatchObject({ status: 503 })
    expect(await offsetOf(alice, id)).toBe(1000)
    expect((await fetch(`${api}${FILES_PATH}/ready`)).status).toBe(503)
    await mounts.run('mount -o remount,rw "$F"')
    expect((await patch(alice, id, 1000, body.subarray(1000))).status).toBe(204)
    expect((await settled(api, alice, id)).state).toBe('complete')
  })

  test('fails only when pages are written back, as NFS does: what a failed sync left in doubt is cut off and sent again', async () => {
    const body = deck(6 * MIB)
    const id = await create(dave, body.length, 'late.k')
    expect((await patch(dave, id, 0, body.subarray(0, MIB))).status).toBe(204)
    expect(await problem(await patch(dave, id, MIB, body.subarray(MIB)))).toEqual({
      ...{ status: 507, retry: true, code: 'no_space' },
    })
    expect(await offsetOf(dave, id)).toBe(MIB)
    await mounts.run('mount -o remount,size=40m "$F/../backing"')
    expect((await patch(dave, id, MIB, body.subarray(MIB))).status).toBe(204)
    expect((await settled(api, dave, id)).state).toBe('complete')
    // Read from the disk, not from memory.
    await mounts.run('umount -l "$F/users/dave"; sync; mount -o loop "$F/../backing/image" "$F/users/dave"')
    expect((await placed('dave', 'late.k')).equals(body)).toBe(true)
  })

  test('ends at the job directories (EXDEV): files are copied there, whole and once', async () => {
    const body = deck(3 * MIB)
    for (const rule of ['rename', 'replace']) {
      const { id } = await send(api, erin, body, { filename: `${rule}.k`, on_conflict: rule })
      expect((await settled(api, erin, id)).state).toBe('complete')
      expect((await placed('erin', `${rule}.k`)).equals(body)).toBe(true)
    }
    const left = await mounts.run('cd "$F" && find users/erin -type f | sort')
    expect(left.split('\n').filter((path) => !path.endsWith('.json'))).toEqual([
      'users/erin/jobs/inbox/rename.k',
      'users/erin/jobs/inbox/replace.k',
      '',
    ])
  })

  test('goes away: nothing is served, written into the mount point, or taken for lost', async () => {
    const body = deck(MIB)
    const id = await create(alice, body.length, 'away.k')
    expect((await patch(alice, id, 0, body.subarray(0, 1000))).status).toBe(204)
    const { id: done } = await send(api, alice, deck(1000), { filename: 'done.k' })
    await settled(api, alice, done)
    await mounts.run('umount -l "$F"')
    await until('the API to see it', async () => (await fetch(`${api}${FILES_PATH}/ready`)).status === 503)

    const content = `${api}${FILES_PATH}/uploads/${done}/content`
    const answers = await Promise.all([
      tus(api, alice, 'HEAD', `/${id}`),
      patch(alice, id, 1000, body.subarray(1000)),
      tus(api, alice, 'POST', '', { 'Upload-Length': '5' }),
      tus(api, alice, 'DELETE', `/${id}`),
      fetch(content, { headers: bearer(alice) }),
      fetch(content.replace('/content', ''), { method: 'DELETE', headers: bearer(alice) }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503, 503])
    await new Promise((resolve) => setTimeout(resolve, 2 * Number(site.env.SWEEP_INTERVAL_SECONDS) * 1000))
    expect(await mounts.run('ls -A "$F"')).toBe('')

    await mounts.run('mount --bind "$F/../disk" "$F"')
    await until('the API to see it', async () => (await fetch(`${api}${FILES_PATH}/ready`)).status === 200)
    expect(await offsetOf(alice, id)).toBe(1000)
    expect((await patch(alice, id, 1000, body.subarray(1000))).status).toBe(204)
    expect((await settled(api, alice, id)).state).toBe('complete')
    expect((await fetch(content, { headers: bearer(alice) })).status).toBe(200)
    expect((await fetch(content.replace('/content', ''), { method: 'DELETE', headers: bearer(alice) })).status).toBe(
      204,
    )
  })
})
