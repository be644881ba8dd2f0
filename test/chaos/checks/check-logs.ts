import type { Journal } from '../journal.ts'
import type { Member } from '../site/member.ts'

type Line = { level?: number; time?: string; msg?: string; err?: { message?: string; stack?: string; type?: string } }

type Explanation = { readonly kind: string; readonly text: RegExp; readonly slackMs: number }

/** A job that another worker has meanwhile, because its lock is lost. */
const JOB_LOST = /Missing (lock|key) for|Lock mismatch|job does not exist|could not renew lock/i
/** What an injected fault makes a process say at level error, and until when after its end (ms). */
const EXPLAINED: readonly Explanation[] = [
  {
    kind: 'redis',
    text: /ECONNREFUSED|ECONNRESET|EPIPE|Connection is closed|Command timed out|max retries|writeable|LOADING|redis_away|UNBLOCKED|not answer|not done within/i,
    slackMs: 10_000,
  },
  // Nobody is told whose partials these are before the disk was read; its reader, the sweep, is killed meanwhile too.
  ...['redis', 'flush'].map((kind) => ({ kind, text: /being rebuilt from the disk/, slackMs: 60_000 })),
  // The last second before a kill is not in the append-only file.
  ...['redis', 'flush'].map((kind) => ({ kind, text: JOB_LOST, slackMs: 15_000 })),
  { kind: 'disk', text: /ENOSPC|no space|full/i, slackMs: 5_000 },
]
/** A process that was frozen finds its locks and connections gone. */
const AFTER_FREEZE: readonly RegExp[] = [
  JOB_LOST,
  /lock_lost|lock of the|Command timed out|Socket timeout|Connection is closed|EPIPE|ECONNRESET|not answer/i,
]
const AFTER_FREEZE_MS = 15_000
/** Node says so about mistakes in the code. */
const BUG =
  /\b(TypeError|ReferenceError|SyntaxError|RangeError|AssertionError|UnhandledPromiseRejection|ERR_UNHANDLED|uncaught)/i

/** Any line of level error or above that no fault explains is a finding; so is whatever a process says beside its log. */
export function checkLogs(members: readonly Member[], journal: Journal): void {
  for (const member of members)
    for (const life of member.lives) for (const line of life.logs) checkLine(member.name, line, journal)
}

function checkLine(name: string, line: string, journal: Journal): void {
  if (line.trim() === '') return
  if (!line.startsWith('{')) {
    journal.find('a line that is no log line', `${name}: ${line}`)
    return
  }
  const parsed = parse(line)
  if (BUG.test(line)) journal.find('a mistake in the code', `${name}: ${line}`, idIn(line))
  else if ((parsed?.level ?? 0) < 50) journal.count(`log level ${parsed?.level ?? '?'}`)
  else if (!isExplained(name, line, Date.parse(parsed?.time ?? '') - journal.epoch, journal))
    journal.find('an error in a log', `${name}: ${line}`, idIn(line))
  else journal.count(`errors that a fault explains: ${parsed?.msg}`)
}

function isExplained(name: string, line: string, at: number, journal: Journal): boolean {
  const byKind = EXPLAINED.some(
    ({ kind, text, slackMs }) => text.test(line) && journal.during(kind, at, at, slackMs).length > 0,
  )
  if (byKind) return true
  const frozen = journal.during('frozen', at, at, AFTER_FREEZE_MS).some(({ target }) => target === name)
  return frozen && AFTER_FREEZE.some((text) => text.test(line))
}

function parse(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line
  } catch {
    return undefined
  }
}

const idIn = (text: string): string => /"uploadId":"([^"]+)"/.exec(text)?.[1] ?? ''
