import type { RateLimitedQueue } from '@uppy/core/utils'
import type { TusOptions } from '@uppy/tus'
import type { DetailedError } from 'tus-js-client'
import { parseRefusal, type Refusal, retryAfterMs } from '../core/refusal.ts'
import type { FileBody, FileMeta } from './uppy-file.ts'

type Deps = {
  readonly endpoint: string
  readonly token: () => string
  readonly queue: RateLimitedQueue
  readonly words: (refusal: Refusal) => string
}

/** About two minutes in all without a byte of progress: a restart of the server, a change of network. */
const RETRY_DELAYS = [0, 1_000, 3_000, 5_000, 10_000, 20_000, 30_000, 60_000]

export const tusOptions = ({ endpoint, token, queue, words }: Deps): TusOptions<FileMeta, FileBody> => ({
  endpoint,
  rateLimitedQueue: queue,
  retryDelays: RETRY_DELAYS,
  chunkSize: Number.POSITIVE_INFINITY,
  // Else the same file could be sent only once from this browser.
  removeFingerprintOnSuccess: true,
  // On every request, not once: a token renewed by the portal carries a long upload on.
  onBeforeRequest: (request) => request.setHeader('Authorization', `Bearer ${token()}`),
  onShouldRetry: (error, _attempt, _options, next) => {
    const status = error.originalResponse?.getStatus()
    if (status === 409 && error.originalRequest.getMethod() === 'POST') return false // the name is taken, and stays so
    if (status === 507) return false
    // Uppy's own answer to 429 gives up after so many over the page's whole life; here all of them wait as long as asked.
    if (status === 429 || status === 503)
      queue.pause(retryAfterMs(error.originalResponse?.getHeader('Retry-After'), Date.now()))
    return next(error)
  },
  // The error goes on to Uppy's list as it is, so its message has to become readable here.
  onError: (error) => {
    if (!('originalRequest' in error)) return
    const { originalResponse } = error as DetailedError
    error.message = words(parseRefusal(originalResponse?.getStatus() ?? 0, originalResponse?.getBody() ?? ''))
  },
})
