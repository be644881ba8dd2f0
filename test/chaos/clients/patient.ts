import { setTimeout as pause } from 'node:timers/promises'
import type { HttpResponse } from 'tus-js-client'
import { bearer, TUS_PATH } from '../../support/tus.ts'
import { createHttpStack } from './http-stack.ts'
import type { TrackedUpload } from './tracked-upload.ts'
import { type ClientDeps, tokenOf } from './tus-client.ts'

const WAIT_MS = 500
/** As patient as tus-js-client with its delays. */
const TRIES = 400

export type Ask = (
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Buffer | null,
) => Promise<HttpResponse | undefined>

/** Sends requests of one upload; undefined where no answer came. `common`: headers of all. */
export function createAsk(upload: TrackedUpload, deps: ClientDeps, common: Record<string, string>): Ask {
  const stack = createHttpStack({ agent: undefined, now: deps.now, onExchange: upload.onExchange })
  return async (method, path, headers, body = null) => {
    const request = stack.createRequest(method, `${deps.url}${TUS_PATH}${path}`)
    const all = { ...bearer(tokenOf(upload.plan.owner)), ...common, ...headers }
    for (const [name, value] of Object.entries(all)) request.setHeader(name, value)
    return request.send(body).catch(() => undefined)
  }
}

type Answer = HttpResponse | undefined | 'refused'

/** Until `enough`, `refused`, or no more patience; pieces that get through are not counted. */
export async function again(deps: ClientDeps, act: () => Promise<Answer>, enough: (answer: HttpResponse) => boolean) {
  for (let failures = 0; failures < TRIES; ) {
    const answer = await act()
    if (answer === 'refused' || (answer?.getStatus() === 409 && answer.getBody().includes('name_taken')))
      return 'refused'
    const status = answer?.getStatus() ?? 0
    if (answer !== undefined && status < 300 && enough(answer)) return answer
    if (status >= 200 && status < 300) continue
    failures++
    deps.onRetry()
    await pause(WAIT_MS)
  }
  return undefined
}
