import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TrackedUpload } from './clients/tracked-upload.ts'
import type { Journal } from './journal.ts'
import type { Member } from './site/member.ts'

export type FindingsDeps = {
  readonly folder: string
  readonly journal: Journal
  readonly members: readonly Member[]
  readonly uploads: readonly TrackedUpload[]
}

/** Longest log kept of one process, lines. */
const LOG_LINES = 20_000
const TIMELINES = 20

/** Writes what is needed to understand the findings: each one, the logs, and what happened to the uploads in question. */
export async function writeFindings({ folder, journal, members, uploads }: FindingsDeps): Promise<void> {
  await mkdir(folder, { recursive: true })
  const list = journal.findings.map(
    ({ at, what, detail, about }) => `${seconds(at)} ${what}: ${detail} [${about.join(' ')}]`,
  )
  await writeFile(join(folder, 'findings.txt'), `${list.join('\n')}\n`)
  for (const { name, lives } of members) {
    const lines = lives.flatMap(({ startedAt, logs }) => [`# started at ${seconds(startedAt)}`, ...logs])
    await writeFile(join(folder, `${name}.log`), `${lines.slice(-LOG_LINES).join('\n')}\n`)
  }
  const abouts = new Set(journal.findings.flatMap(({ about }) => about).filter((name) => name !== ''))
  for (const about of [...abouts].slice(0, TIMELINES)) {
    const lines = timeline(about, journal, members, uploads)
    await writeFile(join(folder, `timeline ${about}.txt`), `${lines.join('\n')}\n`)
  }
}

/** All that is known of one upload, in the order of time: its client, the stream, the processes, and the faults meanwhile. */
function timeline(
  about: string,
  journal: Journal,
  members: readonly Member[],
  uploads: readonly TrackedUpload[],
): string[] {
  const upload = uploads.find(
    (candidate) => candidate.about === about || candidate.ids.has(about) || candidate.id === about,
  )
  const names = new Set([about, ...(upload === undefined ? [] : [upload.about, upload.id, ...upload.ids])])
  names.delete('')
  const own = journal.entries.filter((entry) => names.has(entry.about))
  const from = (own[0]?.at ?? 0) - 5_000
  const faults = journal.entries.filter(({ about: whose, at }) => whose === '' && at >= from)
  const said = members.flatMap(({ name, lives }) =>
    lives.flatMap(({ logs }) =>
      logs
        .filter((line) => [...names].some((id) => line.includes(id)))
        .map((line) => logEntry(name, line, journal.epoch)),
    ),
  )
  return [...own, ...faults, ...said]
    .sort((a, b) => a.at - b.at)
    .map(({ at, source, text }) => `${seconds(at)} ${source.padEnd(11)} ${text}`)
}

function logEntry(source: string, line: string, epoch: number) {
  const time = /"time":"([^"]+)"/.exec(line)?.[1] ?? ''
  return { at: Date.parse(time) - epoch, source, text: line }
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(3).padStart(9)} s`
