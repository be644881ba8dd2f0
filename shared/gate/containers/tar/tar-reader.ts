import { type Container, type ContainerReader, placeIn } from '../../content.ts'
import { formatBytes } from '../../format-figures.ts'
import type { Cursor } from '../../io/byte-stream.ts'
import { decodeName } from '../../names/decode-name.ts'
import { LinkMap } from '../../names/links.ts'
import { GateProblem } from '../../problem.ts'
import { CaseProbe } from '../../types/case-kinds.ts'
import { isZero } from '../gap.ts'
import { BLOCK, parseTarHeader, type TarHeader } from './header.ts'
import { lastOf, parsePax } from './pax.ts'
import { type TarMember, TarMembers } from './tar-members.ts'

/**
 * tar in all its dialects, strictly: where GNU tar, bsdtar, Python and 7-Zip would see different members, it is ambiguous.
 *
 *   header* data* … header … two zero blocks, zeros to the end
 *   header = [pax 'g'] [pax 'x'] [GNU 'L'] [GNU 'K'] member
 */
export const tarReader: ContainerReader = {
  family: 'tar',
  engine: 'tar',
  needs: 'stream',
  async read(container, cursor) {
    return (await readTar(container, cursor)).label('tar')
  },
}

/** Judges every member of a tar, also of one that a decoder made of another archive, and tells what they are together. */
export async function readTar(container: Container, cursor: Cursor): Promise<CaseProbe> {
  const links = new LinkMap()
  const reader = new TarReader(container, cursor, new TarMembers(container, cursor, links))
  await reader.read()
  const conflict = links.conflict()
  if (conflict !== null) {
    container.inspection.report('unsafe_member', placeIn(container.content.place, conflict[0]), conflict[1])
  }
  return reader.kind
}

class TarReader {
  readonly #container: Container
  readonly #cursor: Cursor
  readonly #members: TarMembers
  readonly kind = new CaseProbe()
  #global = new Map<string, string[]>()
  #local = new Map<string, string[]>()
  #longName: string | null = null
  #longLink: string | null = null

  constructor(container: Container, cursor: Cursor, members: TarMembers) {
    this.#container = container
    this.#cursor = cursor
    this.#members = members
  }

  async read(): Promise<void> {
    for (;;) {
      const block = await this.#cursor.take(BLOCK)
      if (block.length === 0) {
        this.#odd('no end marker')
        return this.#end()
      }
      if (block.length < BLOCK) throw this.#problem('not_inspectable', 'cut off in a header')
      if (isZero(block)) return this.#end()
      const header = parseTarHeader(block)
      if (header === null)
        throw this.#problem('ambiguous_archive', `no header at byte ${this.#cursor.position - BLOCK}`)
      if (!(await this.#extension(header))) await this.#member(header)
    }
  }

  #problem(code: 'ambiguous_archive' | 'not_inspectable', detail: string): GateProblem {
    return new GateProblem(code, this.#container.content.place, detail)
  }

  #odd(detail: string): void {
    this.#container.inspection.report('odd_archive', this.#container.content.place, detail)
  }

  /** After the first zero block some tools stop and some go on: from here on there must be nothing. */
  async #end(): Promise<void> {
    if (this.#longName !== null || this.#longLink !== null) {
      throw this.#problem('ambiguous_archive', 'a long name that no member follows')
    }
    for (let chunk = await this.#cursor.next(); chunk !== null; chunk = await this.#cursor.next()) {
      if (!isZero(chunk)) throw this.#problem('ambiguous_archive', 'bytes behind the end of the archive')
    }
  }

  /** Headers that speak of the next one. */
  async #extension(header: TarHeader): Promise<boolean> {
    switch (header.type) {
      case 'x':
      case 'X': // Solaris' own; GNU tar, bsdtar, Python and 7-Zip heed it
        this.#local = await this.#pax(header)
        return true
      case 'g':
        for (const [key, values] of await this.#pax(header)) this.#global.set(key, values)
        return true
      case 'L':
        this.#longName = await this.#text(header)
        return true
      case 'K':
        this.#longLink = await this.#text(header)
        return true
      case 'M':
        throw this.#problem('not_inspectable', 'one part of a split tar')
      default:
        return false
    }
  }

  #padded(size: number): number {
    return Math.ceil(size / BLOCK) * BLOCK
  }

  async #block(header: TarHeader): Promise<Buffer> {
    const { maxTarHeaderBytes } = this.#container.inspection.budgets
    if (header.size > maxTarHeaderBytes) {
      this.#container.inspection.limitHit('maxTarHeaderBytes')
      const detail = `an extension header of ${formatBytes(header.size)}; the limit is ${formatBytes(maxTarHeaderBytes)}`
      throw new GateProblem('archive_bomb', this.#container.content.place, detail)
    }
    const bytes = await this.#cursor.take(this.#padded(header.size))
    if (bytes.length < this.#padded(header.size)) throw this.#problem('not_inspectable', 'cut off in a header')
    return bytes.subarray(0, header.size)
  }

  async #pax(header: TarHeader): Promise<Map<string, string[]>> {
    const records = parsePax(await this.#block(header))
    if (records === null) throw this.#problem('ambiguous_archive', 'malformed pax records')
    return records
  }

  async #text(header: TarHeader): Promise<string> {
    const bytes = await this.#block(header)
    const end = bytes.indexOf(0)
    if (end === -1) return decodeName(bytes)
    if (!isZero(bytes.subarray(end))) throw this.#problem('ambiguous_archive', 'bytes behind the end of a long name')
    return decodeName(bytes.subarray(0, end))
  }

  async #member(header: TarHeader): Promise<void> {
    const pax = new Map([...this.#global, ...this.#local])
    const name = lastOf(pax, 'GNU.sparse.name') ?? namedPath(pax) ?? this.#longName ?? decodeName(header.rawName)
    const link = lastOf(pax, 'linkpath') ?? this.#longLink ?? decodeName(header.rawLink)
    const member: TarMember = { header, pax, name, link, size: this.#size(header, pax, name) }
    this.#checkForeignSparse(member)
    this.#local = new Map()
    this.#longName = null
    this.#longLink = null
    this.kind.see(member.name)
    await this.#members.read(member)
  }

  /** How star and Solaris tell of sparse files; of the common tools bsdtar alone heeds it. */
  #checkForeignSparse({ pax, name, size }: TarMember): void {
    const realSize = lastOf(pax, 'SCHILY.realsize')
    const isSame = realSize === undefined || (/^\d{1,15}$/.test(realSize) && Number(realSize) === size)
    if (isSame && !pax.has('SUN.holesdata')) return
    const place = placeIn(this.#container.content.place, name)
    throw new GateProblem('ambiguous_archive', place, 'a sparse file in a form that few tools know')
  }

  /** pax overrules the header; a header that says another size than nothing is read differently by tools that know no pax. */
  #size(header: TarHeader, pax: ReadonlyMap<string, string[]>, name: string): number {
    const text = lastOf(pax, 'size')
    if (text === undefined) return header.size
    const size = /^\d{1,15}$/.test(text) ? Number(text) : null
    if (size === null) throw this.#problem('ambiguous_archive', 'a pax size that is no number')
    if (size !== header.size && !header.sizeIsOpen) {
      const place = placeIn(this.#container.content.place, name)
      throw new GateProblem(
        'ambiguous_archive',
        place,
        `two sizes: ${size} in the pax record, ${header.size} in the header`,
      )
    }
    return size
  }
}

/** An empty path is none: bsdtar takes the name of the header then. */
const namedPath = (pax: ReadonlyMap<string, string[]>): string | undefined => lastOf(pax, 'path') || undefined
