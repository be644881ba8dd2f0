import type { Label } from '../types/format.ts'

/** By what the sniffer calls them: compiled code that a policy lets in under its own name. */
const LABELS: ReadonlyMap<string, Label> = new Map([
  [
    'Linux program or shared library (ELF)',
    { en: 'native library (ELF shared object)', ko: '네이티브 라이브러리 (ELF 공유 오브젝트)' },
  ],
  ['Linux object file (ELF)', { en: 'native object file (ELF)', ko: '네이티브 오브젝트 파일 (ELF)' }],
])

/** What allowed compiled code is called; other kinds by the words of the sniffer. */
export const nativeLabel = (kind: string): Label => LABELS.get(kind) ?? { en: kind, ko: kind }
