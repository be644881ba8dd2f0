import { type Format, format } from './format.ts'
import { all, hex, type Probe, u32 } from './probes.ts'

/** Record of 100 words in the form MAPDL writes, and -1 where the header keeps it; then the number of the file. */
const mapdl = (number: number | null): Probe =>
  all(hex('6400000000000080'), u32(12, 0xffffffff), number === null ? () => true : u32(8, number))

const kind = (number: number, extensions: string, en: string, ko: string): Format =>
  format(`mapdl-${number}`, 'binary', extensions, mapdl(number), `Ansys MAPDL ${en}`, `Ansys MAPDL ${ko}`)

/** By the file number in the header, as formats.md counted them. */
export const MAPDL_FORMATS = [
  kind(2, 'emat', 'element matrices (emat)', '요소 행렬 (emat)'),
  kind(3, 'esav', 'element saved data (esav)', '요소 저장 데이터 (esav)'),
  kind(4, 'full', 'assembled matrices (full)', '조립 행렬 (full)'),
  kind(8, 'sub', 'superelement matrices (sub)', '수퍼요소 행렬 (sub)'),
  kind(9, 'mode', 'mode shapes (mode)', '모드 형상 (mode)'),
  kind(10, 'rfrq', 'reduced harmonic results (rfrq)', '축소 조화 해석 결과 (rfrq)'),
  kind(12, 'rst rth', 'results', '결과'),
  kind(16, 'db', 'database', '데이터베이스'),
  format('mapdl', 'binary', '', mapdl(null), 'Ansys MAPDL binary file', 'Ansys MAPDL 바이너리'),
]
