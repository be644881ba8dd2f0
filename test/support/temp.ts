import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type TempFolder = { readonly path: string; remove(): Promise<void> }

/** An empty folder of one's own. */
export async function makeTempFolder(name = 'test'): Promise<TempFolder> {
  const path = await mkdtemp(join(await realpath(tmpdir()), `airlock-${name}-`))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) }
}

/** An upload root with the marker without which nothing is served. */
export async function makeUploadRoot(): Promise<{ root: string; remove(): Promise<void> }> {
  const { path, remove } = await makeTempFolder('uploads')
  await writeFile(join(path, '.airlock-root'), '')
  return { root: path, remove }
}
