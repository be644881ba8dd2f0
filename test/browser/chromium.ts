import { spawnSync } from 'node:child_process'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { access, chmod, constants, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { type Browser, chromium } from 'playwright-core'
import { cacheFolder } from '../../infra/cache-folder.ts'
import { runCommand } from '../../infra/process/run-command.ts'
import { REPOSITORY } from '../support/repository.ts'

const INSTALLED = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** Starts a Chromium that is installed, or else the one inside @sparticuz/chromium; says which. */
export async function launchChromium(): Promise<{ browser: Browser; from: string }> {
  const installed = await findOnPath(INSTALLED)
  const { executablePath, env } =
    installed === undefined ? await unpackedChromium() : { executablePath: installed, env: {} }
  const browser = await chromium.launch({
    executablePath,
    args: FLAGS,
    env: { ...process.env, ...env } as Record<string, string>,
  })
  return { browser, from: installed ?? '@sparticuz/chromium' }
}

async function findOnPath(names: readonly string[]): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const candidate = join(folder, name)
      if (
        await access(candidate, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return candidate
    }
  }
  return undefined
}

type Unpacked = { executablePath: string; env: Record<string, string> }

/** The package's own extraction is not atomic: a run cut short leaves half a browser behind. Here the whole folder is renamed into place. */
async function unpackedChromium(): Promise<Unpacked> {
  const packed = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..')
  const { version } = JSON.parse(await readFile(join(packed, 'package.json'), 'utf8')) as { version: string }
  const home = join(cacheFolder(REPOSITORY, process.env), `chromium-${version}`)
  if (!existsSync(home)) await unpack(join(packed, 'bin'), home)
  const executablePath = join(home, 'chromium')
  const fonts = { FONTCONFIG_FILE: join(home, 'fonts.conf') }
  // Without NSS on the machine the program does not even say its version.
  const runs = spawnSync(executablePath, ['--version'], { stdio: 'ignore' }).status === 0
  return { executablePath, env: runs ? fonts : { ...fonts, LD_LIBRARY_PATH: join(home, 'lib') } }
}

async function unpack(bin: string, home: string): Promise<void> {
  const half = `${home}.${process.pid}`
  await rm(half, { recursive: true, force: true })
  await mkdir(half, { recursive: true })
  await unbrotli(join(bin, 'chromium.br'), join(half, 'chromium'))
  await chmod(join(half, 'chromium'), 0o755)
  for (const archive of ['fonts.tar.br', 'al2023.tar.br']) await untar(join(bin, archive), half)
  await writeFile(join(half, 'fonts.conf'), fontsConf(join(home, 'fonts')))
  // Another run may have been first; its folder is as good as ours.
  await rename(half, home).catch(() => rm(half, { recursive: true, force: true }))
}

const unbrotli = (packed: string, target: string): Promise<void> =>
  pipeline(createReadStream(packed), createBrotliDecompress(), createWriteStream(target))

/** By way of a file: a pipe to tar breaks when tar ends before it has read the padding. */
async function untar(archive: string, folder: string): Promise<void> {
  const plain = join(folder, basename(archive, '.br'))
  await unbrotli(archive, plain)
  const { code } = await runCommand('tar', ['-x', '-f', plain, '-C', folder])
  if (code !== 0) throw new Error(`Cannot unpack ${archive}: tar failed`)
  await rm(plain)
}

/** The package's font first, then what the system has (Hangul, say). */
const fontsConf = (own: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${own}</dir>
  <dir>/usr/share/fonts</dir>
  <dir prefix="xdg">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`
