import { KIB, MIB } from '#shared/domain/limits.ts'
import type { OnConflict } from '#shared/domain/upload-record.ts'
import type { Random } from '../random.ts'
import { type Content, drawContent } from './content.ts'

/**
 * `delete`: taken back by its client in mid-way; `checksum`: each piece with Upload-Checksum, some of them wrong at first; `ietf`: by
 * the other protocol.
 */
export const METHODS = ['chunks', 'whole', 'creation', 'deferred', 'checksum', 'parallel', 'delete', 'ietf'] as const
export type Method = (typeof METHODS)[number]

/** One file somebody sends. */
export type UploadPlan = {
  readonly number: number
  readonly owner: string
  readonly job: string
  readonly filename: string
  readonly onConflict: OnConflict
  readonly method: Method
  readonly chunkBytes: number
  readonly keepAlive: boolean
  /** The owner removes it once the gate has let it through. */
  readonly removeAfter: boolean
  /** For `delete`: after this share of the bytes. For `parallel`: how many at once. */
  readonly share: number
  readonly content: Content
}

export const OWNERS = ['ada', 'kim', 'lee', 'max'] as const

/** Names that several uploads want at the same time. */
const SHARED_NAMES = 3

/** What upload `number` of a run is; the same for the same seed. */
export function planUpload(random: Random, number: number): UploadPlan {
  const content = drawContent(random)
  const method = methodFor(content, random)
  const onConflict = random.weighted<OnConflict>([
    [84, 'rename'],
    [8, 'replace'],
    [8, 'refuse'],
  ])
  // Renamed files share a name with one another too, but never with replaced ones: those end others' uploads.
  const shared = random.chance(onConflict === 'rename' ? 0.1 : 0.8)
  // The other protocol has no metadata that could hold the plan's number: its name is.
  const name = shared && method !== 'ietf' ? `shared-${random.int(1, SHARED_NAMES)}` : `file-${number}`
  return {
    ...{ number, content, method, onConflict },
    owner: random.pick(OWNERS),
    job: `${onConflict}-${random.int(1, 3)}`,
    filename: `${name}.${content.extension}`,
    chunkBytes: random.weighted([
      [2, 64 * KIB],
      [3, 512 * KIB],
      [3, 4 * MIB],
      [1, 32 * MIB],
    ]),
    keepAlive: random.chance(0.5),
    removeAfter: random.chance(content.size > 8 * MIB ? 0.9 : 0.4),
    share: random.next(),
  }
}

function methodFor(content: Content, random: Random): Method {
  const weights: Record<Method, number> = {
    ...{ chunks: 35, whole: 15, creation: 18, deferred: 8, checksum: 8, ietf: 15 },
    parallel: content.size > 1_000 ? 12 : 0,
    delete: content.size > 1_000 ? 6 : 0,
  }
  return random.weighted(METHODS.map((method) => [weights[method], method] as const))
}
