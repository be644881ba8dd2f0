import { AppError } from '#shared/domain/errors.ts'
import { missingDecoders } from '#shared/gate/decoders/decoders.ts'
import { findDecoders } from '#shared/gate/decoders/find-decoders.ts'
import { fetchDebianPackages } from './fetch-packages.ts'

const PACKAGES = ['libarchive-tools', 'libarchive13', '7zip']

export type FoundDecoders = {
  /** For DECODER_PATH; null where those on PATH do, or there are none. */
  readonly folder: string | null
  /** For people. */
  readonly label: string
}

/** The machine's decoders, or Debian's unpacked into `cache`. Without any the site starts all the same: it says what it holds back. */
export async function fetchDecoders(path: string | undefined, cache: string): Promise<FoundDecoders> {
  if (missingDecoders(await findDecoders({ path, folder: null })).length === 0)
    return { folder: null, label: 'on PATH' }
  try {
    const { root } = await fetchDebianPackages(PACKAGES, cache)
    const missing = missingDecoders(await findDecoders({ path, folder: root }))
    if (missing.length === 0) return { folder: root, label: "Debian's packages, unpacked" }
    return { folder: root, label: `missing: ${missing.map(({ tool }) => tool).join(', ')}` }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { folder: null, label: `missing, these formats are held back (${error.message})` }
  }
}
