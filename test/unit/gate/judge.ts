import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_POLICY, type Policy } from '#shared/domain/policy.ts'
import { decideVerdict, type GateReport, type Verdict } from '#shared/domain/verdict.ts'
import { type GateOptions, judgeFile } from '#shared/gate/judge-file.ts'

/** Judges bytes as the scan worker does: through an open file, which lies nowhere near the name it is judged under. */
export async function judge(path: string, bytes: Buffer, options: Partial<GateOptions> = {}): Promise<GateReport> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-gate-'))
  try {
    const file = join(folder, 'staged')
    await writeFile(file, bytes)
    await using handle = await open(file, 'r')
    return await judgeFile({ handle, size: bytes.length, path }, { policy: DEFAULT_POLICY, ...options })
  } finally {
    await rm(folder, { recursive: true })
  }
}

export const verdictOf = (report: GateReport, policy: Policy = DEFAULT_POLICY): Verdict =>
  decideVerdict(report, policy, '2026-01-01T00:00:00Z')

/** "code at place" for every finding, sorted. */
export const summary = (findings: GateReport['findings']): string[] =>
  findings.map(({ code, place }) => (place === '' ? code : `${code} at ${place}`)).sort()
