import { constants, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inflateSmall } from '#shared/gate/io/inflate.ts'
import { inflateTiny } from '#shared/gate/io/inflate-tiny.ts'

const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = constants
const strategy = fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE)
const options = fc.record({ level: fc.integer({ min: 0, max: 9 }), strategy, memLevel: fc.constantFrom(1, 8) })
/** Some that compress well, some not at all. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 600 }),
  fc.array(fc.constantFrom(32, 46, 48, 49), { maxLength: 3000 }).map((bytes) => Uint8Array.from(bytes)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 300 }))
    .map(([part, times]) =>
      Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length] as number),
    ),
)

function byZlib(packed: Buffer, size: number): ReturnType<typeof inflateSmall> | null {
  try {
    return inflateSmall(packed, size)
  } catch {
    return null // damaged, or longer
  }
}

test('gives what zlib gives, and takes as many bytes', () => {
  fc.assert(
    fc.property(content, options, fc.uint8Array({ maxLength: 6 }), (bytes, how, behind) => {
      const packed = deflateRawSync(bytes, how)
      const result = inflateTiny(Buffer.concat([packed, behind]), bytes.length)
      expect(result?.consumed).toBe(packed.length)
      expect(result?.data.equals(bytes)).toBe(true)
    }),
    { seed: 11, numRuns: 1000 },
  )
})

test('takes nothing that zlib does not: of damaged streams it gives the same, or leaves them to zlib', () => {
  let taken = 0
  fc.assert(
    fc.property(
      content,
      options,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      fc.nat(8),
      (bytes, how, edits, cut) => {
        const packed = deflateRawSync(bytes, how)
        // Most of a small stream's codes stand at its beginning.
        for (const [at, value] of edits) packed[at % Math.min(packed.length, 40)] = value
        const damaged = packed.subarray(0, Math.max(0, packed.length - (cut > 4 ? cut : 0)))
        const wanted = byZlib(damaged, 4096)
        const size = wanted?.data.length ?? bytes.length
        const result = inflateTiny(damaged, size)
        if (result === null) return
        taken++
        expect(wanted).not.toBeNull()
        expect(result.consumed).toBe(wanted?.consumed)
        expect(result.data.equals(wanted?.data as Buffer)).toBe(true)
      },
    ),
    { seed: 12, numRuns: 2000 },
  )
  expect(taken).toBeGreaterThan(100)
})

test('a stream of random bits is taken only as zlib takes it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
      const packed = Buffer.from(bytes)
      const wanted = byZlib(packed, 4096)
      for (const size of [0, 1, wanted?.data.length ?? 2]) {
        const result = inflateTiny(packed, size)
        if (result !== null) expect([result.consumed, result.data]).toEqual([wanted?.consumed, wanted?.data])
      }
    }),
    { seed: 13, numRuns: 2000 },
  )
})

test.each([0, 1, 10, 99])('is left to zlib where %i bytes are declared and 100 are there', (size) => {
  expect(inflateTiny(deflateRawSync(Buffer.alloc(100, 'ab')), size)).toBeNull()
})
