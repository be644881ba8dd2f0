import type { FindingCode } from '#shared/domain/findings.ts'

/** Formats that only an outside decoder reads: without it, what is inside cannot be answered for. */
export type Decoder =
  | 'bzip2'
  | 'xz'
  | 'lzma'
  | 'lz4'
  | 'zstd'
  | 'compress'
  | '7z'
  | 'rar'
  | 'cab'
  | 'cpio'
  | 'ar'
  | 'zip-deflate64'
  | 'zip-bzip2'
  | 'zip-lzma'
  | 'zip-zstd'
  | 'zip-xz'

/** The name under which it is uploaded, and its bytes. */
type File = readonly [path: string, bytes: () => Buffer, decoder?: Decoder]

/** Named after the first reason for which it must be quarantined. */
export type HostileCases = Readonly<Record<`${FindingCode}/${string}`, File>>
/** Odd, but good; named after its format. */
export type GoodCases = Readonly<Record<string, File | GoodFile>>
export type GoodFile = {
  readonly file: File
  /** Findings it may raise: notes always, warnings only where they are listed here. */
  readonly warns?: readonly FindingCode[]
  /** Thousands of members, or hundreds of MiB: unpacking it by every tool would only test the disk. */
  readonly isHeavy?: boolean
}

export type Case = {
  readonly name: string
  readonly path: string
  readonly bytes: () => Buffer
  readonly decoder: Decoder | null
}
export type HostileCase = Case & { readonly code: FindingCode }
export type GoodCase = Case & { readonly warns: readonly FindingCode[]; readonly isHeavy: boolean }

const toCase = (name: string, [path, bytes, decoder]: File): Case => ({ name, path, bytes, decoder: decoder ?? null })

export const hostileCases = (...families: readonly HostileCases[]): HostileCase[] =>
  families.flatMap((family) =>
    Object.entries(family).map(([name, file]) => ({ ...toCase(name, file), code: name.split('/')[0] as FindingCode })),
  )

export const goodCases = (...families: readonly GoodCases[]): GoodCase[] =>
  families.flatMap((family) =>
    Object.entries(family).map(([name, entry]) => {
      const good: GoodFile = 'file' in entry ? entry : { file: entry }
      return { ...toCase(name, good.file), warns: good.warns ?? [], isHeavy: good.isHeavy ?? false }
    }),
  )
