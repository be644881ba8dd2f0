import type { Decoders } from '#shared/gate/decoders/decoders.ts'
import { findDecoders } from '#shared/gate/decoders/find-decoders.ts'
import { cacheFolder } from '../../../infra/cache-folder.ts'
import { fetchDebianPackages } from '../../../infra/debian/fetch-packages.ts'
import { REPOSITORY } from '../repository.ts'

const PACKAGES = ['libarchive-tools', 'libarchive13', '7zip']

/** The machine's own decoders, or Debian's unpacked into the cache; where there is no net, those it has. */
export async function testDecoders(): Promise<Decoders> {
  const path = process.env.PATH
  const own = await findDecoders({ path, folder: null })
  if (own.bsdcat !== null && own.bsdtar !== null && own.sevenZip !== null) return own
  const packages = await fetchDebianPackages(PACKAGES, cacheFolder(REPOSITORY, process.env)).catch(() => null)
  return packages === null ? own : findDecoders({ path, folder: packages.root })
}
