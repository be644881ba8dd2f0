import { expect, test } from 'vitest'
import { Lifecycle } from '#shared/runtime/lifecycle.ts'
import { createLogger, withoutSecrets } from '#shared/runtime/logger.ts'

const log = createLogger('test', 'silent')

test('last started, first stopped; a failing and a stuck step do not skip the others, and count', async () => {
  const life = new Lifecycle(log, 20)
  const order: string[] = []
  const step = (name: string, work: () => Promise<unknown> = async () => undefined) =>
    life.onStop(name, () => {
      order.push(name)
      return work()
    })
  step('redis')
  step('queue', async () => {
    throw new Error('boom')
  })
  step('worker', () => new Promise(() => undefined))
  step('http')
  expect(life.isStopping).toBe(false)
  expect(await life.stop()).toBe(1)
  expect(life.isStopping).toBe(true)
  expect(order).toEqual(['http', 'worker', 'queue', 'redis'])
})

test('stops once, however often it is asked', async () => {
  const life = new Lifecycle(log, 20)
  let stops = 0
  life.onStop('once', async () => ++stops)
  expect(await Promise.all([life.stop(), life.stop()])).toEqual([0, 0])
  expect(stops).toBe(1)
})

test('secrets are cut out of a text', () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJraW0ifQ.abc-_123'
  expect(withoutSecrets(`bad ${token} in /ws?token=${token}&x=1 via redis://user:pw@host:6379/0`)).toBe(
    'bad [token] in /ws?token=[token]&x=1 via redis://[credentials]@host:6379/0',
  )
})
