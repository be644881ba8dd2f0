import type { Probe } from './probes.ts'

/** What a file's bytes are wrapped in. An extension allows a set of these; extensions are never compared themselves. */
export type Family =
  | 'zip'
  | 'gzip'
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
  | 'tar'
  /** Archives and images that nobody reads here. */
  | 'unread'
  | 'ole2'
  | 'hdf5'
  | 'pdf'
  | 'picture'
  | 'media'
  | 'xml'
  | 'json'
  | 'text'
  | 'binary'

export type Label = { readonly en: string; readonly ko: string }

/** One line of the registry: it labels, and says which containers an extension may have. It never rejects by itself. */
export type Format = {
  readonly id: string
  readonly family: Family
  /** In lower case, without the dot; the last part of the name only. */
  readonly extensions: readonly string[]
  readonly label: Label
  /** null where the content has no signature: the line then only says what its extensions may hold. */
  readonly probe: Probe | null
}

export const format = (
  id: string,
  family: Family,
  extensions: string,
  probe: Probe | null,
  en: string,
  ko: string = en,
): Format => ({
  id,
  family,
  extensions: extensions === '' ? [] : extensions.split(' '),
  label: { en, ko },
  probe,
})
