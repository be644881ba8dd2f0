import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { uploadPatiently } from './patient-upload.ts'
import type { Site } from './site.ts'
import { testToken } from './tokens.ts'
import { settled } from './tus.ts'

export type Load = {
  /** Resolves when each upload is acknowledged. */
  readonly sent: Promise<void>
  /** Every status that a client was answered. */
  readonly statuses: Set<number>
  /** Resolves to the first answers of all clients: the load has begun. */
  readonly begun: Promise<void>
  /** Waits for a verdict on each, and compares what lies in place with what was sent; answers the ids. */
  check(): Promise<string[]>
}

const FILES = 12
const CHUNKS = 20
const OWNER = 'kim'

/** Clients that send a file each, chunk by chunk, for about `seconds`. */
export function startLoad(site: Site, seconds: number, name: string): Load {
  const token = testToken({ sub: OWNER })
  const statuses = new Set<number>()
  let answers = 0
  let begin: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const heard = (status: number) => {
    statuses.add(status)
    if (++answers === 3 * FILES) begin()
  }
  const files = Array.from({ length: FILES }, (_, i) => {
    const body = Buffer.from(`$ ${name} ${i}\n`.repeat(40_000)).subarray(0, 400_000 + i)
    const api = site.apis[i % site.apis.length]?.url ?? ''
    const plan = { chunkBytes: Math.ceil(body.length / CHUNKS), pauseMs: (seconds * 1_000) / CHUNKS }
    const filename = `${name}-${i}.k`
    return { api, body, filename, id: uploadPatiently({ api, token, body, filename, heard, ...plan }) }
  })
  return {
    statuses,
    begun,
    sent: Promise.all(files.map(({ id }) => id)).then(() => undefined),
    check: () =>
      Promise.all(
        files.map(async ({ api, body, filename, id }) => {
          const view = await settled(api, token, await id, 90_000)
          if (view.state !== 'complete') throw new Error(`${filename} is ${view.state}`)
          const placed = await readFile(join(site.root, 'users', OWNER, 'jobs/patient', filename))
          if (!placed.equals(body)) throw new Error(`${filename} is not what was sent`)
          return view.id
        }),
      ),
  }
}
