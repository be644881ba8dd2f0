import type { ByteStream } from '../../io/byte-stream.ts'

/** Decoded content; must be closed however its reading ends. */
export type Decoded = { readonly stream: ByteStream; close(): Promise<void> }
