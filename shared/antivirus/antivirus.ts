import { open } from 'node:fs/promises'
import { AppError } from '../domain/errors.ts'
import { MIB } from '../domain/limits.ts'
import { type Policy, scanDeadlineMs } from '../domain/policy.ts'
import type { Finding, GateReport } from '../domain/verdict.ts'
import type { Clamd, StreamOptions } from './clamd.ts'
import type { StreamVerdict } from './clamd-replies.ts'

/** No clamd has ever had a smaller MaxFileSize by default: up to here its OK needs no proof. */
const SURELY_READ = 25 * MIB

export type AntivirusFile = { readonly file: string; readonly size: number; readonly policy: Policy }
/** Adds what the antivirus engine says to a report of the gate. */
export type Antivirus = (report: GateReport, file: AntivirusFile, options: StreamOptions) => Promise<GateReport>

/**
 * The antivirus stage. What the engine did not read whole is never clean: a file beyond its limits is said to be one, and a
 * scanner that is down or too slow is `unavailable`, so that the scan is tried again and the upload held in the end.
 */
export const createAntivirus = (clamd: Clamd): Antivirus =>
  async function addAntivirus(report, { file, size, policy }, { signal, onBytes }) {
    const { maxBytes } = policy.antivirus
    if (size > maxBytes) return withSkipped(report, `${size} bytes; the limit is ${maxBytes}`)
    const limitMs = scanDeadlineMs(policy.budgets, size)
    const late = AbortSignal.timeout(limitMs)
    const both = AbortSignal.any([signal, late])
    try {
      const engine = await clamd.version(both)
      await using handle = await open(file, 'r')
      const reply = await clamd.scan(handle, size, { signal: both, onBytes })
      if (reply.kind === 'ok' && size > SURELY_READ && !(await clamd.tellsLimits(both)))
        return withSkipped(report, `${size} bytes; the engine says OK beyond its limits (AlertExceedsMax is off)`)
      return withReply(report, engine, reply, size)
    } catch (cause) {
      if (signal.aborted) throw unavailable('scan_aborted', 'Cannot finish the scan: it was cut off', cause)
      if (!late.aborted) throw cause
      throw unavailable('antivirus_timeout', `Cannot finish the antivirus scan: no answer within ${limitMs} ms`, cause)
    }
  }

function withReply(report: GateReport, engine: string, reply: StreamVerdict, size: number): GateReport {
  if (reply.kind === 'limit') return withSkipped(report, `${size} bytes; the engine's own limits are lower`)
  const coverage = { ...report.coverage, engines: [...report.coverage.engines, engine] }
  if (reply.kind === 'ok') return { ...report, coverage }
  if (reply.kind === 'found') return withFinding({ ...report, coverage }, 'malware', `${reply.signature} (${engine})`)
  return withFinding({ ...report, coverage }, 'not_inspectable', `encrypted: ${reply.signature} (${engine})`)
}

/** The engine does not stand among those that looked at the file. */
function withSkipped(report: GateReport, detail: string): GateReport {
  const { limits_hit, not_inspected } = report.coverage
  const coverage = {
    ...report.coverage,
    limits_hit: [...limits_hit, 'antivirus.max_bytes'],
    not_inspected: [...not_inspected, 'antivirus: not_scanned: size'],
  }
  return withFinding({ ...report, coverage }, 'antivirus_skipped', detail)
}

const withFinding = (report: GateReport, code: Finding['code'], detail: string): GateReport => ({
  ...report,
  findings: [...report.findings, { code, place: '', detail }],
})

const unavailable = (code: string, message: string, cause?: unknown) =>
  new AppError('unavailable', code, message, { cause })
