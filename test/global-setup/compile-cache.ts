import { makeTempFolder } from '../support/temp.ts'

/**
 * A folder in which Node keeps what it made of each module, for all processes of this run: those that come later start in about half the
 * time. It goes with the run, as copies of the repository have paths of their own and would make it grow.
 */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await makeTempFolder('compiled')
  process.env.NODE_COMPILE_CACHE = folder.path
  return folder.remove
}
