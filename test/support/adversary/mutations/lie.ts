import fc from 'fast-check'
import { lsdynaDeck } from '../../archives/cae.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'

export const deck = lsdynaDeck(3)
export const programs = [peFile().subarray(0, 0x180), elfFile().subarray(0, 96)] as const
export const [pe] = programs
/** A whole member as it stands in a file: data for one reader, a member for another. */
export const hiddenZip = zipOf([{ name: 'tool', data: pe, method: 0 }])
export const hiddenTar = tarOf([{ name: 'tool', data: pe }], { end: false })
export const textThen = (hidden: Buffer) => Buffer.concat([Buffer.alloc(512, 'text '), hidden])

/** A program in plain sight ends the judging, so what hides one is the more frequent. */
export const data = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom<Buffer>(...programs) },
  { weight: 4, arbitrary: fc.constantFrom<Buffer>(deck, Buffer.alloc(0), Buffer.from('text')) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Buffer>(textThen(hiddenTar), textThen(hiddenZip.subarray(0, 34 + pe.length))),
  },
)
/** Most lies must be alone, or the first one hides the others. */
export const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 14, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
/** Without the keys that are undefined, as the generators want it. */
export const sparse = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as never
