import type { Env } from '#shared/config/env.ts'

export type Language = 'en' | 'ko'

/** As POSIX has it: LC_ALL, then LC_MESSAGES, then LANG. */
export const languageOf = (env: Env): Language =>
  (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').toLowerCase().startsWith('ko') ? 'ko' : 'en'

export const WORDS = {
  clean: { en: 'clean', ko: '정상' },
  warnings: { en: 'warnings', ko: '경고' },
  quarantine: { en: 'quarantine', ko: '격리' },
  held: { en: 'held', ko: '보류' },
  note: { en: 'note', ko: '참고' },
  skipped: { en: 'skipped', ko: '건너뜀' },
} as const satisfies Record<string, Record<Language, string>>

/** Two columns of a terminal: Hangul, Han, Kana, full-width forms and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const MARK = /\p{Mark}/u

export const columns = (text: string): number =>
  [...text].reduce((width, character) => width + (MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1), 0)

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - columns(text)))

/** A name out of somebody's archive may hold commands for the terminal, or turn the line around: they are shown as codes. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
