import { Readable } from 'node:stream'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UnmarkedStream } from '#shared/gate/containers/codecs/unmarked-stream.ts'
import { GatheredStream } from '#shared/gate/decoders/gathered-stream.ts'
import { BufferStream, type ByteStream, Cursor } from '#shared/gate/io/byte-stream.ts'
import { giveBack } from '#shared/gate/io/give-back.ts'
import { InflateStream } from '#shared/gate/io/inflate.ts'
import { TailKeeper } from '#shared/gate/io/tail-keeper.ts'

/** Copies: a chunk is valid until the next call. */
async function all(stream: ByteStream): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let chunk = await stream.next(); chunk !== null; chunk = await stream.next()) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts)
}

const numbered = (length: number): Buffer =>
  Buffer.from(Uint32Array.from({ length }, (_, i) => i * 2_654_435_761).buffer)

test('a tail is the last bytes of all chunks, however they were cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.uint8Array({ maxLength: 80 })), (kept, chunks) => {
      const tail = new TailKeeper(kept)
      for (const chunk of chunks) tail.push(Buffer.from(chunk))
      const whole = Buffer.concat(chunks)
      expect([tail.size, tail.bytes]).toEqual([whole.length, whole.subarray(-kept)])
    }),
    { seed: 7 },
  )
})

test('only a chunk that has the end of its memory to itself is given back', () => {
  const memory = Buffer.alloc(100_000, 7)
  giveBack(memory.subarray(0, 50_000))
  expect(memory[99_999]).toBe(7)
  giveBack(memory.subarray(50_000))
  expect(memory.length).toBe(0)
})

test('what lies in the pool for small buffers is never given back', () => {
  const pooled = Buffer.from('a'.repeat(100))
  giveBack(Buffer.from(pooled.buffer, pooled.byteOffset))
  expect(pooled.toString()).toBe('a'.repeat(100))
})

test.each([1, 1000, 65_536, 65_537, 300_000])(
  'pieces of %i bytes are gathered without loss, in order',
  async (size) => {
    const whole = numbered(200_000)
    const pieces = Array.from({ length: Math.ceil(Math.min(whole.length, size * 5000) / size) }, (_, i) =>
      Buffer.from(whole.subarray(i * size, (i + 1) * size)),
    )
    const expected = Buffer.concat(pieces)
    expect((await all(new GatheredStream(Readable.from(pieces)))).equals(expected)).toBe(true)
  },
)

test('a source that fails fails the reading, also again', async () => {
  const source = new Readable({ read: () => undefined })
  const stream = new GatheredStream(source)
  const reading = stream.next()
  source.destroy(new Error('gone'))
  await expect(reading).rejects.toThrow('gone')
  await expect(stream.next()).rejects.toThrow('gone')
})

test('inflated chunks hold until the next call, and what follows the stream stays in the cursor', async () => {
  const whole = numbered(500_000)
  const source = new Cursor(new BufferStream(Buffer.concat([deflateRawSync(whole), Buffer.from('behind')])))
  const inflate = new InflateStream(source)
  expect((await all(inflate)).equals(whole)).toBe(true)
  await inflate.close()
  expect((await source.take(10)).toString()).toBe('behind')
})

test('marks are taken out of a stream that reuses its memory', async () => {
  const mark = Buffer.from('0123456789'.repeat(4))
  const whole = numbered(300_000)
  const marked = Buffer.concat([Buffer.from([0xff]), whole.subarray(0, 70_001), mark, whole.subarray(70_001), mark])
  for (const size of [50, 4096, 65_536, 262_144]) {
    const memory = Buffer.alloc(size)
    let at = 0
    const source: ByteStream = {
      next: async () => {
        const length = marked.copy(memory.fill(0), 0, at)
        at += length
        return length === 0 ? null : memory.subarray(0, length)
      },
    }
    const frames: string[] = []
    const onFrame = (start: Buffer) => void frames.push(start.toString('hex', 0, 4))
    const plain = await all(new UnmarkedStream(source, { mark, place: '', onFrame }))
    expect([plain.equals(whole), frames]).toEqual([true, [whole.toString('hex', 70_001, 70_005)]])
  }
})
