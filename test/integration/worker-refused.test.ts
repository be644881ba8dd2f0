import { setTimeout as pause } from 'node:timers/promises'
import { type Job, Queue, Worker } from 'bullmq'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectRedis } from '#shared/redis/connect.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { type PrivateRedis, startRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

let server: PrivateRedis
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

test('a worker that Redis refuses does not turn in circles, and goes on when Redis takes writes again', async () => {
  const log = createLogger('test', 'silent')
  const [redis, blocking] = [connectRedis(server.url, 'command', log), connectRedis(server.url, 'worker', log)]
  const options = { prefix: '{refused}' }
  const queue = new Queue('work', { connection: redis, ...options })
  const done: unknown[] = []
  const work = async (job: Job) => {
    // The last thing this worker hears before Redis refuses is that there is work.
    if (job.name === 'refused') await redis.config('SET', 'min-replicas-to-write', '1')
    done.push(job.id)
  }
  const worker = new Worker('work', work, { connection: blocking, ...options })
  const errors: Error[] = []
  worker.on('error', (error) => errors.push(error))
  await queue.addBulk(['refused', 'next', 'next', 'next'].map((name) => ({ name, data: {} })))
  await until('three refusals', () => errors.length >= 3)
  // Without a pause there are hundreds of refusals a second, each with its cost.
  const before = errors.length
  await pause(1_500)
  expect(errors.length - before).toBeLessThan(20)
  expect(errors.every(({ message }) => message.startsWith('NOREPLICAS'))).toBe(true)
  await redis.config('SET', 'min-replicas-to-write', '0')
  await until('the other jobs', () => done.length >= 4)
  await worker.close()
  await queue.close()
  for (const client of [redis, blocking]) client.disconnect()
})
