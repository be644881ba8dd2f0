import type { Container } from '../../content.ts'
import { decoderOf } from '../../decoders/decoders.ts'
import { startDecoder } from '../../decoders/start-decoder.ts'
import { GateProblem } from '../../problem.ts'

const ARGS = ['l', '-slt', '-ba', '-bd', '-p-', '-t7z', '--', '/proc/self/fd/0']

/** What a 7z declares of its members. */
export type SevenZipList = {
  /** Check sums that each path is declared with. */
  readonly crcs: ReadonlyMap<string, ReadonlySet<number>>
  readonly isEncrypted: boolean
  readonly methods: ReadonlySet<string>
}

/**
 * 7zz's list, for what bsdtar does not tell: how much it is before anything is decoded, the check sums (bsdtar keeps to itself
 * that one is wrong), and why it gives up. Null if 7zz is missing; the decoding is bsdtar's alone.
 */
export async function listSevenZip({ inspection, content }: Container, fd: number): Promise<SevenZipList | null> {
  const { place } = content
  if (decoderOf(inspection.decoders, 'sevenZip') === null) return null
  const run = startDecoder(inspection, { name: 'sevenZip', args: ARGS, input: fd, place, format: '7z' })
  const list = new List()
  try {
    let rest = ''
    for (let chunk = await run.next(); chunk !== null; chunk = await run.next()) {
      const lines = (rest + chunk.toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) list.take(line)
      inspection.declareEntries(list.entries, place)
      inspection.declare(list.size, place)
      inspection.declareSlowly(list.size, place)
      if (rest.length > inspection.budgets.maxNameBytes * 4)
        throw new GateProblem('ambiguous_archive', place, 'a name without end')
    }
    return list
  } finally {
    await run.close()
  }
}

class List implements SevenZipList {
  readonly crcs = new Map<string, Set<number>>()
  readonly methods = new Set<string>()
  isEncrypted = false
  entries = 0
  size = 0
  #path = ''

  take(line: string): void {
    const [, key, value] = /^(Path|Size|CRC|Encrypted|Method) = (.*)$/.exec(line) ?? []
    if (key === undefined || value === undefined) return
    if (key === 'Path') {
      this.entries++
      this.#path = Buffer.from(value, 'latin1').toString('utf8')
    } else if (key === 'Size') this.size += Number(value) || 0
    else if (key === 'CRC' && value !== '') this.#addCrc(Number.parseInt(value, 16))
    else if (key === 'Encrypted' && value === '+') this.isEncrypted = true
    else if (key === 'Method' && this.methods.size < 8) this.methods.add(value)
  }

  #addCrc(crc: number): void {
    const known = this.crcs.get(this.#path)
    if (known === undefined) this.crcs.set(this.#path, new Set([crc]))
    else known.add(crc)
  }
}
