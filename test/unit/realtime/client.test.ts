import { expect, test } from 'vitest'
import type { Envelope } from '#shared/contracts/events.ts'
import { Client } from '../../../services/realtime/hub/client.ts'
import { Outgoing } from '../../../services/realtime/hub/outgoing.ts'
import { event, fakePeer, principal } from './fakes.ts'

const state = (id: string) => new Outgoing(event(id))
const snapshot = (id: string) => new Outgoing({ type: 'snapshot', data: {} as never, timestamp: '', id })
const progress = new Outgoing({
  type: 'upload_progress',
  data: {},
  timestamp: '',
  id: '',
} as Envelope<'upload_progress'>)

function newClient() {
  const peer = fakePeer()
  return { peer, client: new Client(principal('ada'), peer) }
}

test('events wait for the snapshot; those it holds already are not sent', () => {
  const { client, peer } = newClient()
  client.hold()
  for (const id of ['5-0', '7-0', '7-1']) client.offer(state(id))
  expect(peer.sent).toEqual([])
  client.snapshot(snapshot('7-0'))
  client.goLive()
  client.offer(state('7-1'))
  client.offer(state('10-0'))
  expect(peer.sent).toEqual(['snapshot 7-0', '7-1', '10-0'])
})

test('what was replayed is not sent again when it comes live', () => {
  const { client, peer } = newClient()
  client.hold()
  client.pass('5-0')
  client.offer(state('6-0'))
  client.offer(state('8-0'))
  for (const id of ['6-0', '7-0']) client.deliver(state(id))
  client.pass('7-5')
  client.goLive()
  expect(peer.sent).toEqual(['6-0', '7-0', '8-0'])
})

test('catching up anew ends the run before', () => {
  const { client } = newClient()
  const first = client.hold()
  const second = client.hold()
  expect([client.isCatchingUp(first), client.isCatchingUp(second)]).toEqual([false, true])
  client.end()
  expect(client.isCatchingUp(second)).toBe(false)
})

test('progress is dropped while it catches up, and above 1 MiB in the buffer', () => {
  const { client, peer } = newClient()
  client.hold()
  expect(client.notify(progress)).toBe(false)
  client.goLive()
  expect(client.notify(progress)).toBe(true)
  peer.bytes = 1024 * 1024 + 1
  expect(client.notify(progress)).toBe(false)
  client.offer(state('9-0'))
  expect(peer.sent).toEqual(['upload_progress', '9-0'])
})

test('above 16 MiB in the buffer it is cut off and gets nothing more', () => {
  const { client, peer } = newClient()
  client.goLive()
  peer.bytes = 16 * 1024 * 1024 + 1
  client.offer(state('1-0'))
  client.offer(state('2-0'))
  expect({ sent: peer.sent, closed: peer.closed }).toEqual({ sent: ['1-0'], closed: 'slow' })
})

test('too many events while it catches up cut it off', () => {
  const { client, peer } = newClient()
  client.hold()
  for (let i = 0; i <= 10_000; i++) client.offer(state(`${i}-0`))
  expect(peer.closed).toBe('slow')
})
