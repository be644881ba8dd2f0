import fc from 'fast-check'
import { BASES, type Base, FOREIGN_BASES } from './bases.ts'
import { applyEdit, type Edit, repairTar } from './edits.ts'
import { tarLies } from './tar-lies.ts'
import { zipLies } from './zip-lies.ts'

export type MutatedCase = { readonly name: string; readonly path: string; readonly bytes: Buffer }

/** Values at which readers differ: limits of their widths, figures of the formats, letters of tar's types. */
const NUMBERS = [0, 1, 2, 5, 8, 9, 12, 14, 20, 22, 46, 64, 0x7f, 0x80, 0xff, 0x100, 0x200, 0xfffe, 0xffff]
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.nat(0xffff))
const little = fc.tuple(number, fc.constantFrom(1, 2, 4, 8)).map(([value, width]) => {
  const out = Buffer.alloc(8, value === 0xffff ? 0xff : 0)
  out.writeUInt32LE(value === 0xffff ? 0xffffffff : value)
  return Uint8Array.from(out.subarray(0, width))
})
const ascii = fc
  .constantFrom(
    ...'0123456789xgXLKVDSMNAI7 \0/.',
    '..',
    '../',
    '00000000000',
    '00000001000',
    '77777777777',
    '\x80',
    '\xff',
  )
  .map((text) => Uint8Array.from(Buffer.from(text, 'latin1')))
const record = fc.nat(40)
/** Fields stand at the beginning of a record; tar's are spread over the block. */
const offset = fc.oneof(
  fc.nat(50),
  fc.constantFrom(100, 124, 128, 135, 148, 156, 156, 156, 157, 257, 263, 345),
  fc.nat(511),
)

const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('flip' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      mask: fc.integer({ min: 1, max: 255 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('set' as const), record, offset, bytes: fc.oneof(little, ascii) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('add' as const), record, offset, by: fc.integer({ min: -64, max: 64 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'double' as const), record }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), record, to: fc.nat(40) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      record,
      bytes: fc.oneof(little, fc.uint8Array({ maxLength: 40 }), fc.constant(new Uint8Array(512))),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('truncate' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
)

const edited = (bases: readonly Base[]): fc.Arbitrary<MutatedCase> =>
  fc
    .tuple(fc.constantFrom(...bases), fc.array(edit, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([base, edits, repair]) => {
      const raw = edits.reduce(applyEdit, base.bytes)
      const bytes = repair && base.name.startsWith('tar') ? repairTar(raw) : raw
      return { name: base.name, path: base.path, bytes: base.wrap?.(bytes) ?? bytes }
    })

/** Archives with a program inside that were changed, and ones that were made to lie; every case follows from the seed. */
export const mutatedCase: fc.Arbitrary<MutatedCase> = fc.oneof(
  { weight: 62, arbitrary: edited(BASES) },
  { weight: 17, arbitrary: zipLies },
  { weight: 17, arbitrary: tarLies },
  { weight: 4, arbitrary: edited(FOREIGN_BASES) },
)

export const DEFAULT_SEED = 20_260_101
/** `AIRLOCK_SEED` tries other cases; a failure names the seed that found it. */
export const mutationSeed = (env: NodeJS.ProcessEnv): number => Number(env.AIRLOCK_SEED ?? DEFAULT_SEED)
