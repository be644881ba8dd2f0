import { setTimeout as pause } from 'node:timers/promises'
import { encodeMetadata, idOf, tus } from './tus.ts'

export type PatientOptions = {
  readonly api: string
  readonly token: string
  readonly body: Buffer
  readonly filename: string
  readonly chunkBytes: number
  /** Between two chunks, ms: the upload lasts through the fault. */
  readonly pauseMs: number
  /** Hears the status of every answer. */
  readonly heard?: (status: number) => void
}

/** What a client must come back for. */
const PASSING = [409, 423, 429, 460, 503]
const RETRY_MS = 200
const LIMIT_MS = 120_000

/** Sends a file in chunks as a tus client does that does not give up: what may pass is tried again, from the offset HEAD gives. Answers the id. */
export async function uploadPatiently(options: PatientOptions): Promise<string> {
  const { api, token, body, filename, chunkBytes, pauseMs, heard = () => undefined } = options
  const deadline = performance.now() + LIMIT_MS
  const ask = async (...args: [method: string, path: string, headers: Record<string, string>, body?: Buffer]) => {
    for (;;) {
      const answer = await tus(api, token, ...args)
      heard(answer.status)
      await answer.arrayBuffer()
      if (answer.ok) return answer
      const { status } = answer
      if (!PASSING.includes(status)) throw new Error(`${args[0]} ${filename}: ${status}`)
      if (performance.now() > deadline) throw new Error(`${args[0]} ${filename}: still ${status} after ${LIMIT_MS} ms`)
      await pause(RETRY_MS)
      if (args[0] === 'PATCH') return undefined
    }
  }
  const metadata = { 'Upload-Metadata': encodeMetadata({ filename, job_id: 'patient' }) }
  const created = await ask('POST', '', { 'Upload-Length': String(body.length), ...metadata })
  const id = created === undefined ? '' : idOf(created)
  for (let offset = 0; offset < body.length; ) {
    const headers = { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' }
    const patched = await ask('PATCH', `/${id}`, headers, body.subarray(offset, offset + chunkBytes))
    const stands = patched ?? (await ask('HEAD', `/${id}`, {}))
    offset = Number(stands?.headers.get('upload-offset') ?? offset)
    await pause(pauseMs)
  }
  return id
}
