import type { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { PROGRESS_EVENT } from '#shared/contracts/events.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { createProgressPublisher } from '#shared/redis/progress-publisher.ts'

function fakeRedis(status: string, publish: () => Promise<number> = async () => 1) {
  const published: [channel: string, message: string][] = []
  const redis = {
    status,
    publish(channel: string, message: string) {
      published.push([channel, message])
      return publish()
    },
  }
  return { published, redis: redis as unknown as Redis }
}

const keys = createKeys('site')
const progress = { upload_id: 'u1', owner: 'ada', received: 5, length: 10 }

test('a message goes to the realtime processes in the form of Socket.IO’s adapter', () => {
  const { redis, published } = fakeRedis('ready')
  const publisher = createProgressPublisher({ redis, keys, now: () => 0 })
  publisher.upload(progress)
  publisher.scan({ upload_id: 'u1', owner: 'ada', stage: 'hash', bytes: 1, total: 2, entries: 0, rate: 0 })
  expect(published.map(([channel]) => channel)).toEqual(Array(2).fill('{site}:socket.io-request#/#'))
  expect(published.map(([, message]) => JSON.parse(message).data)).toMatchObject([
    [PROGRESS_EVENT, { type: 'upload_progress', data: progress, timestamp: '1970-01-01T00:00:00.000Z', id: '' }],
    [PROGRESS_EVENT, { type: 'scan_progress', data: { stage: 'hash' } }],
  ])
  publisher.close()
})

test('while Redis is away it is dropped, and a failure is nobody’s concern', () => {
  const away = fakeRedis('reconnecting')
  createProgressPublisher({ redis: away.redis, keys }).upload(progress)
  expect(away.published).toEqual([])
  const failing = fakeRedis('ready', () => Promise.reject(new Error('gone')))
  createProgressPublisher({ redis: failing.redis, keys }).upload(progress)
  expect(failing.published).toHaveLength(1)
})
