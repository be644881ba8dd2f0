import type { End } from './appended-sniffer.ts'

const mark = (hex: string) => () => ({ mark: Buffer.from(hex, 'hex') })

/** Little-endian size at an offset, plus what that size does not count. */
const sizeAt =
  (offset: number, extra: number) =>
  (head: Buffer): End | null =>
    head.length >= offset + 4 ? { at: head.readUInt32LE(offset) + extra } : null

/** By registry id: how the format says where it ends. A JPEG holds smaller ones, a PDF many versions of itself. */
const ENDS: Readonly<Record<string, (head: Buffer) => End | null>> = {
  png: mark('49454e44ae426082'),
  gif: mark('003b'),
  jpeg: mark('ffd9'),
  pdf: mark('2525454f46'),
  bmp: sizeAt(2, 0),
  webp: sizeAt(4, 8),
  riff: sizeAt(4, 8),
}

export const endOf = (id: string, head: Buffer): End | null =>
  Object.hasOwn(ENDS, id) ? (ENDS[id]?.(head) ?? null) : null
