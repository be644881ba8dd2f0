import { format } from './format.ts'
import { any, type Probe } from './probes.ts'
import type { Sample } from './sample.ts'

type Reader = (at: number) => number
/** Either byte order: solvers write the one of their machine. */
const eitherOrder =
  (fits: (word: Reader, sample: Sample) => boolean, atLeast: number): Probe =>
  (sample) => {
    const { head } = sample
    if (head.length < atLeast || sample.isText) return false
    return fits((at) => head.readUInt32LE(at), sample) || fits((at) => head.readUInt32BE(at), sample)
  }

/** One Fortran record of two counts, then one whose mark is the bytes of so many points. */
const cart3d = eitherOrder(
  (word) =>
    word(0) === 8 && word(12) === 8 && word(4) > 2 && word(8) > 0 && [12, 24].some((n) => word(16) === n * word(4)),
  20,
)

/** A record of six words, the last two a name of eight letters. */
const op4 = eitherOrder(
  (word, { head }) =>
    word(0) === 24 &&
    word(28) === 24 &&
    word(12) <= 9 &&
    word(16) <= 4 &&
    /^[A-Z0-9_ ]{8}$/i.test(head.toString('latin1', 20, 28)),
  32,
)

/** Type code MOPT with each digit in its range, a size, and a name that ends with its only zero byte. */
const matlab4 = eitherOrder((word, { head, size }) => {
  const [type, rows, columns, imaginary, length] = [word(0), word(4), word(8), word(12), word(16)]
  const digits = type <= 4052 && type % 10 <= 2 && Math.floor(type / 10) % 10 <= 5 && Math.floor(type / 100) % 10 === 0
  if (!digits || imaginary > 1 || length < 2 || length > 64 || head.length < 20 + length) return false
  const fits = size === null || rows * columns <= size
  return fits && /^[A-Za-z]\w*\0$/.test(head.toString('latin1', 20, 20 + length))
}, 22)

/** One record with the number of grids, one with three counts for each; or one grid's counts alone. */
const plot3d = eitherOrder((word, { head }) => {
  const many = word(0) === 4 && word(8) === 4 && word(4) > 0 && word(4) < 10_000
  const dimensions = many ? 12 * word(4) : 0
  if (many)
    return word(12) === dimensions && head.length >= 28 && [16, 20, 24].every((at) => word(at) > 0 && word(at) < 1e6)
  return word(0) === 12 && word(16) === 12 && [4, 8, 12].every((at) => word(at) > 0 && word(at) < 1e6)
}, 32)

/** Without record marks: three counts, and a size that is exactly that of a grid, with or without blanking, or of a solution. */
const plot3dPlain = eitherOrder((word, { size }) => {
  const points = word(0) * word(4) * word(8)
  if (size === null || points < 8 || points > 2 ** 40) return false
  return [4, 8].some((real) => {
    const grid = 12 + 3 * real * points
    return size === grid || size === grid + 4 * points || size === 12 + real * (4 + 5 * points)
  })
}, 24)

/** A count and so many doubles: the size is the proof. */
const romSnapshot: Probe = ({ head, size }) =>
  size !== null && size > 16 && size % 8 === 0 && head.length >= 8 && head.readBigUInt64LE(0) === BigInt(size / 8 - 1)

/** Formats without a magic number whose figures prove each other. */
export const ARITHMETIC_FORMATS = [
  format('cart3d', 'binary', 'tri', cart3d, 'Cart3D surface (binary)', 'Cart3D 표면 (바이너리)'),
  format('nastran-op4', 'binary', 'op4', op4, 'Nastran OP4 matrix', 'Nastran OP4 행렬'),
]

/** The same, but weaker: believed only under an extension that goes with them. */
export const ARITHMETIC_BY_NAME = [
  format('matlab-4', 'binary', 'mat', matlab4, 'MATLAB 4 data', 'MATLAB 4 데이터'),
  format(
    'plot3d',
    'binary',
    'xyz x p3d q fun bin dat grd',
    any(plot3d, plot3dPlain),
    'PLOT3D grid or solution (binary)',
    'PLOT3D 격자 또는 결과 (바이너리)',
  ),
  format('ansys-rom', 'binary', 'bin', romSnapshot, 'Ansys reduced-order snapshot', 'Ansys 차수 축소 스냅숏'),
]
