import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/domain/errors.ts'
import type { DevSettings } from './settings.ts'

/** Makes the folders, the marker of the upload root and the development secret; what is there already stays as it is. */
export async function prepareFolders(settings: DevSettings): Promise<void> {
  const { uploads, ...others } = settings.folders
  try {
    for (const folder of Object.values(others)) await mkdir(folder, { recursive: true, mode: 0o700 })
    // The API serves whatever lies there when it is asked; the folder itself has to be there when it starts.
    await mkdir(settings.page, { recursive: true })
    await writeOnce(settings.secretFile, randomBytes(48).toString('base64'))
    if (settings.ownUploadRoot) {
      await mkdir(uploads, { recursive: true, mode: 0o700 })
      await writeOnce(join(uploads, '.airlock-root'), '')
    }
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    const where = path ?? settings.folders.run
    throw new AppError('unavailable', 'no_write_access', `Cannot start: no way to write to ${where} (${code})`, {
      cause,
    })
  }
}

/** Written on the first start and kept from then on, so that links and uploads outlive a restart. */
async function writeOnce(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

export const readSecret = async (settings: DevSettings): Promise<string> =>
  (await readFile(settings.secretFile, 'utf8')).trim()
