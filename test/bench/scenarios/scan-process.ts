import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { DEFAULT_POLICY } from '#shared/domain/policy.ts'
import { decideVerdict, type GateReport } from '#shared/domain/verdict.ts'
import type { Decoders } from '#shared/gate/decoders/decoders.ts'
import { createScanPool, type ScanPool } from '#shared/scanning/scan-pool.ts'
import { memory } from '../process-figures.ts'

/** One file through the pool the worker uses, so that limits and messages are the real ones. */

export type ScanOrder = {
  readonly file: string
  readonly decoders: Decoders
  /** A file that is judged before the clock runs: a worker's process is kept from file to file. */
  readonly before?: string | undefined
}
export type ScanFigures = {
  readonly ms: number
  readonly peak: number
  readonly outcome: string
  readonly reason: string
}

async function measure({ file, decoders, before }: ScanOrder): Promise<ScanFigures> {
  const pool = createScanPool(1, decoders)
  await pool.warm()
  if (before !== undefined) await judge(pool, before)
  const started = performance.now()
  const report = await judge(pool, file)
  const ms = performance.now() - started
  const verdict = decideVerdict(report, DEFAULT_POLICY, new Date().toISOString())
  const peak = Math.max(0, ...childrenOf(process.pid).map((pid) => memory(pid).peak))
  await pool.close()
  return { ms, peak, outcome: verdict.outcome, reason: verdict.reasons[0]?.detail ?? '' }
}

async function judge(pool: ScanPool, file: string): Promise<GateReport> {
  const { size } = await stat(file)
  const options = { signal: new AbortController().signal, onProgress: () => undefined }
  return pool.scan({ file, path: basename(file), size, policy: DEFAULT_POLICY }, options)
}

/** The scan process is still there; a decoder has gone by then. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

process.on('message', (order) => {
  void measure(order as ScanOrder).then((figures) => process.send?.(figures))
})
process.send?.('ready')
