import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { cacheFolder } from '../../infra/cache-folder.ts'
import { fetchDebianPackages } from '../../infra/debian/fetch-packages.ts'
import { findOnPath } from '../../infra/process/find-on-path.ts'
import { exitOf, stopChild } from '../../infra/process/stop-child.ts'
import { REPOSITORY } from './repository.ts'
import { makeTempFolder } from './temp.ts'
import { until } from './until.ts'

export type ClamdProgram = { readonly file: string; readonly libraryPath: string }
export type RealClamd = { readonly path: string; stop(): Promise<void> }

/** clamd of the PATH, or of Debian's packages (24 MB, kept in the cache); undefined where neither is to be had. */
export async function findClamd(): Promise<ClamdProgram | undefined> {
  const installed = findOnPath(['clamd'], process.env.PATH)
  if (installed !== undefined) return { file: installed, libraryPath: '' }
  try {
    const cache = cacheFolder(REPOSITORY, process.env)
    const { root, libraryPath } = await fetchDebianPackages(['clamav-daemon'], cache)
    const file = join(root, 'usr/sbin/clamd')
    return existsSync(file) ? { file, libraryPath } : undefined
  } catch {
    return undefined
  }
}

/** EICAR's 68 bytes as a body-based signature; the official database is not there. */
const SIGNATURE = 'Eicar-Own:0:*:58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d5354414e44415244'

/** A real clamd on a socket of its own, with one signature and the limits that are given. */
export async function startRealClamd(program: ClamdProgram, limits: readonly string[]): Promise<RealClamd> {
  const folder = await makeTempFolder('clamd')
  const path = join(folder.path, 'clamd.ctl')
  const config = join(folder.path, 'clamd.conf')
  await writeFile(join(folder.path, 'own.ndb'), `${SIGNATURE}\n`)
  const lines = [`LocalSocket ${path}`, `DatabaseDirectory ${folder.path}`, 'Foreground yes', 'MaxThreads 2', ...limits]
  await writeFile(config, `${lines.join('\n')}\n`)
  const child = spawn(program.file, ['-c', config], {
    stdio: 'ignore',
    env: { ...process.env, ...(program.libraryPath === '' ? {} : { LD_LIBRARY_PATH: program.libraryPath }) },
  })
  const ended = exitOf(child)
  try {
    const answers = () => Promise.race([connects(path), ended.then(() => Promise.reject(new Error('clamd ended')))])
    await until('clamd', answers)
  } catch (error) {
    await stopChild(child, 5_000)
    await folder.remove()
    throw error
  }
  return {
    path,
    async stop() {
      await stopChild(child, 10_000)
      await folder.remove()
    },
  }
}

const connects = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
