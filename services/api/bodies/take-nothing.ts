import type { Readable } from 'node:stream'
import { AppError } from '#shared/domain/errors.ts'

/** Waits for the end of a body that may bring no byte; answers whether it came. Throws `body_too_large` with the first byte. */
export function takeNothing(body: Readable, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      body.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone)
      signal.removeEventListener('abort', onGone)
    }
    const onData = () => {
      leave()
      body.pause()
      reject(tooMuch())
    }
    const onEnd = () => {
      leave()
      resolve(true)
    }
    const onGone = () => {
      leave()
      resolve(false)
    }
    if (signal.aborted || body.destroyed || body.readableEnded) {
      resolve(body.readableEnded)
      return
    }
    signal.addEventListener('abort', onGone)
    body.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone)
  })
}

const tooMuch = () =>
  new AppError('tooLarge', 'body_too_large', 'Cannot accept the body: the upload has all its bytes already')
