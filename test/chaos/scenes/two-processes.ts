import { type ClientRequest, request } from 'node:http'
import { MIB } from '#shared/domain/limits.ts'
import { testToken } from '../../support/tokens.ts'
import { bearer, TUS_PATH } from '../../support/tus.ts'
import { until } from '../../support/until.ts'
import { type ChaosSite, startChaosSite } from '../chaos-site.ts'
import { createRestClient, type RestClient } from '../clients/rest-client.ts'
import { type EventFollower, followEvents } from '../event-follower.ts'
import { createJournal, type Journal } from '../journal.ts'
import type { Member } from '../site/member.ts'

export type Answer = { readonly status: number; readonly offset: number }
export type Side = 0 | 1

/** Two API processes on one directory, and what is needed to bring their uploads to an end. */
export type TwoProcesses = {
  readonly site: ChaosSite
  readonly journal: Journal
  readonly rest: RestClient
  readonly follower: EventFollower
  readonly apis: readonly Member[]
  create(length: number): Promise<string>
  /** One request with a body that is sent at once. */
  send(side: Side, method: string, id: string, headers?: Record<string, string>, body?: Buffer): Promise<Answer>
  /** A PATCH whose body is sent by the caller. */
  open(side: Side, id: string, offset: number, length: number): { req: ClientRequest; answer: Promise<Answer> }
  stop(): Promise<void>
}

const SIZES = { api: 2, realtime: 0, scan: 2, sweep: 1 }

export const OWNER = 'kim'

export async function startTwoProcesses(env: NodeJS.ProcessEnv): Promise<TwoProcesses> {
  const journal = createJournal()
  const site = await startChaosSite({ journal, env, diskBytes: 2_048 * MIB, sizes: SIZES })
  const stopping = new AbortController()
  const follower = followEvents(site.redis.url, site.keys.events, journal)
  const token = testToken({ sub: OWNER, expiresIn: '12h' })
  const begin = (side: Side, method: string, path: string, headers: Record<string, string>) => {
    const port = site.front.links[side]?.port
    const all = { ...bearer(token), 'Tus-Resumable': '1.0.0', ...headers }
    const url = `http://127.0.0.1:${port}${TUS_PATH}${path}`
    const req = request(url, { method, headers: all, agent: false })
    return { req, answer: answerOf(req) }
  }
  const send: TwoProcesses['send'] = (side, method, id, headers = {}, body = Buffer.alloc(0)) => {
    const { req, answer } = begin(side, method, `/${id}`, { ...headers, 'Content-Length': String(body.length) })
    req.end(body)
    return answer
  }
  return {
    ...{ site, journal, follower, send, rest: createRestClient(site.front.url, stopping.signal) },
    apis: site.members.filter(({ kind }) => kind === 'api'),
    async create(length) {
      const { req } = begin(0, 'POST', '', { 'Upload-Length': String(length), 'Content-Length': '0' })
      req.end()
      const location = await new Promise<string>((resolve, reject) => {
        req.on('response', (res) => resolve(String(res.resume().headers.location))).on('error', reject)
      })
      return location.split('/').at(-1) ?? ''
    },
    open: (side, id, offset, length) =>
      begin(side, 'PATCH', `/${id}`, { ...stream(offset), 'Content-Length': String(length) }),
    async stop() {
      stopping.abort()
      await follower.stop()
      await site.stop()
      await site.remove()
    },
  }
}

export const stream = (offset: number): Record<string, string> => ({
  'Content-Type': 'application/offset+octet-stream',
  'Upload-Offset': String(offset),
})

/** Status 0: no answer. */
function answerOf(req: ClientRequest): Promise<Answer> {
  return new Promise((resolve) => {
    req.on('response', (res) => {
      res.resume().on('error', () => undefined)
      resolve({ status: res.statusCode ?? 0, offset: Number(res.headers['upload-offset'] ?? -1) })
    })
    req.on('error', () => resolve({ status: 0, offset: -1 }))
  })
}

/** The offset of `id` as HEAD tells it, asked until somebody does. */
export const offsetOf = (two: TwoProcesses, side: Side, id: string): Promise<number> =>
  until(
    `the offset of ${id}`,
    async () => {
      const { status, offset } = await two.send(side, 'HEAD', id)
      return status === 200 ? { offset } : undefined
    },
    90_000,
  ).then(({ offset }) => offset)

/** Sends the rest of `id`, filled with `byte`, through `side`; answers where it began. */
export async function finish(two: TwoProcesses, side: Side, id: string, length: number, byte: number): Promise<number> {
  const begun = await offsetOf(two, side, id)
  await until(
    `the end of ${id}`,
    async () => {
      const offset = await offsetOf(two, side, id)
      if (offset === length) return true
      const answer = await two.send(side, 'PATCH', id, stream(offset), Buffer.alloc(length - offset, byte))
      return answer.status === 204 && answer.offset === length
    },
    90_000,
  )
  return begun
}
