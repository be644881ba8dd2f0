import { constants, deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { beginningOfMember } from '#shared/gate/embedded/member-beginning.ts'
import { noise } from '../../support/archives/bytes.ts'

const DEFLATE = 8
const beginning = (bytes: Buffer) => beginningOfMember(DEFLATE, false, bytes)?.head as Buffer

test.each([
  ['noise', noise(3000), 3000],
  [
    'noise, then zeros that hold a thousand times their length',
    Buffer.concat([noise(3000), Buffer.alloc(30_000_000)]),
    3000,
  ],
  ['zeros', Buffer.alloc(30_000_000), 60_000],
  ['much noise', noise(200_000), 15_000],
])('%s: begins as it does, and no more than 128 KiB come out', (_, data, least) => {
  const head = beginning(deflateRawSync(data))
  expect(head.length).toBeGreaterThanOrEqual(least)
  expect(head.length).toBeLessThanOrEqual(128 * 1024)
  expect(head.equals(data.subarray(0, head.length))).toBe(true)
})

test('what lies in front of damage comes out', () => {
  const whole = deflateRawSync(noise(9000), { finishFlush: constants.Z_SYNC_FLUSH })
  const head = beginning(Buffer.concat([whole, Buffer.alloc(200, 0xff)]))
  expect(head.equals(noise(9000).subarray(0, head.length))).toBe(true)
  expect(head.length).toBeGreaterThan(8900)
})

test('stored bytes are themselves; of other methods and what is encrypted nothing is known', () => {
  expect(beginningOfMember(0, false, noise(50))?.head).toEqual(noise(50))
  expect(beginningOfMember(9, false, noise(50))).toBeNull()
  expect(beginningOfMember(DEFLATE, true, noise(50))).toBeNull()
})
