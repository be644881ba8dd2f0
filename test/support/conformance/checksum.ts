import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { at, type Rule } from './tus-client.ts'

const digest = (algorithm: string, text: string) =>
  `${algorithm} ${createHash(algorithm).update(text).digest('base64')}`

/** tus 1.0.0, "Checksum". */
export const CHECKSUM: readonly Rule[] = [
  [
    'Tus-Checksum-Algorithm: MUST be in the answer to OPTIONS, and name sha1',
    async ({ kim }) => {
      const names = (await kim.options()).headers['tus-checksum-algorithm']?.split(',') ?? []
      expect(names).toContain('sha1')
      for (const name of names) expect(name).toMatch(/^[^A-Z,\u0080-\uffff]+$/)
    },
  ],
  [
    'Upload-Checksum: bytes that match are kept (204)',
    async ({ kim }) => {
      const url = await kim.create(5)
      expect((await kim.patch(url, 0, 'hello', { 'Upload-Checksum': digest('sha1', 'hello') })).status).toBe(204)
    },
  ],
  [
    'Upload-Checksum: MUST be verified; a mismatch is 460, and the chunk MUST be discarded',
    async ({ kim }) => {
      const url = await kim.create(9)
      await kim.patch(url, 0, 'he')
      expect((await kim.patch(url, 2, 'xxx', { 'Upload-Checksum': digest('sha1', 'llo') })).status).toBe(460)
      expect(await kim.offset(url)).toBe(2)
    },
  ],
  [
    'Upload-Checksum: an unknown algorithm is 400, and the chunk MUST be discarded',
    async ({ kim }) => {
      const url = await kim.create(9)
      for (const checksum of ['crc32 AAAA', 'sha1', 'sha1 *', `${digest('sha1', 'hello')} x`])
        expect([checksum, (await kim.patch(url, 0, 'hello', { 'Upload-Checksum': checksum })).status]).toEqual([
          checksum,
          400,
        ])
      expect(await kim.offset(url)).toBe(0)
    },
  ],
  [
    'checksum-trailer: the checksum behind the body counts as one before it',
    async ({ kim }) => {
      const url = await kim.create(10)
      const trailed = (offset: number, body: string, checksum: string) =>
        kim.askChunked('PATCH', url, at(offset), body, { 'Upload-Checksum': checksum })
      expect((await trailed(0, 'hello', digest('sha256', 'hello'))).status).toBe(204)
      expect((await trailed(5, 'wrong', digest('sha256', 'right'))).status).toBe(460)
      expect(await kim.offset(url)).toBe(5)
      expect((await trailed(5, 'right', digest('md5', 'right'))).status).toBe(204)
    },
  ],
]
