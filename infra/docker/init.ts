import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, cp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { selfSigned } from '../tls/self-signed.ts'

/**
 * Fills the volumes of docker-compose.yml before anything else starts; run as root, once per `up`. What is there already
 * stays: the site may have put in its own certificate, secret or upload directory.
 */
const AIRLOCK_UID = 1000
const NGINX_UID = 101
const YEARS_TEN = 3_650

const { JWT_SECRET_KEY = '', AIRLOCK_HOST_NAMES = 'localhost,127.0.0.1', AIRLOCK_UPLOADS = '' } = process.env

await prepareSecret('/secrets')
await prepareCertificate('/tls')
await prepareUploads('/uploads')
await cp(new URL('../../services/web/dist', import.meta.url), '/page', { recursive: true, force: true })

/** The portal's secret if it was given, else one of our own to start with. */
async function prepareSecret(folder: string): Promise<void> {
  const file = join(folder, 'jwt-secret')
  if (JWT_SECRET_KEY !== '') await writeFile(file, JWT_SECRET_KEY, { mode: 0o400 })
  else await writeOnce(file, randomBytes(48).toString('base64'))
  await chown(file, AIRLOCK_UID, AIRLOCK_UID)
}

async function prepareCertificate(folder: string): Promise<void> {
  if ((await readdir(folder)).includes('tls.crt')) return
  const { certificate, key } = selfSigned(AIRLOCK_HOST_NAMES.split(','), new Date(), YEARS_TEN)
  // The key first: a certificate without its key would pass for a finished pair.
  await writeOnce(join(folder, 'tls.key'), key)
  await writeOnce(join(folder, 'tls.crt'), certificate)
  for (const name of ['tls.key', 'tls.crt']) await chown(join(folder, name), NGINX_UID, NGINX_UID)
}

/**
 * A volume of our own gets the marker. A directory of the site does not: were its file system not mounted, the marker would
 * let everything run into the empty mount point.
 */
async function prepareUploads(folder: string): Promise<void> {
  const marker = join(folder, '.airlock-root')
  if (AIRLOCK_UPLOADS === '') {
    await writeOnce(marker, '')
    await chown(marker, AIRLOCK_UID, AIRLOCK_UID)
    await chown(folder, AIRLOCK_UID, AIRLOCK_UID)
  } else if (!existsSync(marker)) {
    process.stderr.write(
      `${AIRLOCK_UPLOADS} has no file .airlock-root: mount it; or, if it is new, create that file in it and give both to uid ${AIRLOCK_UID}\n`,
    )
    process.exitCode = 1
  }
}

async function writeOnce(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o400 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
