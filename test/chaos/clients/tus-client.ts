import { Agent } from 'node:http'
import { type DetailedError, Upload, type UploadOptions } from 'tus-js-client'
import { testToken } from '../../support/tokens.ts'
import { bearer, TUS_PATH } from '../../support/tus.ts'
import type { Content } from './content.ts'
import { createHttpStack } from './http-stack.ts'
import type { UploadPlan } from './plan-upload.ts'
import { idOfUrl, type Outcome, type TrackedUpload } from './tracked-upload.ts'

export type ClientDeps = {
  readonly url: string
  readonly now: () => number
  readonly onRetry: () => void
}

/** A patient client: minutes of faults, one after the other. Its count begins anew with each byte that gets through. */
const RETRY_DELAYS = [100, 200, 400, ...Array.from({ length: 300 }, () => 800)]

const PRESSES = 100
const PRESS_MS = 1_000

export const tokenOf = (owner: string): string => testToken({ sub: owner, expiresIn: '12h' })

export const metadataOf = (plan: UploadPlan): Record<string, string> => ({
  ...{ filename: plan.filename, job_id: plan.job, on_conflict: plan.onConflict },
  plan: String(plan.number),
})

/** tus-js-client sends the file with its own retries and nothing more. */
export function sendByTus(upload: TrackedUpload, deps: ClientDeps): Promise<Outcome> {
  const { plan } = upload
  const agent = plan.keepAlive ? new Agent({ keepAlive: true }) : undefined
  return new Promise<Outcome>((resolve) => {
    let deleting = false
    let presses = PRESSES
    const client = new Upload(Buffer.alloc(0), {
      ...optionsFor(upload, deps, agent),
      onSuccess: () => {
        upload.id = idOfUrl(client.url ?? '')
        if (!deleting) resolve({ kind: 'acked' })
      },
      onError: (error) => {
        // tus-js-client does not repeat the creation of a final: its user presses "retry".
        if (plan.method === 'parallel' && isRetryable(error) && presses-- > 0) {
          deps.onRetry()
          setTimeout(() => client.start(), PRESS_MS)
        } else resolve(failureOf(error))
      },
      onProgress: (sent) => {
        if (plan.method !== 'delete' || deleting || sent < plan.share * plan.content.size) return
        deleting = true
        upload.id = idOfUrl(client.url ?? '')
        client.abort(true).then(
          () => resolve({ kind: 'deleted' }),
          // A deletion whose answer was lost finds nothing the second time.
          (error: DetailedError) =>
            resolve(isGone(error) ? { kind: 'deleted' } : { kind: 'failed', why: `DELETE: ${error.message}` }),
        )
      },
    })
    client.start()
  }).finally(() => agent?.destroy())
}

function optionsFor(upload: TrackedUpload, deps: ClientDeps, agent: Agent | undefined): UploadOptions {
  const { plan } = upload
  return {
    endpoint: `${deps.url}${TUS_PATH}`,
    headers: bearer(tokenOf(plan.owner)),
    metadata: metadataOf(plan),
    metadataForPartialUploads: { filename: `part-of-${plan.filename}`, job_id: plan.job, plan: String(plan.number) },
    chunkSize: plan.method === 'whole' ? Number.POSITIVE_INFINITY : plan.chunkBytes,
    uploadDataDuringCreation: plan.method === 'creation',
    uploadLengthDeferred: plan.method === 'deferred',
    parallelUploads: plan.method === 'parallel' ? 2 + Math.floor(plan.share * 3) : 1,
    retryDelays: RETRY_DELAYS,
    storeFingerprintForResuming: false,
    fileReader: { openFile: async (input: Buffer) => sourceOf(input.length > 0 ? partOf(input) : plan.content) },
    httpStack: createHttpStack({ agent, now: deps.now, onExchange: upload.onExchange }),
    onShouldRetry: (error) => {
      const retry = isRetryable(error)
      if (retry) deps.onRetry()
      return retry
    },
  }
}

/** tus-js-client's own rule; a name that is taken stays taken, though. */
function isRetryable(error: Error | DetailedError): boolean {
  const originalResponse = 'originalResponse' in error ? error.originalResponse : null
  const status = originalResponse?.getStatus() ?? 0
  if (status === 409 && originalResponse?.getBody().includes('name_taken')) return false
  return status < 400 || status > 499 || status === 409 || status === 423
}

const isGone = ({ originalResponse }: DetailedError): boolean => [404, 410].includes(originalResponse?.getStatus() ?? 0)

function failureOf(error: Error | DetailedError): Outcome {
  const answer = 'originalResponse' in error ? error.originalResponse?.getBody() : undefined
  return answer?.includes('name_taken') ? { kind: 'refused' } : { kind: 'failed', why: error.message }
}

/** tus-js-client opens each part of a parallel upload as a file of its own. */
const partOf = (bytes: Buffer) => ({
  size: bytes.length,
  slice: (start: number, end: number) => Buffer.from(bytes.subarray(start, end)),
})

const sourceOf = (content: Pick<Content, 'size' | 'slice'>) => ({
  size: content.size,
  slice: async (start: number, end: number) => {
    const value = content.slice(start, Math.min(end, content.size))
    return { value: Object.assign(value, { size: value.length }), done: end >= content.size }
  },
  close: () => undefined,
})
