import type { Language } from './words.ts'

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
const LOCALE = { en: 'en-GB', ko: 'ko-KR' } as const

/** `1536` → `1.5 KiB`: three significant figures, binary units. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  // 1023.95 would round to 1024.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits).replace(/\.0+$/, '')} ${UNITS[unit]}`
}

export const formatCount = (count: number, language: Language): string => count.toLocaleString(LOCALE[language])

/** Whole per cent, never 100 before the end; 0 where the whole is unknown. */
export function percentOf(part: number, whole: number | null): number {
  if (whole === null) return 0
  if (whole <= 0 || part >= whole) return 100
  return Math.max(0, Math.min(99, Math.floor((part / whole) * 100)))
}

/** The hour if it was today, else the day; the year only if it is another. */
export function formatTime(iso: string, now: Date, language: Language): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return ''
  const sameYear = time.getFullYear() === now.getFullYear()
  const options: Intl.DateTimeFormatOptions =
    time.toDateString() === now.toDateString()
      ? { hour: '2-digit', minute: '2-digit', hour12: false }
      : { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) }
  return time.toLocaleString(LOCALE[language], options)
}

/** Day and second, for tooltips and details. */
export const formatFullTime = (iso: string, language: Language): string =>
  Number.isNaN(Date.parse(iso))
    ? ''
    : new Date(iso).toLocaleString(LOCALE[language], { dateStyle: 'medium', timeStyle: 'medium', hour12: false })

/** `case/mesh/a.k` → [`case/mesh/`, `a.k`]. */
export function splitPath(path: string): [folder: string, name: string] {
  const slash = path.lastIndexOf('/') + 1
  return [path.slice(0, slash), path.slice(slash)]
}
