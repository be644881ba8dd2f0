import { expect, test } from 'vitest'
import { isProgressMessage, isRelayMessage } from '../../../services/realtime/relay/relay-message.ts'
import { event } from './fakes.ts'

test.each([
  [{ previous: '0-0', last: '1-0', events: [event('1-0')] }, true],
  [{ previous: '0-0', last: '0-0', events: [] }, true],
  [{ previous: '0-0', last: '1-0', events: [{ id: '1-0' }] }, false],
  [{ previous: '0-0', last: '1-0', events: [null] }, false],
  [{ previous: 'x', last: '1-0', events: [] }, false],
  [{ previous: '0-0', last: '1-0' }, false],
  [null, false],
  ['text', false],
])('relay message %j → %s', (message, good) => expect(isRelayMessage(message)).toBe(good))

test.each([
  [{ type: 'upload_progress', data: { owner: 'ada' } }, true],
  [{ type: 'scan_progress', data: { owner: 'ada' } }, true],
  [{ type: 'upload_state', data: { owner: 'ada' } }, false],
  [{ type: 'upload_progress', data: {} }, false],
  [undefined, false],
])('progress message %j → %s', (message, good) => expect(isProgressMessage(message)).toBe(good))
