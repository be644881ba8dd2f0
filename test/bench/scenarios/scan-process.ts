import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { DEFAULT_POLICY } from '#shared/domain/policy.ts'
import { decideVerdict } from '#shared/domain/verdict.ts'
import type { Decoders } from '#shared/gate/decoders/decoders.ts'
import { createScanPool } from '#shared/scanning/scan-pool.ts'
import { memory } from '../process-figures.ts'

/** One file through the pool the worker uses, so that limits and messages are the real ones. */

export type ScanOrder = { readonly file: string; readonly decoders: Decoders }
export type ScanFigures = {
  readonly ms: number
  readonly peak: number
  readonly outcome: string
  readonly reason: string
}

async function measure({ file, decoders }: ScanOrder): Promise<ScanFigures> {
  const pool = createScanPool(1, decoders)
  await pool.warm()
  const { size } = await stat(file)
  const started = performance.now()
  const options = { signal: new AbortController().signal, onProgress: () => undefined }
  const report = await pool.scan({ file, path: basename(file), size, policy: DEFAULT_POLICY }, options)
  const ms = performance.now() - started
  const verdict = decideVerdict(report, DEFAULT_POLICY, new Date().toISOString())
  const peak = Math.max(0, ...childrenOf(process.pid).map((pid) => memory(pid).peak))
  await pool.close()
  return { ms, peak, outcome: verdict.outcome, reason: verdict.reasons[0]?.detail ?? '' }
}

/** The scan process is still there; a decoder has gone by then. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

process.on('message', (order) => {
  void measure(order as ScanOrder).then((figures) => process.send?.(figures))
})
process.send?.('ready')
