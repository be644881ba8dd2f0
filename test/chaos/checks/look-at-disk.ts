import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

export type DiskFacts = {
  /** `owner/job/path` of each file in a job. */
  readonly placed: ReadonlySet<string>
  /** `owner/id` of each quarantined file. */
  readonly quarantined: ReadonlySet<string>
  /** `owner/id` of each record. */
  readonly records: ReadonlySet<string>
  /** Whatever else is there, relative to the root. */
  readonly others: readonly string[]
}

/** Every file under the upload root, sorted by what it is. */
export async function lookAtDisk(root: string): Promise<DiskFacts> {
  const placed = new Set<string>()
  const quarantined = new Set<string>()
  const records = new Set<string>()
  const others: string[] = []
  for (const path of await filesUnder(root)) {
    const [top, owner = '', part, ...rest] = path.split('/')
    const name = rest.at(-1) ?? ''
    if (top === 'users' && part === 'jobs' && !/^\..*\.placing$/.test(name)) placed.add(`${owner}/${rest.join('/')}`)
    else if (top === 'users' && part === '.airlock' && /^[0-9a-f-]{36}\.json$/.test(name)) {
      if (!(await isGoneUpload(join(root, path)))) records.add(`${owner}/${name.slice(0, -5)}`)
    } else if (top === 'quarantine' && part !== undefined && /^[0-9a-f-]{36}\.data$/.test(part))
      quarantined.add(`${owner}/${part.slice(0, -5)}`)
    else if (path !== '.airlock-root' && top !== 'ledger') others.push(path)
  }
  return { placed, quarantined, records, others }
}

/** Its record stays until the ledger takes it. */
async function isGoneUpload(path: string): Promise<boolean> {
  const { state } = JSON.parse(await readFile(path, 'utf8')) as { state: string }
  return state === 'deleted' || state === 'expired'
}

async function filesUnder(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}
