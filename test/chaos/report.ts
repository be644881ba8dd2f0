import { MIB } from '#shared/domain/limits.ts'
import { table } from '../bench/table.ts'
import type { TrackedUpload } from './clients/tracked-upload.ts'
import type { Journal } from './journal.ts'
import type { ChaosOptions } from './options.ts'

/** The figures of a run, and its findings by kind. `folder`: where the details are. */
export function report(
  { seed, seconds }: ChaosOptions,
  journal: Journal,
  uploads: readonly TrackedUpload[],
  folder: string,
): string {
  const bytes = uploads.reduce((sum, { plan }) => sum + plan.content.size, 0)
  const rows = [
    ['seed', String(seed)],
    ['seconds of faults', String(seconds)],
    ['uploads', String(uploads.length)],
    ['MiB', (bytes / MIB).toFixed(1)],
    ...[...journal.counts].sort(([a], [b]) => a.localeCompare(b)).map(([name, count]) => [name, String(count)]),
    ...journal.entries
      .filter(({ source }) => source === 'run')
      .map(({ at, text }) => [text, `${(at / 1_000).toFixed(1)} s`]),
    ['findings', String(journal.findings.length)],
  ]
  const kinds = new Map<string, number>()
  for (const { what } of journal.findings) kinds.set(what, (kinds.get(what) ?? 0) + 1)
  const found = [...kinds].map(([what, count]) => `  ${count} × ${what}`)
  const first = journal.findings.slice(0, 10).map(({ what, detail }) => `  ${what}: ${detail.slice(0, 600)}`)
  const details = folder === '' ? [] : ['', 'FINDINGS', ...found, '', ...first, '', `logs and timelines: ${folder}`]
  return [table(['what', 'count'], rows), ...details].join('\n')
}
