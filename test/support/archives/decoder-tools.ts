import { spawnSync } from 'node:child_process'
import type { Decoders, Program } from '#shared/gate/decoders/decoders.ts'
import { findDecoders } from '#shared/gate/decoders/find-decoders.ts'
import { cacheFolder } from '../../../infra/cache-folder.ts'
import { fetchDecoders } from '../../../infra/debian/fetch-decoders.ts'
import { REPOSITORY } from '../repository.ts'

/** The decoders as `npm start` finds them. */
export async function toolsForTests(): Promise<Decoders> {
  const path = process.env.PATH
  const { folder } = await fetchDecoders(path, cacheFolder(REPOSITORY, process.env))
  return findDecoders({ path, folder })
}

/** Runs one of the tools as a person would: to make what the gate then reads. */
export function runTool(program: Program | null, args: readonly string[], cwd: string, input?: Buffer): Buffer {
  if (program === null) throw new Error(`Cannot run ${args.join(' ')}: the tool is missing`)
  const { file, libraryPath } = program
  const env = { ...process.env, LC_ALL: 'C.UTF-8', LD_LIBRARY_PATH: libraryPath }
  const done = spawnSync(file, [...args], { cwd, env, input, maxBuffer: 512 * 1024 * 1024 })
  if (done.status !== 0) throw new Error(`Cannot run ${file} ${args.join(' ')}: ${done.stderr}`)
  return done.stdout
}
