import { verdictView } from '#shared/contracts/upload-view.ts'
import { adviceOf } from '#shared/domain/finding-kinds.ts'
import { FINDINGS } from '#shared/domain/findings.ts'
import type { Finding } from '#shared/domain/verdict.ts'
import { EXIT, type ExitCode, exitCodeOf, type FileResult } from './exit-codes.ts'
import { columns, type Language, pad, printable, WORDS } from './words.ts'

type Word = keyof typeof WORDS

const STATUS: Readonly<Partial<Record<ExitCode, Status>>> = {
  [EXIT.clean]: 'clean',
  [EXIT.warnings]: 'warnings',
  [EXIT.quarantine]: 'quarantine',
  [EXIT.notInspectable]: 'quarantine',
  [EXIT.held]: 'held',
}
const STATUS_WORDS = ['clean', 'warnings', 'quarantine', 'held'] as const
const CODE_WIDTH = Math.max(...Object.keys(FINDINGS).map((code) => code.length))

export const statusOf = (result: FileResult): Status => STATUS[exitCodeOf(result)] ?? 'held'

/** One file for people: its status, size, name and type; below it what was found, and what to do about it. */
export function formatResult(result: FileResult, language: Language): string {
  const width = Math.max(...STATUS_WORDS.map((word) => columns(WORDS[word][language])))
  const status = pad(WORDS[statusOf(result)][language], width)
  if (result.kind === 'held')
    return `${status}  ${' '.repeat(10)}  ${printable(result.path)}: ${printable(result.reason)}`
  const { verdict } = result
  const type = verdict.detected_type === null ? '' : `  (${verdict.detected_type})`
  const lines = [
    ...verdict.reasons.flatMap((finding) => findingLines('quarantine', finding, width, language)),
    ...verdict.warnings.flatMap((finding) => findingLines('warnings', finding, width, language)),
    ...verdict.notes.map((finding) => findingLine('note', finding, width, language)),
  ]
  return [`${status}  ${formatSize(result.size).padStart(10)}  ${printable(result.path)}${type}`, ...lines].join('\n')
}

function findingLine(word: Word, { code, place, detail }: Finding, width: number, language: Language): string {
  const where = place === '' ? '' : `${printable(place)}: `
  return `  ${pad(WORDS[word][language], width)}  ${code.padEnd(CODE_WIDTH)}  ${where}${FINDINGS[code][language]} – ${printable(detail)}`
}

function findingLines(word: Word, finding: Finding, width: number, language: Language): string[] {
  const { advice, adviceKo } = adviceOf(finding)
  const indent = ' '.repeat(width + CODE_WIDTH + 6)
  return [findingLine(word, finding, width, language), `${indent}→ ${language === 'ko' ? adviceKo : advice}`]
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

function formatSize(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}`
}

/** One file for programs: the verdict as the API gives it, with the path. A scan that did not finish has none. */
export function formatJson(result: FileResult): string {
  if (result.kind === 'verdict') return JSON.stringify({ path: result.path, ...verdictView(result.verdict) })
  const nothing = { reasons: [], warnings: [], notes: [], detected_type: null, sha256: null, coverage: null }
  return JSON.stringify({ path: result.path, safe: false, outcome: 'held', ...nothing, held_reason: result.reason })
}

type Status = (typeof STATUS_WORDS)[number]

const COUNTED: Readonly<Record<Status, string>> = {
  clean: 'clean',
  warnings: 'with warnings',
  quarantine: 'for quarantine',
  held: 'held',
}

/** `5 files: 3 clean, 1 with warnings, 1 for quarantine`. */
export function formatSummary(counts: ReadonlyMap<Status, number>, language: Language): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const parts = STATUS_WORDS.filter((word) => counts.has(word)).map((word) =>
    language === 'ko' ? `${WORDS[word].ko} ${counts.get(word)}` : `${counts.get(word)} ${COUNTED[word]}`,
  )
  const head = language === 'ko' ? `파일 ${total}개` : `${total} ${total === 1 ? 'file' : 'files'}`
  return parts.length === 0 ? head : `${head}: ${parts.join(', ')}`
}
