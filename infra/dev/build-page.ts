import { spawn } from 'node:child_process'
import { createWriteStream, statSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/domain/errors.ts'
import type { DevSettings } from './settings.ts'

/** Written last: a build that was cut short has none. */
const STAMP = '.built'

/** Builds the page unless the last whole build is newer than every source of it. */
export async function buildPageIfStale(settings: DevSettings, signal: AbortSignal): Promise<'built' | 'fresh'> {
  const stamp = join(settings.page, STAMP)
  const builtAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if ((await newestChange(settings)) < builtAt) return 'fresh'
  await runVite(settings, signal)
  writeFileSync(stamp, '')
  return 'built'
}

async function newestChange({ pageSource, repository }: DevSettings): Promise<number> {
  const shared = ['shared/contracts', 'shared/domain'].map((folder) => join(repository, folder))
  const files = (await Promise.all([pageSource, ...shared].map(filesUnder))).flat()
  return Math.max(...[...files, join(repository, 'package-lock.json')].map((file) => statSync(file).mtimeMs))
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const nested = entries
    .filter(({ name }) => name !== 'dist' && name !== 'node_modules')
    .map((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesUnder(path) : [path]
    })
  return (await Promise.all(nested)).flat()
}

function runVite({ repository, pageSource, folders }: DevSettings, signal: AbortSignal): Promise<void> {
  const vite = join(repository, 'node_modules', 'vite', 'bin', 'vite.js')
  const log = createWriteStream(join(folders.logs, 'page.log'))
  const child = spawn(process.execPath, [vite, 'build', pageSource], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      log.end()
      if (code === 0) resolve()
      else
        reject(new AppError('unavailable', 'no_page', `Cannot build the page: see ${join(folders.logs, 'page.log')}`))
    })
  })
}
