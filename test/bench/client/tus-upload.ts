import type { RawConnection, RawRequest } from './raw-connection.ts'

/** `patch`: POST, then one PATCH. `creation`: creation-with-upload. `deferred`: the length is said after the last byte. */
export type Way = 'patch' | 'creation' | 'deferred'

export type UploadPlan = {
  readonly path: string
  readonly headers: Record<string, string>
  readonly way: Way
  readonly body: { readonly buffer: Buffer; readonly bytes: number }
  readonly name: string
}

const OFFSET_STREAM = { 'Content-Type': 'application/offset+octet-stream' }

/** One file by tus; answers the path of its URL. Throws at any answer but the one that is right. */
export async function tusUpload(connection: RawConnection, plan: UploadPlan, onSent?: () => void): Promise<string> {
  const headers = { ...plan.headers, 'Tus-Resumable': '1.0.0' }
  const metadata = { 'Upload-Metadata': `filename ${Buffer.from(plan.name).toString('base64')}` }
  const { body, way } = plan
  const ask = async (request: RawRequest, status: number) => {
    const answer = await connection.request(request, request.body === undefined ? undefined : onSent)
    if (answer.status !== status) throw new Error(`${request.method}: ${answer.status} ${answer.text}`)
    return answer
  }
  const length = way === 'deferred' ? { 'Upload-Defer-Length': 1 } : { 'Upload-Length': body.bytes }
  const creation = { method: 'POST', path: plan.path, headers: { ...headers, ...metadata, ...length } }
  if (way === 'creation')
    return pathOf(await ask({ ...creation, headers: { ...creation.headers, ...OFFSET_STREAM }, body }, 201))
  const path = pathOf(await ask(creation, 201))
  const patch = { method: 'PATCH', path }
  await ask({ ...patch, headers: { ...headers, ...OFFSET_STREAM, 'Upload-Offset': 0 }, body }, 204)
  if (way === 'deferred') {
    const end = { 'Upload-Offset': body.bytes, 'Upload-Length': body.bytes }
    await ask({ ...patch, headers: { ...headers, ...OFFSET_STREAM, ...end } }, 204)
  }
  return path
}

const pathOf = (answer: { headers: Map<string, string> }): string =>
  new URL(answer.headers.get('location') ?? '', 'http://localhost').pathname
