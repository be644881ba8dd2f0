import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/domain/errors.ts'
import { lastLine, runCommand } from '../process/run-command.ts'

export type UnpackedPackages = {
  readonly root: string
  /** For LD_LIBRARY_PATH: libraries the machine itself lacks. */
  readonly libraryPath: string
}

/** What the programs of a Debian system need; an environment without PATH has them at the usual place. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Unpacks Debian packages, and whatever they depend on that this machine lacks, into `cache` without root and without
 * touching the system: apt gets a state of its own (the machine's lists may be empty), dpkg only unpacks.
 * The folder is made complete beside its place and renamed, so that two runs at once do not see half of it.
 */
export async function fetchDebianPackages(packages: readonly string[], cache: string): Promise<UnpackedPackages> {
  const root = join(cache, `${await systemName()}-${packages.join('-')}`)
  if (!existsSync(root)) {
    await mkdir(cache, { recursive: true })
    const work = await mkdtemp(join(cache, '.fetch-'))
    try {
      await unpackInto(join(work, 'root'), packages, work)
      await moveIntoPlace(join(work, 'root'), root)
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  }
  return { root, libraryPath: (await libraryFolders(root)).join(':') }
}

async function unpackInto(root: string, packages: readonly string[], work: string): Promise<void> {
  const apt = (...args: string[]) => runCommand('apt-get', [...aptOptions(work), ...args], { env: aptEnv() })
  await Promise.all(
    ['lists/partial', 'cache/archives/partial', 'root'].map((f) => mkdir(join(work, f), { recursive: true })),
  )
  // A third-party source of the machine may be down without harm to us: whether it was enough shows in the next step.
  const update = await apt('update')
  const got = await apt('install', '--download-only', '--reinstall', '--no-install-recommends', '--yes', ...packages)
  if (got.code !== 0)
    throw cannotFetch(packages, lastLine(got.code === 127 ? got.output : `${update.output}\n${got.output}`))
  const archives = (await readdir(join(work, 'cache/archives'))).filter((name) => name.endsWith('.deb'))
  for (const name of archives) {
    const done = await runCommand('dpkg', ['-x', join(work, 'cache/archives', name), root], { env: aptEnv() })
    if (done.code !== 0) throw cannotFetch(packages, lastLine(done.output))
  }
}

const aptEnv = () => ({
  ...process.env,
  PATH: `${process.env.PATH ?? ''}:${SYSTEM_PATH}`,
  LC_ALL: 'C',
  DEBIAN_FRONTEND: 'noninteractive',
})

/** State, cache and logs in `work`; the list of installed packages is the machine's, so that only what lacks is fetched. */
const aptOptions = (work: string): string[] =>
  [
    `Dir::State=${work}`,
    'Dir::State::Status=/var/lib/dpkg/status',
    `Dir::Cache=${join(work, 'cache')}`,
    `Dir::Log=${join(work, 'log')}`,
    'APT::Sandbox::User=',
    'Debug::NoLocking=1',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
  ].flatMap((option) => ['-o', option])

/** The other run won the race: its folder is as good as ours. */
async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!existsSync(to)) throw error
  }
}

/** `debian-12-x64`: packages of one release do not run on another. */
async function systemName(): Promise<string> {
  const release = existsSync('/etc/os-release') ? await readFile('/etc/os-release', 'utf8') : ''
  const field = (name: string) => new RegExp(`^${name}="?([\\w.-]+)`, 'm').exec(release)?.[1] ?? 'unknown'
  return `${field('ID')}-${field('VERSION_ID')}-${process.arch}`
}

async function libraryFolders(root: string): Promise<string[]> {
  const bases = ['usr/lib', 'lib'].map((base) => join(root, base)).filter((base) => existsSync(base))
  const nested = await Promise.all(
    bases.map(async (base) =>
      (await readdir(base)).filter((name) => name.endsWith('-linux-gnu')).map((name) => join(base, name)),
    ),
  )
  return [...nested.flat(), ...bases]
}

const cannotFetch = (packages: readonly string[], why: string) =>
  new AppError('unavailable', 'no_debian_packages', `Cannot fetch the Debian packages ${packages.join(', ')}: ${why}`)
