import { FINDINGS, type FindingCode } from './findings.ts'
import type { NativeKind } from './policy.ts'

type Fact = { readonly code: FindingCode; readonly place: string; readonly detail: string }

/**
 * Finer kinds than a finding's code tells. The gate puts them into `detail`, always in the same words; a test judges real
 * files and holds these words against the gate's.
 */
export const isEncrypted = ({ code, detail }: Fact): boolean =>
  code === 'not_inspectable' && /\bencrypted\b/.test(detail)

/** `no decoder for xz on this system`, or without the last words for what nobody reads here. */
const NO_DECODER = /^no decoder for .*?( on this system)?$/

type Advice = { readonly advice: string; readonly adviceKo: string }

const MISSING: Advice = {
  advice: 'This site has no decoder for it. Send the content as zip or tar.gz, or ask an administrator to install it.',
  adviceKo: '이 사이트에는 이 형식의 디코더가 없습니다. zip 또는 tar.gz로 보내거나 관리자에게 설치를 요청하십시오.',
}
const UNREAD: Advice = {
  advice: 'This format cannot be looked into here. Send the content as zip or tar.gz.',
  adviceKo: '이 형식은 여기서 검사할 수 없습니다. zip 또는 tar.gz로 보내십시오.',
}

/** What the user should do about a finding: by its code, and where a decoder is what is missing by that. */
export function adviceOf({ code, detail }: Pick<Fact, 'code' | 'detail'>): Advice {
  const missing = code === 'not_inspectable' ? NO_DECODER.exec(detail) : null
  if (missing === null) return FINDINGS[code]
  return missing[1] === undefined ? UNREAD : MISSING
}

/** What the gate calls the structure, and the names under which a build writes it. */
const NATIVE: Readonly<Record<NativeKind, { readonly detail: string; readonly name: RegExp }>> = {
  so: { detail: 'Linux program or shared library (ELF)', name: /.\.so(\.\d+)*$/ },
  o: { detail: 'Linux object file (ELF)', name: /.\.o$/ },
}

/** Whether what the gate calls `detail` is compiled code of an allowed kind under its own file name. */
export const isAllowedNative = (detail: string, name: string, allowed: readonly NativeKind[]): boolean =>
  allowed.some((kind) => NATIVE[kind].detail === detail && NATIVE[kind].name.test(name))
