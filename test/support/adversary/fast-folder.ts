import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TempFolder } from '../temp.ts'

/** A folder in memory where there is one: thousands of small files that come and go are slow on some disks. */
export async function makeFastFolder(): Promise<TempFolder> {
  const path = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'airlock-adversary-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) }
}
