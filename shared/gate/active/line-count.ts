/** Below this the set-up costs more than it saves. */
const SHORT = 256

/** How many line ends lie in [from, to): four bytes at a time, because every byte of every deck goes through here. */
export function countLines(bytes: Buffer, from: number, to: number): number {
  let count = 0
  let at = from
  if (to - from >= SHORT) {
    while ((bytes.byteOffset + at) % 4 !== 0) if (bytes[at++] === 10) count++
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + at, (to - at) >>> 2)
    count += countInWords(words)
    at += words.length * 4
  }
  for (; at < to; at++) if (bytes[at] === 10) count++
  return count
}

/** A byte of the sum below holds so many hits, and the sum stays a small integer: then it is emptied. */
const ROUNDS = 127

function countInWords(words: Uint32Array): number {
  let count = 0
  for (let start = 0; start < words.length; start += ROUNDS) {
    const end = Math.min(words.length, start + ROUNDS)
    let sums = 0
    for (let i = start; i < end; i++) {
      const other = (words[i] as number) ^ 0x0a0a0a0a
      // The high bit of each byte is set where that byte of `other` is not zero.
      const notZero = ((other & 0x7f7f7f7f) + 0x7f7f7f7f) | other
      sums += (~notZero >>> 7) & 0x01010101
    }
    count += (sums & 0xff) + ((sums >>> 8) & 0xff) + ((sums >>> 16) & 0xff) + (sums >>> 24)
  }
  return count
}
