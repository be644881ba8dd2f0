import { extensionOf } from '../names/name-rules.ts'
import type { Family, Format, Label } from './format.ts'
import { ARITHMETIC_FORMATS } from './formats-arithmetic.ts'
import { CAE_BINARY_FORMATS, OFFICE_FORMATS } from './formats-binary.ts'
import { BY_NAME_FORMATS, NAME_ONLY_FORMATS } from './formats-by-name.ts'
import { ARCHIVE_FORMATS, ZIP_EXTENSIONS } from './formats-containers.ts'
import { HDF5_FORMATS } from './formats-hdf5.ts'
import { OLE_FORMATS } from './formats-ole.ts'
import { CAE_TEXT_FORMATS, MARKUP_FORMATS } from './formats-text.ts'
import { UNREAD_FORMATS } from './formats-unread.ts'
import { mayBe } from './probes.ts'
import type { Sample } from './sample.ts'

/** What some content is; `known` is false where only text or binary can be said. */
export type Detected = { readonly id: string; readonly family: Family; readonly label: Label; readonly known: boolean }

/** In the order they are asked: containers, then what has bytes of its own, then words, then what needs the name as well. */
const SIGNED: readonly Format[] = [
  ...ARCHIVE_FORMATS,
  ...UNREAD_FORMATS,
  ...HDF5_FORMATS,
  ...OLE_FORMATS,
  ...OFFICE_FORMATS,
  ...CAE_BINARY_FORMATS,
  ...ARITHMETIC_FORMATS,
  ...CAE_TEXT_FORMATS,
  ...MARKUP_FORMATS,
].filter((entry) => entry.probe !== null)

/** The same by what is known of a sample at once; made when it is first asked for. */
const MAY_BE = new Map<number, readonly Format[]>()

function signedFor({ head, isText }: Sample): readonly Format[] {
  const first = head[0] as number
  const key = isText ? first : first + 256
  const known = MAY_BE.get(key)
  if (known !== undefined) return known
  const made = SIGNED.filter(({ probe }) => probe !== null && mayBe(probe, first, isText))
  MAY_BE.set(key, made)
  return made
}

export const FORMATS: readonly Format[] = [
  ...ARCHIVE_FORMATS,
  ...UNREAD_FORMATS,
  ...HDF5_FORMATS,
  ...OLE_FORMATS,
  ...ZIP_EXTENSIONS,
  ...OFFICE_FORMATS,
  ...CAE_BINARY_FORMATS,
  ...ARITHMETIC_FORMATS,
  ...CAE_TEXT_FORMATS,
  ...MARKUP_FORMATS,
  ...BY_NAME_FORMATS,
  ...NAME_ONLY_FORMATS,
]

/** Signatures so short that data hits them by chance: only under a name that goes with them. */
const WEAK = new Set(['compress', 'lzma', 'base64'])

const fits = (entry: Format, sample: Sample, extension: string): boolean =>
  entry.probe?.(sample) === true && (!WEAK.has(entry.id) || entry.extensions.includes(extension))

const BY_NAME = new Map<string, Format[]>()
for (const entry of BY_NAME_FORMATS) {
  for (const extension of entry.extensions) BY_NAME.set(extension, [...(BY_NAME.get(extension) ?? []), entry])
}

const EMPTY: Label = { en: 'empty file', ko: '빈 파일' }
const TEXT: Label = { en: 'technical file, format unknown (text)', ko: '형식을 알 수 없는 기술 파일 (텍스트)' }
const BINARY: Label = { en: 'technical file, format unknown (binary)', ko: '형식을 알 수 없는 기술 파일 (바이너리)' }

/** Bare arrays of numbers behind the first file of a result: only their names tell (formats.md §1). */
const STATES: Label = { en: 'LS-DYNA d3plot (later states)', ko: 'LS-DYNA d3plot 결과 (이후 상태)' }
const isStates = (sample: Sample, name: string): boolean => !sample.isText && /(?:^|[._-])d3plot\d{2,3}$/i.test(name)

/** Names the format of a sample. The name of the file only decides between formats that share a weak signature. */
export function detect(sample: Sample, name: string): Detected {
  if (sample.head.length === 0) return { id: 'empty', family: 'text', label: EMPTY, known: false }
  const extension = extensionOf(name)
  const found =
    signedFor(sample).find((entry) => fits(entry, sample, extension)) ??
    BY_NAME.get(extension)?.find((entry) => fits(entry, sample, extension))
  if (found !== undefined) return { id: found.id, family: found.family, label: found.label, known: true }
  if (isStates(sample, name)) return { id: 'lsdyna-states', family: 'binary', label: STATES, known: false }
  return sample.isText
    ? { id: 'text', family: 'text', label: TEXT, known: false }
    : { id: 'binary', family: 'binary', label: BINARY, known: false }
}
