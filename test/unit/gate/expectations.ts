import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { FindingCode } from '#shared/domain/findings.ts'
import { judge, summary, verdictOf } from './judge.ts'

export type HostileCase = readonly [why: string, path: string, bytes: () => Buffer, code: FindingCode, place?: string]

export function testHostile(cases: readonly HostileCase[]): void {
  for (const [why, path, bytes, code, place = ''] of cases) {
    test(`quarantines ${why} (${path})`, async () => {
      const report = await judge(path, bytes())
      expect(verdictOf(report).outcome).toBe('quarantined')
      expect(summary(verdictOf(report).reasons)).toEqual([place === '' ? code : `${code} at ${place}`])
    })
  }
}

export type GoodCase = readonly [
  what: string,
  path: string,
  bytes: () => Buffer,
  type: string | null,
  notes?: readonly string[],
]

export function testGood(cases: readonly GoodCase[]): void {
  for (const [what, path, content, type, notes = []] of cases) {
    test(`lets ${what} pass without a warning (${path})`, async () => {
      const data = content()
      const report = await judge(path, data)
      const verdict = verdictOf(report)
      expect([...verdict.reasons, ...verdict.warnings]).toEqual([])
      expect(verdict.outcome).toBe('complete')
      expect(summary(verdict.notes)).toEqual([...notes].sort())
      expect(report.detected_type).toBe(type)
      expect(report.coverage.bytes_read).toBe(data.length)
      expect(report.sha256).toBe(createHash('sha256').update(data).digest('hex'))
    })
  }
}
