import { pino } from 'pino'
import { expect, test } from 'vitest'
import { compareEventIds } from '#shared/contracts/events.ts'
import type { EventStream, StateMessage } from '../../../services/realtime/event-stream.ts'
import { createCatchUp } from '../../../services/realtime/hub/catch-up.ts'
import { Hub } from '../../../services/realtime/hub/hub.ts'
import { event, fakePeer, principal } from './fakes.ts'

const ending = new AbortController()

/** A stream in memory that may have lost its beginning. */
function fakeStream(entries: StateMessage[], trimmedTo = '0-0'): EventStream {
  const kept = () => entries.filter((one) => compareEventIds(one.id, trimmedTo) >= 0)
  return {
    wait: () => Promise.reject(new Error('not here')),
    covers: async (id) => compareEventIds(trimmedTo, id) <= 0,
    async between(after, end, count) {
      const events = kept()
        .filter((one) => compareEventIds(one.id, after) > 0 && (end === '+' || compareEventIds(one.id, end) <= 0))
        .slice(0, count)
      return { events, last: events.at(-1)?.id ?? after, entries: events.length, anew: false }
    },
  }
}

function newHub(entries: StateMessage[], { start = '0-0', trimmedTo = '0-0' } = {}) {
  const stream = fakeStream(entries, trimmedTo)
  const log = pino({ level: 'silent' })
  const gaps: number[] = []
  const last = () => entries.at(-1)?.id ?? '0-0'
  const readSnapshot = async () => ({ type: 'snapshot' as const, data: {} as never, timestamp: '', id: last() })
  const catchUp = createCatchUp({ stream, readSnapshot, log })
  const deps = { stream, catchUp, lastEventId: async () => start, onEvent: () => undefined, log }
  return { gaps, hub: new Hub({ ...deps, onGap: () => gaps.push(1) }, ending.signal) }
}

/** Every fake answers at once, so all work is done before the next turn of the event loop. */
const settled = () => new Promise((resolve) => setImmediate(resolve))
const batch = (previous: string, ...events: StateMessage[]) => ({
  previous,
  last: events.at(-1)?.id ?? previous,
  events,
})

test('repeats are passed over, also in part', async () => {
  const { hub, gaps } = newHub([])
  const peer = fakePeer()
  hub.attach(principal('ada'), peer, undefined)
  await settled()
  hub.receive(batch('0-0', event('1-0'), event('2-0')))
  hub.receive(batch('0-0', event('1-0'), event('2-0'), event('3-0')))
  hub.receive(batch('3-0'))
  await settled()
  expect(peer.sent).toEqual(['snapshot 0-0', '1-0', '2-0', '3-0'])
  expect(gaps).toEqual([])
})

test('a gap is filled from the stream, in order; a heartbeat shows it as well', async () => {
  const entries: StateMessage[] = []
  const { hub, gaps } = newHub(entries)
  const peer = fakePeer()
  hub.attach(principal('ada'), peer, undefined)
  await settled()
  entries.push(...['1-0', '2-0', '3-0', '4-0', '5-0'].map((id) => event(id)))
  hub.receive(batch('2-0', event('3-0')))
  await settled()
  expect(peer.sent).toEqual(['snapshot 0-0', '1-0', '2-0', '3-0'])
  hub.receive(batch('5-0'))
  await settled()
  expect(peer.sent.slice(4)).toEqual(['4-0', '5-0'])
  expect(gaps).toHaveLength(2)
})

test('a gap that the stream does not reach back to is a new snapshot for everybody', async () => {
  const entries = [event('90-0'), event('91-0')]
  const { hub } = newHub(entries, { start: '1-0', trimmedTo: '90-0' })
  const peer = fakePeer()
  hub.attach(principal('ada'), peer, undefined)
  await settled()
  hub.receive(batch('91-0', event('92-0')))
  await settled()
  expect(peer.sent).toEqual(['snapshot 91-0', 'snapshot 91-0', '92-0'])
})

test('a stream that begins anew is a new snapshot for everybody, and what comes after it goes on', async () => {
  const { hub } = newHub([event('7-0')], { start: '5-0' })
  const peer = fakePeer()
  hub.attach(principal('ada'), peer, undefined)
  await settled()
  hub.receive({ ...batch('5-0'), last: '7-0', anew: true })
  hub.receive(batch('7-0', event('8-0')))
  await settled()
  expect(peer.sent).toEqual(['snapshot 7-0', 'snapshot 7-0', '8-0'])
})

test('owners hear of their own, administrators of all, each once', async () => {
  const { hub } = newHub([])
  const [ada, bob, root] = [fakePeer(), fakePeer(), fakePeer()]
  hub.attach(principal('ada'), ada, undefined)
  hub.attach(principal('bob'), bob, undefined)
  const rootClient = hub.attach(principal('root', true), root, undefined)
  await settled()
  hub.receive(batch('0-0', event('1-0', 'ada'), event('2-0', 'bob'), event('3-0', 'root')))
  await settled()
  expect([ada, bob, root].map((peer) => peer.sent.slice(1))).toEqual([['1-0'], ['2-0'], ['1-0', '2-0', '3-0']])
  hub.detach(rootClient)
  hub.receive(batch('3-0', event('4-0', 'bob')))
  await settled()
  expect(root.sent).toHaveLength(4)
  expect(hub.clients.count('ws')).toBe(2)
})
