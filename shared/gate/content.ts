import type { Inspection } from './inspection.ts'
import type { ByteStream, Cursor } from './io/byte-stream.ts'
import type { RandomAccess } from './io/random-access.ts'
import type { MemberPath } from './names/member-path.ts'
import type { Family, Label } from './types/format.ts'

/** One piece to be judged: the uploaded file, or a member at any depth. */
export type Content = {
  /** Last component of its path: what the name rules look at. */
  readonly name: string
  /** Where it is, see Finding; '' for the uploaded file. */
  readonly place: string
  /** Bytes, where that is known before reading. */
  readonly size: number | null
  readonly stream: ByteStream
  /** Where its bytes can also be read anywhere without a copy. */
  readonly access: RandomAccess | null
  /** Archives around it. */
  readonly layer: number
  /** Came out of a codec: a tar in it is the same layer. */
  readonly fromCodec: boolean
  /** Stands where an FMU keeps its libraries: native code is expected there. */
  readonly nativeZone: boolean
}

/** What a container gives the walker for each member. */
export type Member = {
  readonly path: MemberPath
  readonly size: number
  readonly stream: ByteStream
  readonly access: RandomAccess | null
  readonly nativeZone?: boolean
}

/** The walker as containers see it. */
export type MemberJudge = {
  /** Judges one member and takes its stream to the end. */
  member(container: Container, member: Member): Promise<void>
  /** Judges what a codec gives; its label tells what is inside. */
  inner(container: Container, name: string, stream: ByteStream): Promise<Label>
}

/** An opened container. */
export type Container = {
  readonly content: Content
  readonly inspection: Inspection
  /** The layer of its members. */
  readonly layer: number
  readonly walker: MemberJudge
}

/** Reads one family. A new one is a line in containers/registry.ts. */
export type ContainerReader = { readonly family: Family; readonly engine: string } & (
  | { readonly needs: 'stream'; read(container: Container, cursor: Cursor): Promise<Label | null> }
  | { readonly needs: 'anywhere'; read(container: Container, access: RandomAccess): Promise<Label | null> }
)

export const placeIn = (outer: string, path: string): string => (outer === '' ? path : `${outer} › ${path}`)
