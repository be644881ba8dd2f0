import type { Antivirus } from '../antivirus/antivirus.ts'
import type { Policy } from '../domain/policy.ts'
import { decideVerdict, type Verdict } from '../domain/verdict.ts'
import { withDigestChecked } from './check-digest.ts'
import type { ScanOptions, ScanPool } from './scan-pool.ts'

export type FileToScan = {
  /** Where it lies on this host. */
  readonly file: string
  /** The path it is judged under. */
  readonly path: string
  readonly size: number
  /** SHA-256 in hex, where the sender announced it. */
  readonly declaredSha256: string | null
  readonly policy: Policy
}
export type ScanFileDeps = {
  readonly pool: ScanPool
  /** null: the site has none. */
  readonly antivirus: Antivirus | null
  readonly now: () => Date
}
export type ScanFile = ReturnType<typeof createScanFile>

/** All stages of one scan, the same for uploads and for local files. The antivirus engine is asked only about what passed so far. */
export const createScanFile = ({ pool, antivirus, now }: ScanFileDeps) =>
  async function scanFile(wanted: FileToScan, options: ScanOptions): Promise<Verdict> {
    const { file, path, size, policy } = wanted
    const judged = await pool.scan({ file, path, size, policy }, options)
    const report = withDigestChecked(judged, wanted.declaredSha256)
    const verdict = decideVerdict(report, policy, now().toISOString())
    if (antivirus === null || verdict.outcome === 'quarantined') return verdict
    const { entries } = report.coverage
    const started = performance.now()
    const onBytes = (bytes: number) => {
      const rate = Math.round((bytes * 1000) / Math.max(1, performance.now() - started))
      options.onProgress({ stage: 'antivirus', bytes, total: size, entries, rate })
    }
    const whole = await antivirus(report, { file, size, policy }, { signal: options.signal, onBytes })
    return decideVerdict(whole, policy, now().toISOString())
  }
