/** Machines that calculate: 386, PowerPC (both), s390, ARM, x86-64, AArch64, RISC-V, LoongArch. */
const MACHINES = new Set([3, 20, 21, 22, 40, 62, 183, 243, 258])
const KINDS = ['file', 'object file', 'program', 'program or shared library', 'core dump']
const PROGRAM = 2
const LIBRARY = 3

/**
 * ELF by its magic and either the rest of its identification, or by what Linux looks at when it runs one: the type and the
 * machine, and nothing between (fs/binfmt_elf.c). A program whose class and version are zeros runs.
 */
export function elfIn(b: Buffer): string | null {
  if (b.length < 20 || b.readUInt32BE(0) !== 0x7f454c46) return null
  const [wordSize, order] = [b[4] as number, b[5] as number]
  const isBig = order === 2
  const isIdentified = (wordSize === 1 || wordSize === 2) && (order === 1 || isBig) && b[6] === 1
  if (isIdentified) return named(isBig ? b.readUInt16BE(16) : b.readUInt16LE(16))
  const either = [
    [b.readUInt16LE(16), b.readUInt16LE(18)],
    [b.readUInt16BE(16), b.readUInt16BE(18)],
  ] as const
  const runs = either.find(([type, machine]) => (type === PROGRAM || type === LIBRARY) && MACHINES.has(machine))
  return runs === undefined ? null : named(runs[0])
}

const named = (type: number): string => `Linux ${KINDS[type] ?? 'file'} (ELF)`
