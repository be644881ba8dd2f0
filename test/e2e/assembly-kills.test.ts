import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { QuotaView } from '#shared/contracts/events.ts'
import { MIB } from '#shared/domain/limits.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { concatenate, sendPartial, stagedData } from '../support/parallel.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, idOf, settled, tus } from '../support/tus.ts'

/** The long proof: `AIRLOCK_KILL_ROUNDS=25 AIRLOCK_KILL_PART_MIB=75`; test/integration/assembly-kills.test.ts is the short one. */
const ROUNDS = Number(process.env.AIRLOCK_KILL_ROUNDS ?? 0)
const PART_BYTES = Number(process.env.AIRLOCK_KILL_PART_MIB ?? 12) * MIB
const PARTS = 4
const FINALS = 3
const LENGTH = PARTS * PART_BYTES

let site: Site
let api: string
const token = testToken({ sub: 'kim' })
beforeAll(async () => {
  if (ROUNDS === 0) return
  site = await startSite({ apis: 1, scans: 3, sweeps: 1, env: { SCAN_CONCURRENCY: '1' } })
  api = site.apis[0]?.url ?? ''
})
afterAll(() => site?.stop())

type Sent = { readonly id: string; readonly name: string; readonly sha256: string }

async function sendParts(): Promise<{ ids: string[]; sha256: string }> {
  const bytes = randomBytes(LENGTH)
  const slices = Array.from({ length: PARTS }, (_, i) => bytes.subarray(i * PART_BYTES, (i + 1) * PART_BYTES))
  const ids = await Promise.all(slices.map((slice) => sendPartial(api, token, slice)))
  return { ids, sha256: createHash('sha256').update(bytes).digest('hex') }
}

const sizeOf = (id: string) =>
  stat(stagedData(site.root, 'kim', id)).then(
    ({ size }) => size,
    () => 0,
  )

/** Returns when the file of `id` has grown to a random size on its way, or has gone on before that was seen. */
async function atRandomMoment(id: string): Promise<void> {
  const moment = PART_BYTES + Math.floor(Math.random() * (LENGTH - PART_BYTES))
  for (let before = 0; ; await nextTurn()) {
    const size = await sizeOf(id)
    if (size >= moment || size < before) return
    before = size
  }
}

/** How many of the finals have a file of their own that their record does not call whole. */
async function cutOff(finals: readonly Sent[]): Promise<number> {
  const looks = finals.map(async ({ id }) => {
    const text = await readFile(stagedData(site.root, 'kim', id).replace(/data$/, 'json'), 'utf8')
    const { concat } = JSON.parse(text) as UploadRecord
    return concat?.kind === 'final' && concat.assembled !== LENGTH && (await sizeOf(id)) > 0
  })
  return (await Promise.all(looks)).filter(Boolean).length
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

async function killAll(): Promise<void> {
  for (const { process } of site.scans) process.kill('SIGKILL')
  await Promise.all(site.scans.map(({ process }) => process.exited))
}

const quota = async () =>
  (await (await fetch(`${api}${FILES_PATH}/quota`, { headers: bearer(token) })).json()) as QuotaView

let interrupted = 0
test.each(Array.from({ length: ROUNDS }, (_, i) => [i + 1]))(
  'round %i: all workers killed at a random moment of an assembly: the files are there, bit for bit and once',
  async (round) => {
    const parts = await Promise.all(Array.from({ length: FINALS }, sendParts))
    const finals = await Promise.all(
      parts.map(async ({ ids, sha256 }, i): Promise<Sent> => {
        const name = `field-${i}.dat`
        const answer = await concatenate(api, token, ids, { filename: name, job_id: `round${round}` })
        return { id: idOf(answer), name, sha256 }
      }),
    )
    await atRandomMoment(finals[round % FINALS]?.id ?? '')
    await killAll()
    interrupted += await cutOff(finals)
    for (const scan of site.scans) scan.process = await scan.start()

    for (const { id, name, sha256 } of finals) {
      expect(await settled(api, token, id, 90_000)).toMatchObject({ state: 'complete', length: LENGTH, path: name })
      expect(await sha256Of(join(site.root, 'users/kim/jobs', `round${round}`, name))).toBe(sha256)
    }
    expect((await readdir(join(site.root, 'users/kim/jobs', `round${round}`))).length).toBe(FINALS)
    expect((await readdir(join(site.root, 'users/kim/.airlock'))).filter((name) => name.endsWith('.data'))).toEqual([])
    expect(await quota()).toMatchObject({ used: FINALS * LENGTH, reserved: 0 })
    for (const { id } of finals) expect((await tus(api, token, 'DELETE', `/${id}`)).status).toBe(204)
    expect(await quota()).toMatchObject({ used: 0, reserved: 0 })
  },
  150_000,
)

test.skipIf(ROUNDS === 0)('the kills fell into assemblies', () => {
  process.stdout.write(`${interrupted} assemblies were cut off in ${ROUNDS} rounds\n`)
  expect(interrupted).toBeGreaterThanOrEqual(ROUNDS)
})
