import type { Decoder } from './case.ts'
import { SPECIMENS } from './specimens.ts'

/** Which formats are really read here: asked by a small good file of each, not by what is installed. */
export async function presentDecoders(isComplete: (path: string, bytes: Buffer) => Promise<boolean>) {
  const present = new Set<Decoder>()
  for (const [decoder, [path, bytes]] of Object.entries(SPECIMENS)) {
    if (await isComplete(path, bytes())) present.add(decoder as Decoder)
  }
  return present
}

/** For the log: what is read, and what is not and therefore expected to be `not_inspectable`. */
export function describePresent(present: ReadonlySet<Decoder>): string {
  const absent = (Object.keys(SPECIMENS) as Decoder[]).filter((decoder) => !present.has(decoder))
  const list = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '))
  return `reads ${list([...present])}; NOT read here, expected as not_inspectable: ${list(absent)}`
}
